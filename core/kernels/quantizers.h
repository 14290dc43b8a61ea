// Absmean and absmax quantizers on plain arrays (docs/formats-and-formulas.md, Quantizers; Training Tips Fig. 3).
// LibTorch-free: the training node, the packed engine, weight health and export all use these, so that they cannot
// disagree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/architecture/quantizer.h"

namespace tritlab {

// A weight as codes and scales: w = code * scale of its group, in the order of the weights.
struct TernaryWeights {
    std::vector<std::int8_t> codes;  // [out, in] in {-1, 0, 1}
    std::vector<float> scales;       // one a group; one in all where the tensor has one scale
    // The one scale of a tensor. Throws Error naming `where` where there are groups: for what has no place for more.
    [[nodiscard]] float tensorScale(const std::string& where) const;
};
// Throws Error for a quantizer that nothing here computes yet: groups.
TernaryWeights quantizeWeights(const WeightQuantizer& quantizer, std::span<const float> weights);
void requireTensorScale(const WeightQuantizer& quantizer);  // the same Error, for who quantizes on tensors

// max(mean |w|, 1e-5), as float; the mean is summed in a fixed order (blocks of 4096, each in eight float64 lanes), so
// that every kernel and thread count gives the same bits. NaN where a weight is NaN.
float absmean(std::span<const float> weights);
constexpr std::size_t absmeanBlock = 4096;
// The same from the blocks' sums of magnitudes, in order: for a caller that sums blocks on several threads.
float absmeanOfBlocks(std::span<const double> blockSums, std::size_t count);
// clamp(round_half_even(w * (1 / absmean)), -1, 1). A NaN becomes -1 (its absmean, NaN, tells).
void ternaryCodes(std::span<const float> weights, float absmean, std::span<std::int8_t> codes);
// codes = clamp(round_half_even(x * s), -128, 127) with s = 127 / max(max |x|, 1e-5); gives 1/s' = max(max |x|, 1e-5) /
// 127: NaN where an x is NaN.
float int8Codes(std::span<const float> x, std::span<std::int8_t> codes);

}  // namespace tritlab
