// Learning rate, weight decay and lambda as pure functions of the step. The form draws them, the trainer follows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/config/run_config.h"

namespace tritlab {

// step in [0, config.steps). The curves run from config.scheduleFrom over config.scheduleLength() steps; before them
// their first value holds, behind them their last.
double learningRateAt(const RunConfig& config, StepIndex step);
double weightDecayAt(const RunConfig& config, StepIndex step);
// In [0, 1], never falling. Exactly 1 from lambdaReachOneAt on, at the latest for the schedule's last step, unless
// lambdaFinal < 1. Always 0 for dense linears. Module 7's formulas: reference values in tests/core/run.
double lambdaAt(const RunConfig& config, StepIndex step);
// The first step whose lambda is exactly 1; -1 where there is none.
StepIndex lambdaReachesOne(const RunConfig& config);
// The first step of the second stage, where the config has two.
StepIndex secondStageFrom(const RunConfig& config);

// What becomes of the schedules in a run that goes on from another's checkpoint with its own number of steps.
enum class BranchSchedule {
    Stretched,  // the curves over all steps of the branch: at its first step their values jump
    Kept,       // the parent's curves, then their last values
    New  // new curves, warm-up included, from the branch's first step to its last; lambda rises from where it was
};
// `branch` with the fields that do this; step: the first that the branch trains.
RunConfig withBranchSchedule(const RunConfig& parent, RunConfig branch, StepIndex step, BranchSchedule schedule);

// Which of them a branch's fields say; none where they say something else.
std::optional<BranchSchedule> branchScheduleOf(const RunConfig& parent, const RunConfig& branch, StepIndex step);

// A scheduled value at the last step that was trained with the parent's config, and at the first one of the branch.
struct ScheduleChange {
    const char* key;  // learning_rate, lambda, weight_decay
    double before, after;
};
// In that order; without lambda for dense linears.
std::vector<ScheduleChange> scheduleChanges(const RunConfig& parent, const RunConfig& branch, StepIndex step);
std::string scheduledText(double value);  // to four digits: "0.0003", "2.468e-06"

}  // namespace tritlab
