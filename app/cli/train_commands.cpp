// train, resume.
#include <algorithm>
#include <cstdint>
#include <memory>

#include "app/cli/branching.h"
#include "app/cli/config_options.h"
#include "app/cli/local_ranks.h"
#include "app/cli/run_json.h"
#include "app/cli/training.h"

namespace tritlab::cli {
namespace {

struct TrainOptions {
    ConfigOptions config;
    std::string name;
    int processes = 1;
};

// The ranks that a launcher's environment tells of, or those that --processes starts.
Ranks ranksOfLauncher(int processes) {
    Ranks ranks;
    try {
        ranks = ranksOf(processEnvironment());
    } catch (const Error& error) {
        throw UsageError(error);
    }
    if (ranks.many() && processes > 1)
        throw UsageError("a launcher has already started " + std::to_string(ranks.size) + " ranks", "--processes",
                         "Leave it out");
    return ranks;
}

void addProcesses(CLI::App* command, int& processes) {
    command
        ->add_option("--processes", processes,
                     "Ranks on this machine that train together (torchrun, mpirun and srun start them too)")
        ->check(CLI::Range(1, 1024));
}

Exit train(Session& session, const TrainOptions& options) {
    const Ranks launched = ranksOfLauncher(options.processes);
    if (!launched.leads()) return followRun(session, launched);
    RunConfig config = options.config.frozenConfig();
    if (config.scheduleFrom > 0)
        throw UsageError(
            "the schedules would begin at step " + std::to_string(config.scheduleFrom) + " of a run that begins at 0",
            "schedule_from", "Leave it at 0; `tritlab-cli runs branch --new-schedule` sets it");
    // Each rank has as many micro-batches as the person asked for; the run keeps their sum, whoever resumes it.
    config.accumulation *= std::max(launched.size, options.processes);
    requireSound(config);
    requireSources(config);
    StoreWriter writer(session.workspace);
    loadEngine();  // no run is made where there is nothing to train it with
    writer.markDeadRuns();
    const std::string name =
        !options.name.empty()
            ? options.name
            : RunStore(session.workspace).freeName(options.config.preset.empty() ? "run" : options.config.preset);
    const std::string id = writer.createRun(name, config, RunState::Preparing);
    session.result["run"] = id;
    const LocalRanks local(options.processes);
    return trainRun(session, writer, id, config, false, launched.many() ? launched : local.ranks());
}

struct ResumeOptions {
    BranchOptions branch;  // where --steps wants other steps than the run has
    std::int64_t steps = 0;
    int processes = 1;
};

Exit resume(Session& session, ResumeOptions options) {
    const Ranks launched = ranksOfLauncher(options.processes);
    if (!launched.leads()) return followRun(session, launched);
    StoreWriter writer(session.workspace);
    writer.markDeadRuns();
    RunStore store(session.workspace);
    RunSummary run = findRun(store, options.branch.run);
    if (options.steps > 0 && options.steps != run.config.steps) {
        if (run.state == RunState::Running || run.state == RunState::Preparing)
            throw Error("the run is being trained", run.id,
                        "Stop it first; `tritlab-cli runs branch` goes on from a checkpoint of a run that goes",
                        ErrorKind::Busy);
        loadEngine();  // no run is made where there is nothing to train it with
        options.branch.config.sets = {"steps=" + std::to_string(options.steps)};
        run = makeBranch(session, writer, options.branch);
    }
    session.result["run"] = run.id;
    const LocalRanks local(options.processes);
    return resumeRun(session, writer, run, launched.many() ? launched : local.ranks());
}

}  // namespace

void addTrainCommands(Program& program) {
    const auto options = std::make_shared<TrainOptions>();
    CLI::App* command = program.command(&program.app(), "train", "Train a model; Ctrl-C writes a checkpoint and stops",
                                        [options](Session& session) { return train(session, *options); });
    options->config.addTo(command);
    command->add_option("--name", options->name,
                        "The run's name (default: the preset's, with a number where there is one already)");
    addProcesses(command, options->processes);

    const auto resumed = std::make_shared<ResumeOptions>();
    CLI::App* resuming = program.command(&program.app(), "resume", "Go on with a stopped or interrupted run",
                                         [resumed](Session& s) { return resume(s, *resumed); });
    resuming->add_option("run", resumed->branch.run, "An id, a unique prefix of a name, or 'latest'")->required();
    resuming
        ->add_option("--steps", resumed->steps,
                     "Train to so many steps in all, also a finished run: in a branch, since a run keeps its config")
        ->check(CLI::PositiveNumber);
    resumed->branch.addScheduleTo(resuming);
    for (const char* option : {"--keep-schedule", "--new-schedule"}) resuming->get_option(option)->needs("--steps");
    addProcesses(resuming, resumed->processes);
}

}  // namespace tritlab::cli
