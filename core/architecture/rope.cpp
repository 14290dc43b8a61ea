#include "core/architecture/rope.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "core/base/translate.h"

namespace tritlab {
namespace {

constexpr std::array<RopeScalingInfo, 3> table{{
    {RopeScaling::Kind::None, "none", QT_TRANSLATE_NOOP("Field", "None"), "default"},
    {RopeScaling::Kind::Linear, "linear", QT_TRANSLATE_NOOP("Field", "Linear"), "linear"},
    {RopeScaling::Kind::Llama3, "llama3", QT_TRANSLATE_NOOP("Field", "Llama 3"), "llama3"},
}};

double plainFrequency(std::int64_t pair, std::int64_t headSize, double theta) {
    return std::pow(theta, -2.0 * static_cast<double>(pair) / static_cast<double>(headSize));
}

double llama3Divisor(double frequency, const RopeScaling& scaling) {
    const double wavelength = 2 * std::numbers::pi / frequency, context = static_cast<double>(scaling.originalContext);
    if (wavelength < context / scaling.highFreqFactor) return 1;
    if (wavelength > context / scaling.lowFreqFactor) return scaling.factor;
    const double share =
        (context / wavelength - scaling.lowFreqFactor) / (scaling.highFreqFactor - scaling.lowFreqFactor);
    return 1 / ((1 - share) / scaling.factor + share);
}

// Between the ends the inverse divisors lie on a line over the frequency: two of them give it.
std::optional<RopeScaling> scalingOfLine(std::span<const float> divisors, double theta, double factor) {
    const auto headSize = static_cast<std::int64_t>(2 * divisors.size());
    struct Point {
        double turns, share;  // turns a position; the frequency's share that stays
    };
    std::vector<Point> points;
    for (std::size_t i = 0; i < divisors.size(); ++i) {
        const double divisor = divisors[i];
        if (divisor <= 1 || divisor >= factor) continue;
        points.push_back({plainFrequency(static_cast<std::int64_t>(i), headSize, theta) / (2 * std::numbers::pi),
                          (1 / divisor - 1 / factor) / (1 - 1 / factor)});
    }
    if (points.size() < 2) return std::nullopt;
    const Point &first = points.front(), &last = points.back();
    const double slope = (first.share - last.share) / (first.turns - last.turns);
    const double offset = slope * first.turns - first.share;  // low / (high - low)
    if (!(slope > 0 && offset > 0)) return std::nullopt;
    const double context = std::round(slope / offset);
    if (!(context >= 1 && context < 0x1.0p40)) return std::nullopt;
    return RopeScaling{RopeScaling::Kind::Llama3, factor, 1, 1 + 1 / offset, static_cast<std::int64_t>(context)};
}

}  // namespace

std::span<const RopeScalingInfo> ropeScalings() { return table; }

const RopeScalingInfo& ropeScalingInfo(RopeScaling::Kind kind) {
    switch (kind) {
        case RopeScaling::Kind::None: return table[0];
        case RopeScaling::Kind::Linear: return table[1];
        case RopeScaling::Kind::Llama3: return table[2];
    }
    throw std::logic_error("no scaling of the rotation has this number");
}

const RopeScalingInfo* findRopeScaling(std::string_view type) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const RopeScalingInfo& info) { return type == info.type; });
    return found != table.end() ? &*found : nullptr;
}

std::vector<double> ropeDivisors(std::int64_t headSize, double theta, const RopeScaling& scaling) {
    std::vector<double> divisors;
    for (std::int64_t i = 0; i < headSize / 2; ++i) {
        switch (scaling.kind) {
            case RopeScaling::Kind::None: divisors.push_back(1); break;
            case RopeScaling::Kind::Linear: divisors.push_back(scaling.factor); break;
            case RopeScaling::Kind::Llama3:
                divisors.push_back(llama3Divisor(plainFrequency(i, headSize, theta), scaling));
                break;
        }
    }
    return divisors;
}

std::vector<double> ropeFrequencies(std::int64_t headSize, double theta, const RopeScaling& scaling) {
    std::vector<double> frequencies = ropeDivisors(headSize, theta, scaling);
    for (std::size_t i = 0; i < frequencies.size(); ++i)
        frequencies[i] = plainFrequency(static_cast<std::int64_t>(i), headSize, theta) / frequencies[i];
    return frequencies;
}

bool hasDivisors(const RopeScaling& scaling, double theta, std::span<const float> divisors) {
    constexpr double within = 1e-5;  // transformers and llama.cpp compute them in fp32
    const std::vector<double> own = ropeDivisors(static_cast<std::int64_t>(2 * divisors.size()), theta, scaling);
    return std::equal(own.begin(), own.end(), divisors.begin(), divisors.end(),
                      [](double a, float b) { return std::abs(a - static_cast<double>(b)) <= within * a; });
}

std::optional<RopeScaling> scalingOfDivisors(std::span<const float> divisors, double theta) {
    if (divisors.empty() || hasDivisors({}, theta, divisors)) return RopeScaling{};
    const double factor = *std::max_element(divisors.begin(), divisors.end());
    const RopeScaling usual{.kind = RopeScaling::Kind::Llama3, .factor = factor};
    if (hasDivisors(usual, theta, divisors)) return usual;
    const auto scaling = scalingOfLine(divisors, theta, factor);
    return scaling && hasDivisors(*scaling, theta, divisors) ? scaling : std::nullopt;
}

}  // namespace tritlab
