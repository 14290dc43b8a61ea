// Weight health of BitLinear layers (docs/formats-and-formulas.md, Weight health): one pass over a layer's shadow
// weights and codes gives its LayerHealth and moves the state that flips and reversals are counted against. On plain
// arrays, without LibTorch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/run/events.h"

namespace tritlab {

// What a layer remembers between two snapshots. One byte a weight: bits 0-1 its code + 1, bits 2-3 the sign of its last
// flip + 1.
struct LayerMemory {
    std::string layer;
    std::vector<std::uint8_t> weights;  // empty before the first snapshot
    double reversalSum = 0,
           reversalWeight = 0;  // exponential mean of the reversal share, and what corrects it for its start
};

// Decay of the reversal share's mean, a snapshot: it looks back about ten of them.
inline constexpr double reversalDecay = 0.9;
// Below this standard deviation a layer counts as collapsed (the notebook's rule).
inline constexpr double collapsedStd = 0.001;

// Figures of one block of weights; blocks are added up in order, so that no thread count changes a figure.
struct HealthBlock {
    double sum = 0, absSum = 0, squareSum = 0;
    std::int64_t negative = 0, zero = 0, positive = 0, flips = 0, reversals = 0, dead = 0;
    std::array<std::uint32_t, LayerHealth::histogramBins> histogram{};
    void add(const HealthBlock& other);
};

// scale: the layer's absmean. compare: memory holds the codes of an earlier snapshot; without it it is only filled.
HealthBlock healthBlock(std::span<const float> weights, std::span<const std::int8_t> codes, float scale,
                        double deadZoneWidth, std::span<std::uint8_t> memory, bool compare);
// The event of one layer from the sum of its blocks; takes the reversal share into the layer's mean where `compared`.
LayerHealth layerHealth(const HealthBlock& total, std::int64_t count, bool compared, LayerMemory& memory);

}  // namespace tritlab
