// Schedules as formulas of the step. Sources: the notebook (warm-up, cosine), Module 7 (lambda), Training Tips and the
// 2B4T report (two stages). Shares of the run become steps by rounding up: the first step at or after the share.
#include "core/run/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace tritlab {
namespace {

// 0.1 x 30 is a hair above 3 in floating point, and still means step 3.
StepIndex stepAtShare(double share, std::int64_t steps) {
    return static_cast<StepIndex>(std::ceil(share * static_cast<double>(steps) - 1e-9));
}

StepIndex switchStep(const RunConfig& c) { return stepAtShare(c.lrSwitchAt, c.steps); }

// A curve's shape from 1 to 0, between the peak and the floor, as a share of the learning rate.
double fallingFrom(double peak, double shape, const RunConfig& c) { return c.lrFloor + (peak - c.lrFloor) * shape; }

// The second stage is the same curve, falling to the same floor, under a lower peak.
double stagePeak(const RunConfig& c, StepIndex step) {
    return step >= switchStep(c) ? std::max(c.lrSecondPeak, c.lrFloor) : 1;
}

double cosineShape(double progress) { return 0.5 * (1 + std::cos(std::numbers::pi * progress)); }

// The learning rate as a share of its peak, after the warm-up; progress from 0 to 1 over the steps that follow it.
double learningRateShare(const RunConfig& c, StepIndex step, double progress) {
    switch (c.lrSchedule) {
        case LrSchedule::Constant: return 1;
        case LrSchedule::Linear: return fallingFrom(1, 1 - progress, c);
        case LrSchedule::Cosine: return fallingFrom(1, cosineShape(progress), c);
        case LrSchedule::TwoStageLinear: return fallingFrom(stagePeak(c, step), 1 - progress, c);
        case LrSchedule::TwoStageCosine: return fallingFrom(stagePeak(c, step), cosineShape(progress), c);
        case LrSchedule::Wsd:
            return fallingFrom(
                1, std::min(1.0, static_cast<double>(c.steps - step) / (c.lrDecayShare * static_cast<double>(c.steps))),
                c);
    }
    throw std::logic_error("no learning-rate schedule has this number");
}

double weightDecayShare(const RunConfig& c, StepIndex step) {
    const StepIndex end = switchStep(c);
    switch (c.decaySchedule) {
        case DecaySchedule::Constant: return 1;
        case DecaySchedule::OffAtSwitch: return step < end ? 1 : 0;
        case DecaySchedule::CosineThenOff:
            if (step >= end) return 0;
            return 0.5 * (1 - std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(end)));
    }
    throw std::logic_error("no weight-decay schedule has this number");
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
    throw std::logic_error("no lambda schedule has this number");
}

}  // namespace

double learningRateAt(const RunConfig& c, StepIndex step) {
    if (step < c.warmupSteps) return c.learningRate * static_cast<double>(step) / static_cast<double>(c.warmupSteps);
    // At least 1 step: a warm-up of the whole run is a problem that check() reports, not a division by zero.
    const double progress = std::min(1.0, static_cast<double>(step - c.warmupSteps) /
                                              static_cast<double>(std::max<std::int64_t>(1, c.steps - c.warmupSteps)));
    return c.learningRate * learningRateShare(c, step, progress);
}

double weightDecayAt(const RunConfig& c, StepIndex step) { return c.weightDecay * weightDecayShare(c, step); }

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
