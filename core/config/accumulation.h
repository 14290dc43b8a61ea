// In which order the gradients of a step's micro-batches are summed, and which rank has which of them.
//
// Floating-point sums depend on their order. The micro-batches are halved into gradientBlocks blocks, the larger half
// first; a block's gradients are added one after the other, then the blocks' in pairs: ((b0 + b1) + (b2 + b3)). Ranks
// are halved alike and take contiguous runs of micro-batches, so that a rank's own sum is a part of that tree, and the
// sums of ranks complete it: 1, 2 and 4 ranks give the same bits. With gradientBlocks = 1 one micro-batch follows the
// other, rank r of R has the micro-batches r, r + R, ..., and only two ranks with one each give the bits of one rank.
#pragma once

#include <cstdint>
#include <vector>

#include "core/config/run_config.h"

namespace tritlab {

// The larger half of so many micro-batches.
constexpr std::int64_t firstHalf(std::int64_t count) { return (count + 1) / 2; }
// Up to three gradients are the same sum one after the other as in halves: (0 + 1) + 2.
constexpr std::int64_t summedInOrder = 3;

// The micro-batches of a rank, ascending; every rank has one at least where there are as many. rank < ranks.
std::vector<std::int64_t> microBatchesOf(const RunConfig& config, int rank, int ranks);
// The most that a rank has.
std::int64_t roundsOf(const RunConfig& config, int ranks);
// Blocks that a rank's own micro-batches are summed in: its share of gradientBlocks.
std::int64_t blocksOfRank(const RunConfig& config, int rank, int ranks);
// Whether so many ranks sum to the bits of one.
bool sumsAsOneRank(const RunConfig& config, int ranks);
// Gradients that one rank holds beside the one that is being summed, at most.
std::int64_t heldGradients(const RunConfig& config);

}  // namespace tritlab
