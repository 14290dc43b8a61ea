// Rotary position embeddings: by which angle each pair of a head turns from one position to the next, and the scalings
// with which a model reaches beyond the context that it was trained on first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tritlab {

struct RopeScaling {
    // Linear: every frequency is divided by the factor. Llama3: those whose wavelength is longer than the original
    // context over lowFreqFactor are, those shorter than it over highFreqFactor stay, and what lies between is blended.
    enum class Kind : std::uint8_t { None, Linear, Llama3 };
    Kind kind = Kind::None;
    double factor = 1;  // where scaled; the rest: of Llama3 alone, else as here
    double lowFreqFactor = 1, highFreqFactor = 4;
    std::int64_t originalContext = 8192;  // positions
    bool operator==(const RopeScaling&) const = default;
};

struct RopeScalingInfo {
    RopeScaling::Kind kind;
    const char* key;    // in configs and --set
    const char* title;  // to be translated, context "Field"
    const char* type;   // rope_type of config.json
};

std::span<const RopeScalingInfo> ropeScalings();
const RopeScalingInfo& ropeScalingInfo(RopeScaling::Kind kind);
const RopeScalingInfo* findRopeScaling(std::string_view type);  // by rope_type; nullptr: none is called so

// What each pair's frequency is divided by, [headSize / 2]; 1 throughout where nothing is scaled. Of Llama3, with the
// wavelength w = 2 pi theta^(2i / headSize), c the original context, l and h the factors of low and high frequencies:
// 1 for w < c / h, factor for w > c / l, else 1 / ((1 - s) / factor + s) with s = (c / w - l) / (h - l).
// Source: transformers, modeling_rope_utils.py.
std::vector<double> ropeDivisors(std::int64_t headSize, double theta, const RopeScaling& scaling);
// Radians a position for each pair, [headSize / 2]: theta^(-2i / headSize) over the pair's divisor.
std::vector<double> ropeFrequencies(std::int64_t headSize, double theta, const RopeScaling& scaling = {});

// The scaling of kind Llama3 (or None, where all are 1) that has these divisors but for their rounding to fp32; none
// where there is no such. GGUF holds divisors and not what they were computed from. Only the ratios of the original
// context to both factors can be told from them: lowFreqFactor is 1.
std::optional<RopeScaling> scalingOfDivisors(std::span<const float> divisors, double theta);
// Whether the scaling has these divisors, but for their rounding to fp32.
bool hasDivisors(const RopeScaling& scaling, double theta, std::span<const float> divisors);

}  // namespace tritlab
