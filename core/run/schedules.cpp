// Schedules as formulas of the step. Sources: the notebook (warm-up, cosine), Module 7 (lambda), Training Tips and the
// 2B4T report (two stages). Shares of the run become steps by rounding up: the first step at or after the share.
#include "core/run/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tritlab {
namespace {

// 0.1 x 30 is a hair above 3 in floating point, and still means step 3.
StepIndex stepAtShare(double share, std::int64_t steps) {
    return static_cast<StepIndex>(std::ceil(share * static_cast<double>(steps) - 1e-9));
}

StepIndex switchStep(const RunConfig& c) { return stepAtShare(c.lrSwitchAt, c.steps); }

bool secondStage(const RunConfig& c, StepIndex step) {
    const bool twoStage = c.lrSchedule == LrSchedule::TwoStageLinear || c.lrSchedule == LrSchedule::TwoStageCosine;
    return twoStage && step >= switchStep(c);
}

// Module 7's formulas; t from 0 to 1.
double lambdaFormula(const RunConfig& c, double t) {
    switch (c.lambdaSchedule) {
        case LambdaSchedule::None: return 1;
        case LambdaSchedule::Linear: return std::min(t, 1.0);
        case LambdaSchedule::Accelerated: return std::min(2 * t, 1.0);
        case LambdaSchedule::Exponential: return 1 - std::pow(1 - std::min(t, 1.0), c.lambdaK);
        case LambdaSchedule::Sigmoid: return 1 / (1 + std::exp(-c.lambdaK * (t - 0.5)));
    }
    return 1;
}

}  // namespace

double learningRateAt(const RunConfig& c, StepIndex step) {
    if (step < c.warmupSteps) return c.learningRate * static_cast<double>(step) / static_cast<double>(c.warmupSteps);
    if (c.lrSchedule == LrSchedule::Constant) return c.learningRate;
    // At least 1 step: a warm-up of the whole run is a problem that check() reports, not a division by zero.
    const double progress = std::min(1.0, static_cast<double>(step - c.warmupSteps) /
                                              static_cast<double>(std::max<std::int64_t>(1, c.steps - c.warmupSteps)));
    const bool linear = c.lrSchedule == LrSchedule::Linear || c.lrSchedule == LrSchedule::TwoStageLinear;
    const double shape = linear ? 1 - progress : 0.5 * (1 + std::cos(std::numbers::pi * progress));
    // The second stage is the same curve, falling to the same floor, under a lower peak.
    const double peak = secondStage(c, step) ? std::max(c.lrSecondPeak, c.lrFloor) : 1;
    return c.learningRate * (c.lrFloor + (peak - c.lrFloor) * shape);
}

double weightDecayAt(const RunConfig& c, StepIndex step) {
    if (c.decaySchedule == DecaySchedule::Constant) return c.weightDecay;
    const StepIndex end = switchStep(c);
    if (step >= end) return 0;
    if (c.decaySchedule == DecaySchedule::OffAtSwitch) return c.weightDecay;
    return c.weightDecay * 0.5 *
           (1 - std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(end)));
}

double lambdaAt(const RunConfig& c, StepIndex step) {
    if (!c.ternaryLinears) return 0;
    const StepIndex reached = std::min(stepAtShare(c.lambdaReachOneAt, c.steps), c.steps - 1);
    if (step >= reached) return c.lambdaFinal;
    const double t = static_cast<double>(step) / (c.lambdaReachOneAt * static_cast<double>(c.steps));
    return c.lambdaFinal * lambdaFormula(c, t);
}

StepIndex lambdaReachesOne(const RunConfig& c) {
    if (c.steps < 1 || lambdaAt(c, c.steps - 1) != 1) return -1;
    StepIndex low = 0, high = c.steps - 1;  // lambda never falls
    while (low < high) {
        const StepIndex middle = low + (high - low) / 2;
        if (lambdaAt(c, middle) == 1) high = middle;
        else low = middle + 1;
    }
    return low;
}

}  // namespace tritlab
