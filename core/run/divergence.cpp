#include "core/run/divergence.h"

#include <cmath>
#include <vector>

#include "core/base/number.h"
#include "core/run/checkpoint_name.h"

namespace tritlab {
namespace {

// Four significant digits: these are read by people.
std::string shortReal(double value) {
    if (!std::isfinite(value) || value == 0) return formatReal(value);
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3);
    return formatReal(static_cast<float>(std::round(value / unit) * unit));
}

std::string whatHappened(const Divergence& d, const RunConfig& config) {
    const std::string step = std::to_string(d.step);
    switch (d.kind) {
        case DivergenceKind::LossNotFinite: return "The loss of step " + step + " is " + formatReal(d.loss) + ".";
        case DivergenceKind::GradientNotFinite:
            return "The gradient of step " + step + " is not finite (loss " + shortReal(d.loss) + ").";
        case DivergenceKind::WeightsNotFinite: return "Weights are no longer finite after step " + step + ".";
        case DivergenceKind::LossExploded: break;
    }
    return "The loss exploded: smoothed it is " + shortReal(d.smoothed) + " at step " + step + ", more than " +
           shortReal(config.explodeFactor) + " times its best, " + shortReal(d.best) + ".";
}

std::string whatHelps(const Divergence& d, const RunConfig& config) {
    std::vector<std::string> advice{"a lower learning rate (try " + shortReal(config.learningRate / 3) + ")"};
    if (d.step < 2 * config.warmupSteps || config.warmupSteps == 0) advice.emplace_back("a longer warm-up");
    if (config.gradClip == 0) advice.emplace_back("gradient clipping at 1");
    if (config.ternaryLinears && d.lambda > 0 && d.lambda < 1)
        advice.emplace_back("a lambda that rises later or more slowly");
    if (d.kind == DivergenceKind::LossExploded)
        advice.emplace_back("a larger explode factor, if the loss is expected to rise");
    std::string text;
    for (std::size_t i = 0; i < advice.size(); ++i)
        text += (i == 0 ? "" : i + 1 == advice.size() ? " or " : ", ") + advice[i];
    return text;
}

}  // namespace

std::string explain(const Divergence& d, const RunConfig& config) {
    std::string text = whatHappened(d, config);
    text += " At that step: learning rate " + shortReal(d.learningRate) + ", lambda " + shortReal(d.lambda) +
            ", last finite gradient norm " + shortReal(d.gradNorm) + ".";
    text += d.checkpoint >= 0 ? " The last good checkpoint is " + checkpointName(d.checkpoint) + "."
                              : std::string(" No checkpoint had been written yet.");
    return text + " What usually helps: " + whatHelps(d, config) + ".";
}

}  // namespace tritlab
