#include "core/run/weight_health.h"

#include <algorithm>
#include <cmath>

namespace tritlab {
namespace {

constexpr int noFlipYet = 0;

std::uint8_t remember(int code, int direction) {
    return static_cast<std::uint8_t>((code + 1) | ((direction + 1) << 2));
}
int codeOf(std::uint8_t memory) { return (memory & 3) - 1; }
int directionOf(std::uint8_t memory) { return ((memory >> 2) & 3) - 1; }

}  // namespace

void HealthBlock::add(const HealthBlock& other) {
    sum += other.sum;
    absSum += other.absSum;
    squareSum += other.squareSum;
    negative += other.negative;
    zero += other.zero;
    positive += other.positive;
    flips += other.flips;
    reversals += other.reversals;
    dead += other.dead;
    for (std::size_t bin = 0; bin < histogram.size(); ++bin) histogram[bin] += other.histogram[bin];
}

HealthBlock healthBlock(std::span<const float> weights, std::span<const std::int8_t> codes, float scale,
                        double deadZoneWidth, std::span<std::uint8_t> memory, bool compare) {
    constexpr auto range = static_cast<float>(LayerHealth::histogramRange);
    constexpr float binsPerUnit = LayerHealth::histogramBins / (2 * range);
    constexpr int lastBin = LayerHealth::histogramBins - 1;
    const float inverse = 1.0F / scale;
    const auto width = static_cast<float>(deadZoneWidth);
    HealthBlock block;
    std::int64_t signs[3] = {};
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto w = static_cast<double>(weights[i]);
        block.sum += w;
        block.absSum += std::abs(w);
        block.squareSum += w * w;
        const float x = weights[i] * inverse;
        // Clamped as a float first: an infinite weight has no int.
        ++block.histogram[static_cast<std::size_t>(
            std::clamp((x + range) * binsPerUnit, 0.0F, static_cast<float>(lastBin)))];
        block.dead += std::abs(std::abs(x) - 0.5F) <= width ? 1 : 0;
        ++signs[codes[i] + 1];
    }
    block.negative = signs[0];
    block.zero = signs[1];
    block.positive = signs[2];
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (!compare) {
            memory[i] = remember(codes[i], noFlipYet);
            continue;
        }
        const int before = codeOf(memory[i]);
        if (before == codes[i]) continue;
        const int direction = codes[i] > before ? 1 : -1;
        ++block.flips;
        if (directionOf(memory[i]) == -direction) ++block.reversals;
        memory[i] = remember(codes[i], direction);
    }
    return block;
}

LayerHealth layerHealth(const HealthBlock& total, std::int64_t count, bool compared, LayerMemory& memory) {
    const auto n = static_cast<double>(std::max<std::int64_t>(count, 1));
    const double mean = total.sum / n;
    LayerHealth health;
    health.layer = memory.layer;
    health.std = count > 1 ? std::sqrt(std::max(0.0, total.squareSum - n * mean * mean) / (n - 1)) : 0;  // as torch.std
    health.absMean = total.absSum / n;
    health.negative = static_cast<double>(total.negative) / n;
    health.zero = static_cast<double>(total.zero) / n;
    health.positive = static_cast<double>(total.positive) / n;
    health.deadZone = static_cast<double>(total.dead) / n;
    health.collapsed = health.std < collapsedStd;
    health.histogram = total.histogram;
    if (compared) {
        health.flipRate = static_cast<double>(total.flips) / n;
        memory.reversalSum =
            reversalDecay * memory.reversalSum + (1 - reversalDecay) * static_cast<double>(total.reversals) / n;
        memory.reversalWeight = reversalDecay * memory.reversalWeight + (1 - reversalDecay);
    }
    health.reversalRate = memory.reversalWeight > 0 ? memory.reversalSum / memory.reversalWeight : 0;
    return health;
}

}  // namespace tritlab
