#include "core/config/accumulation.h"

#include <algorithm>

namespace tritlab {
namespace {

struct Share {
    std::int64_t begin = 0, count = 0;
    std::int64_t blocks = 1;
};

// The share of rank `rank` of `ranks` in `all`: ranks and micro-batches are halved together.
Share shareOf(Share all, int rank, int ranks) {
    while (ranks > 1) {
        const int first = static_cast<int>(firstHalf(ranks));
        const std::int64_t cut = (all.count * first + ranks - 1) / ranks;
        all.blocks = std::max<std::int64_t>(1, all.blocks / 2);
        if (rank < first) {
            all.count = cut;
            ranks = first;
        } else {
            all = {all.begin + cut, all.count - cut, all.blocks};
            rank -= first;
            ranks -= first;
        }
    }
    return all;
}

bool sameTree(std::int64_t count, std::int64_t blocks, int ranks) {
    if (ranks == 1) return true;
    const int first = static_cast<int>(firstHalf(ranks));
    const std::int64_t cut = (count * first + ranks - 1) / ranks;
    // One after the other: what the second half of the ranks adds has to be the last one alone.
    if (count <= summedInOrder || blocks <= 1) return cut == count - 1 && sameTree(cut, 1, first);
    return cut == firstHalf(count) && sameTree(cut, blocks / 2, first) &&
           sameTree(count - cut, blocks / 2, ranks - first);
}

std::int64_t held(std::int64_t count, std::int64_t blocks) {
    if (count <= summedInOrder || blocks <= 1) return 0;
    const std::int64_t first = firstHalf(count);
    return std::max(held(first, blocks / 2), 1 + held(count - first, blocks / 2));
}

}  // namespace

std::vector<std::int64_t> microBatchesOf(const RunConfig& config, int rank, int ranks) {
    std::vector<std::int64_t> mine;
    if (config.gradientBlocks == 1) {
        for (std::int64_t micro = rank; micro < config.accumulation; micro += ranks) mine.push_back(micro);
        return mine;
    }
    const Share share = shareOf({0, config.accumulation, config.gradientBlocks}, rank, ranks);
    for (std::int64_t i = 0; i < share.count; ++i) mine.push_back(share.begin + i);
    return mine;
}

std::int64_t roundsOf(const RunConfig& config, int ranks) {
    std::size_t most = 0;
    for (int rank = 0; rank < ranks; ++rank) most = std::max(most, microBatchesOf(config, rank, ranks).size());
    return static_cast<std::int64_t>(most);
}

std::int64_t blocksOfRank(const RunConfig& config, int rank, int ranks) {
    return shareOf({0, config.accumulation, config.gradientBlocks}, rank, ranks).blocks;
}

bool sumsAsOneRank(const RunConfig& config, int ranks) {
    if (ranks > config.accumulation) return false;
    if (config.gradientBlocks == 1) return ranks == 1 || (ranks == 2 && config.accumulation == 2);
    return sameTree(config.accumulation, config.gradientBlocks, ranks);
}

std::int64_t heldGradients(const RunConfig& config) { return held(config.accumulation, config.gradientBlocks); }

}  // namespace tritlab
