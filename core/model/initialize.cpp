#include "core/model/initialize.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

#include "core/base/random.h"

namespace tritlab {

namespace {

// Box-Muller over pairs of draws.
void fillNormal(std::span<float> values, double std, std::uint64_t seed, std::uint64_t stream) {
    for (std::size_t i = 0; i < values.size(); i += 2) {
        const double radius = std * std::sqrt(-2.0 * std::log(1.0 - randomUniform(seed, stream, i)));
        const double angle = 2.0 * std::numbers::pi * randomUniform(seed, stream, i + 1);
        values[i] = static_cast<float>(radius * std::cos(angle));
        if (i + 1 < values.size()) values[i + 1] = static_cast<float>(radius * std::sin(angle));
    }
}

void fillUniform(std::span<float> values, double bound, std::uint64_t seed, std::uint64_t stream) {
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(bound * (2.0 * randomUniform(seed, stream, i) - 1.0));
}

bool endsWith(std::string_view name, std::string_view end) {
    return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
}

}  // namespace

void initializeTensor(const ModelConfig& config, const TensorSpec& spec, std::uint64_t index,
                      Initialization initialization, double std, std::uint64_t seed, std::span<float> values) {
    if (spec.shape.size() == 1) {
        std::fill(values.begin(), values.end(), endsWith(spec.name, ".bias") ? 0.0F : 1.0F);  // else a norm
        return;
    }
    const bool embedding = spec.name == "model.embed_tokens.weight";
    if (initialization == Initialization::Notebook && !embedding) {
        // kaiming_uniform(a = sqrt 5): bound = sqrt(6 / ((1 + a^2) fan_in)) = 1 / sqrt(fan_in)
        fillUniform(values, 1.0 / std::sqrt(static_cast<double>(spec.shape[1])), seed, index);
        return;
    }
    const bool output = endsWith(spec.name, "o_proj.weight") || endsWith(spec.name, "down_proj.weight");
    const double scale = initialization == Initialization::DepthScaled && output
                             ? 1.0 / std::sqrt(2.0 * static_cast<double>(config.layers))
                             : 1.0;
    fillNormal(values, initialization == Initialization::Notebook ? 0.02 : std * scale, seed, index);
}

}  // namespace tritlab
