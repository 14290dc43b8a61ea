// Schedules as formulas of the step. Sources: the notebook (warm-up, cosine), Module 7 (lambda), Training Tips and the
// 2B4T report (two stages). Shares of the run become steps by rounding up: the first step at or after the share.
#include "core/run/schedules.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <numbers>
#include <stdexcept>

namespace tritlab {
namespace {

// 0.1 x 30 is a hair above 3 in floating point, and still means step 3.
StepIndex stepAtShare(double share, std::int64_t steps) {
    return static_cast<StepIndex>(std::ceil(share * static_cast<double>(steps) - 1e-9));
}

// Where a step lies in the schedules: before their beginning at their first step, behind their end at their last one,
// whose value stays.
StepIndex positionOf(const RunConfig& c, StepIndex step) {
    return std::clamp<StepIndex>(step - c.scheduleFrom, 0, std::max<StepIndex>(0, c.scheduleLength() - 1));
}

StepIndex switchPosition(const RunConfig& c) { return stepAtShare(c.lrSwitchAt, c.scheduleLength()); }

// A curve's shape from 1 to 0, between the peak and the floor, as a share of the learning rate.
double fallingFrom(double peak, double shape, const RunConfig& c) { return c.lrFloor + (peak - c.lrFloor) * shape; }

// The second stage is the same curve, falling to the same floor, under a lower peak.
double stagePeak(const RunConfig& c, StepIndex position) {
    return position >= switchPosition(c) ? std::max(c.lrSecondPeak, c.lrFloor) : 1;
}

double cosineShape(double progress) { return 0.5 * (1 + std::cos(std::numbers::pi * progress)); }

// The learning rate as a share of its peak, after the warm-up; progress from 0 to 1 over the steps that follow it.
double learningRateShare(const RunConfig& c, StepIndex position, double progress) {
    switch (c.lrSchedule) {
        case LrSchedule::Constant: return 1;
        case LrSchedule::Linear: return fallingFrom(1, 1 - progress, c);
        case LrSchedule::Cosine: return fallingFrom(1, cosineShape(progress), c);
        case LrSchedule::TwoStageLinear: return fallingFrom(stagePeak(c, position), 1 - progress, c);
        case LrSchedule::TwoStageCosine: return fallingFrom(stagePeak(c, position), cosineShape(progress), c);
        case LrSchedule::Wsd: {
            const auto length = static_cast<double>(c.scheduleLength());
            return fallingFrom(1, std::min(1.0, (length - static_cast<double>(position)) / (c.lrDecayShare * length)),
                               c);
        }
    }
    throw std::logic_error("no learning-rate schedule has this number");
}

double weightDecayShare(const RunConfig& c, StepIndex position) {
    const StepIndex end = switchPosition(c);
    switch (c.decaySchedule) {
        case DecaySchedule::Constant: return 1;
        case DecaySchedule::OffAtSwitch: return position < end ? 1 : 0;
        case DecaySchedule::CosineThenOff:
            if (position >= end) return 0;
            return 0.5 * (1 - std::cos(std::numbers::pi * static_cast<double>(position) / static_cast<double>(end)));
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
    const StepIndex position = positionOf(c, step);
    if (position < c.warmupSteps)
        return c.learningRate * static_cast<double>(position) / static_cast<double>(c.warmupSteps);
    // At least 1 step: a warm-up of the whole run is a problem that check() reports, not a division by zero.
    const std::int64_t rest = std::max<std::int64_t>(1, c.scheduleLength() - c.warmupSteps);
    const double progress = std::min(1.0, static_cast<double>(position - c.warmupSteps) / static_cast<double>(rest));
    return c.learningRate * learningRateShare(c, position, progress);
}

double weightDecayAt(const RunConfig& c, StepIndex step) {
    return c.weightDecay * weightDecayShare(c, positionOf(c, step));
}

double lambdaAt(const RunConfig& c, StepIndex step) {
    if (!c.ternaryLinears) return 0;
    const StepIndex position = positionOf(c, step), length = c.scheduleLength();
    const StepIndex reached = std::min(stepAtShare(c.lambdaReachOneAt, length), length - 1);
    if (position >= reached) return c.lambdaFinal;
    const double t = static_cast<double>(position) / (c.lambdaReachOneAt * static_cast<double>(length));
    return c.lambdaStart + (c.lambdaFinal - c.lambdaStart) * lambdaFormula(c, t);
}

StepIndex secondStageFrom(const RunConfig& c) { return c.scheduleFrom + switchPosition(c); }

RunConfig withBranchSchedule(const RunConfig& parent, RunConfig branch, StepIndex step, BranchSchedule schedule) {
    switch (schedule) {
        case BranchSchedule::Stretched:
            branch.scheduleFrom = parent.scheduleFrom;
            branch.scheduleSteps = 0;
            branch.lambdaStart = parent.lambdaStart;
            return branch;
        case BranchSchedule::Kept:
            branch.scheduleFrom = parent.scheduleFrom;
            branch.scheduleSteps = parent.scheduleLength();
            branch.lambdaStart = parent.lambdaStart;
            return branch;
        case BranchSchedule::New:
            branch.scheduleFrom = step;
            branch.scheduleSteps = 0;
            branch.lambdaStart = 0;  // where lambda has a schedule at all
            if (branch.ternaryLinears && branch.lambdaSchedule != LambdaSchedule::None)
                branch.lambdaStart = std::min(lambdaAt(parent, std::max<StepIndex>(step - 1, 0)), branch.lambdaFinal);
            return branch;
    }
    throw std::logic_error("no schedule of a branch has this number");
}

std::optional<BranchSchedule> branchScheduleOf(const RunConfig& parent, const RunConfig& branch, StepIndex step) {
    for (const BranchSchedule each : {BranchSchedule::Stretched, BranchSchedule::Kept, BranchSchedule::New})
        if (withBranchSchedule(parent, branch, step, each) == branch) return each;
    return std::nullopt;
}

std::vector<ScheduleChange> scheduleChanges(const RunConfig& parent, const RunConfig& branch, StepIndex step) {
    const StepIndex before = std::max<StepIndex>(step - 1, 0);
    std::vector<ScheduleChange> changes{{"learning_rate", learningRateAt(parent, before), learningRateAt(branch, step)},
                                        {"lambda", lambdaAt(parent, before), lambdaAt(branch, step)},
                                        {"weight_decay", weightDecayAt(parent, before), weightDecayAt(branch, step)}};
    if (!branch.ternaryLinears) changes.erase(changes.begin() + 1);
    return changes;
}

std::string scheduledText(double value) {
    char text[32];
    const auto end = std::to_chars(std::begin(text), std::end(text), value, std::chars_format::general, 4).ptr;
    return {std::begin(text), end};
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
