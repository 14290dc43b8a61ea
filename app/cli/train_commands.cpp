// train, resume.
#include <memory>

#include "app/cli/config_options.h"
#include "app/cli/run_json.h"
#include "app/cli/training.h"

namespace tritlab::cli {
namespace {

struct TrainOptions {
    ConfigOptions config;
    std::string name;
};

Exit train(Session& session, const TrainOptions& options) {
    const RunConfig config = options.config.frozenConfig();
    requireSources(config);
    loadEngine();  // no run is made where there is nothing to train it with
    StoreWriter writer(session.workspace);
    writer.markDeadRuns();
    const std::string name = !options.name.empty()           ? options.name
                             : options.config.preset.empty() ? "run"
                                                             : options.config.preset;
    const std::string id = writer.createRun(name, config, RunState::Preparing);
    session.result["run"] = id;
    return trainRun(session, writer, id, config, false);
}

Exit resume(Session& session, const std::string& name) {
    StoreWriter writer(session.workspace);
    writer.markDeadRuns();
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, name);
    session.result["run"] = run.id;
    return resumeRun(session, writer, run);
}

}  // namespace

void addTrainCommands(Program& program) {
    const auto options = std::make_shared<TrainOptions>();
    CLI::App* command = program.command(&program.app(), "train", "Train a model; Ctrl-C writes a checkpoint and stops",
                                        [options](Session& session) { return train(session, *options); });
    options->config.addTo(command);
    command->add_option("--name", options->name, "The run's name (default: the preset's)");

    const auto run = std::make_shared<std::string>();
    program
        .command(&program.app(), "resume", "Go on with a stopped or interrupted run",
                 [run](Session& s) { return resume(s, *run); })
        ->add_option("run", *run, "An id, a unique prefix of a name, or 'latest'")
        ->required();
}

}  // namespace tritlab::cli
