#include "core/run/calibration.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/config/accumulation.h"
#include "core/run/schedules.h"

namespace tritlab {
namespace {

// All that a step's time and memory depend on, but for the number of micro-batches and lambda's path.
auto shapeOf(const RunConfig& c) {
    return std::tie(c.hiddenSize, c.layers, c.heads, c.kvHeads, c.ffnSize, c.normPlacement, c.activation, c.gatedFfn,
                    c.subNorms, c.tieEmbeddings, c.ternaryLinears, c.tokenizer, c.tokenizerPath, c.vocabSize,
                    c.batchSize, c.sequenceLength, c.precision, c.activationCheckpointing, c.device, c.threads);
}

}  // namespace

std::array<StepIndex, lambdaPaths> stepsByPath(const RunConfig& config, StepIndex first) {
    if (first >= config.steps) return {};
    StepIndex low = first, high = config.steps;  // the first step whose lambda is above 0: lambda never falls
    while (low < high) {
        const StepIndex middle = low + (high - low) / 2;
        if (lambdaAt(config, middle) > 0) high = middle;
        else low = middle + 1;
    }
    const StepIndex one = lambdaReachesOne(config), ternary = one < 0 ? config.steps : std::max(one, first);
    return {low - first, ternary - low, config.steps - ternary};
}

bool Calibration::fits(const RunConfig& other) const {
    if (shapeOf(config) != shapeOf(other) || heldGradients(config) != heldGradients(other)) return false;
    const auto steps = stepsByPath(other);
    for (std::size_t path = 0; path < lambdaPaths; ++path) {
        if (steps[path] == 0) continue;
        if (std::isnan(seconds[path].step) || (other.accumulation > 1 && std::isnan(seconds[path].further)))
            return false;
    }
    return true;
}

double Calibration::runSeconds(const RunConfig& other, StepIndex first) const {
    double sum = 0;
    const auto steps = stepsByPath(other, first);
    for (std::size_t path = 0; path < lambdaPaths; ++path) {
        if (steps[path] == 0) continue;
        double step = seconds[path].step;
        if (other.accumulation > 1) step += static_cast<double>(other.accumulation - 1) * seconds[path].further;
        sum += static_cast<double>(steps[path]) * step;
    }
    return sum;
}

}  // namespace tritlab
