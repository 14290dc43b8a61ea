#include "app/cli/branching.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "app/cli/run_json.h"
#include "app/cli/runs_commands.h"
#include "core/config/fields.h"
#include "core/run/schedules.h"
#include "core/store/branch.h"

namespace tritlab::cli {
namespace {

const char* scheduleKey(std::optional<BranchSchedule> schedule) {
    if (!schedule) return "set";
    switch (*schedule) {
        case BranchSchedule::Stretched: return "stretched";
        case BranchSchedule::Kept: return "kept";
        case BranchSchedule::New: return "new";
    }
    return "";
}

StepIndex checkpointOf(RunStore& store, const RunSummary& parent, std::int64_t wanted) {
    if (wanted >= 0) return wanted;
    StepIndex newest = -1;
    for (const CheckpointInfo& each : store.checkpoints(parent.id)) newest = std::max(newest, each.step);
    if (newest < 0) throw Error("the run has no checkpoint to go on from", parent.id, "Resume it, or train another");
    return newest;
}

// The parent's frozen config with what the person sets over it, and the schedules as they were asked for.
RunConfig branchConfig(const RunConfig& parent, StepIndex step, const BranchOptions& options) {
    ConfigDraft start;
    start.setJson(toJson(parent));
    RunConfig config = options.config.draft(std::move(start)).config();
    if (options.keepSchedule || options.newSchedule) {
        for (const char* key : {"schedule_from", "schedule_steps", "lambda_start"}) {
            const Field* field = findField(key);
            if (field->get(config) != field->get(parent))
                throw UsageError("the option decides it", key, "Leave out either --set or the option");
        }
        config =
            withBranchSchedule(parent, config, step, options.keepSchedule ? BranchSchedule::Kept : BranchSchedule::New);
    }
    requireSound(config);
    return frozen(config);
}

std::string named(const char* key) {
    std::string name = key;
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

// "At step 40: learning rate 2.468e-06 → 0.0015, lambda 1 → 0.5, weight decay stays at 0.1."
std::string changesText(const std::vector<ScheduleChange>& changes, StepIndex step) {
    std::string text;
    for (const ScheduleChange& each : changes) {
        const std::string before = scheduledText(each.before), after = scheduledText(each.after);
        text += (text.empty() ? "At step " + std::to_string(step) + ": " : ", ") + named(each.key) +
                (before == after ? " stays at " + after : " " + before + " → " + after);
    }
    return text + ".";
}

// What is behind the change, and what else could be had.
std::string scheduleText(const RunConfig& parent, const RunConfig& branch, StepIndex step) {
    const std::optional<BranchSchedule> schedule = branchScheduleOf(parent, branch, step);
    const StepIndex last = branch.steps - 1, end = branch.scheduleFrom + branch.scheduleLength();
    std::string text;
    if (schedule == BranchSchedule::New) {
        text = "New curves from there to step " + std::to_string(branch.steps) +
               (branch.warmupSteps > 0 ? ", with a warm-up of " + std::to_string(branch.warmupSteps) + " steps." : ".");
    } else if (end < branch.steps) {
        text = "The curves end at step " + std::to_string(end) + "; from there on the learning rate stays at " +
               scheduledText(learningRateAt(branch, last)) + ", " +
               percent(branch.learningRate > 0 ? learningRateAt(branch, last) / branch.learningRate : 0) +
               " of its peak.";
    } else if (schedule == BranchSchedule::Stretched && branch.steps != parent.steps) {
        text = "The schedules are stretched over all " + std::to_string(branch.steps) +
               " steps. --keep-schedule keeps the curves of the parent and then their last values; --new-schedule "
               "begins new ones at this step.";
    }
    if (branch.ternaryLinears && branch.lambdaFinal == 1 && lambdaAt(branch, last) < 1)
        text += (text.empty() ? "" : " ") + ("Lambda ends at " + scheduledText(lambdaAt(branch, last))) +
                ": the run ends before the schedule does.";
    return text;
}

}  // namespace

void BranchOptions::addScheduleTo(CLI::App* command) {
    CLI::Option* keep = command->add_flag(
        "--keep-schedule", keepSchedule,
        "Learning rate, weight decay and lambda follow the parent's curves, then keep their last values");
    command
        ->add_flag("--new-schedule", newSchedule,
                   "They begin new curves at the branch's first step (without either: stretched over all steps)")
        ->excludes(keep);
}

RunSummary makeBranch(Session& session, StoreWriter& writer, const BranchOptions& options) {
    RunStore store(session.workspace);
    const RunSummary parent = findRun(store, options.run);
    const StepIndex step = checkpointOf(store, parent, options.step);
    const RunConfig config = branchConfig(parent.config, step, options);
    const std::string name = options.name.empty() ? store.freeName(parent.name) : options.name;
    const std::string id = branchRun(writer, parent.id, step, name, config);
    const std::vector<ScheduleChange> changes = scheduleChanges(parent.config, config, step);
    session.result["run"] = id;
    session.result["parent"] = parent.id;
    session.result["branch_step"] = step;
    session.result["total_steps"] = config.steps;
    nlohmann::ordered_json& schedule = session.result["schedule"];
    schedule["curves"] = scheduleKey(branchScheduleOf(parent.config, config, step));
    for (const ScheduleChange& each : changes) schedule[each.key] = {{"before", each.before}, {"after", each.after}};
    session.printLine(id + " (" + name + ") goes on from step " + std::to_string(step) + " of " + parent.id + " (" +
                      parent.name + ") to step " + std::to_string(config.steps) + ".");
    session.printLine(changesText(changes, step));
    if (const std::string text = scheduleText(parent.config, config, step); !text.empty()) session.printLine(text);
    return *store.run(id);
}

void addRunsBranch(Program& program, CLI::App* group) {
    const auto options = std::make_shared<BranchOptions>();
    CLI::App* command =
        program.command(group, "branch", "Make a run that goes on from a checkpoint of another; `resume` trains it",
                        [options](Session& session) {
                            StoreWriter writer(session.workspace);
                            const RunSummary run = makeBranch(session, writer, *options);
                            session.printLine("`tritlab-cli resume " + run.id + "` trains it.");
                            return done;
                        });
    command->add_option("run", options->run, runHelp)->required();
    command->add_option("--step", options->step, "Of the checkpoint (default: the newest)")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--name", options->name, "The run's name (default: its parent's, with a number)");
    options->config.addSettingsTo(command);
    options->addScheduleTo(command);
}

}  // namespace tritlab::cli
