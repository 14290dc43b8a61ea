#include "app/cli/model_options.h"

#include "app/cli/run_json.h"
#include "core/architecture/activations.h"
#include "core/chat/latest_model.h"
#include "core/infer/chat_session.h"
#include "core/interop/chosen_activation.h"

namespace tritlab::cli {

void addActivationOption(CLI::App* command, std::string& activation) {
    command->add_option("--activation", activation,
                        "Of a GGUF file of the architecture bitnet that does not say: " + activationNames());
}

void takeActivation(const std::string& activation, const std::filesystem::path& model) {
    if (activation.empty()) return;
    const auto known = activationFromName(activation);
    if (!known)
        throw UsageError("there is no activation '" + activation + "'", "--activation",
                         "Give one of " + activationNames());
    chooseActivation(model, *known);
}

void ModelOptions::addTo(CLI::App* command) {
    command->add_option("--run", run,
                        "A run: an id, a unique prefix of a name, or 'latest'; its newest weights are used");
    command->add_option("--model", model,
                        "A model folder (a checkpoint, an export, a Hugging Face download) or a GGUF file");
    command->add_option("--checkpoint", checkpoint, "Of the run: a step, or 'best'");
    addActivationOption(command, activation);
}

ModelOptions::Model ModelOptions::resolve(const Session& session) const {
    if (run.empty() == model.empty()) throw UsageError("give either --run or --model");
    if (!model.empty()) {
        if (!checkpoint.empty()) throw UsageError("--checkpoint belongs to --run");
        takeActivation(activation, model);
        return {model, std::filesystem::absolute(model).lexically_normal().string()};
    }
    if (!activation.empty()) throw UsageError("--activation belongs to --model");
    RunStore store(session.workspace);
    const RunSummary found = findRun(store, run);
    if (found.trashed)
        throw Error("the run is in the trash", found.id, "`tritlab-cli runs restore " + found.id + "` brings it back");
    if (checkpoint.empty()) return {latestModelFolder(session.workspace, found.id), "run:" + found.id};
    std::string steps;
    for (const CheckpointInfo& info : store.checkpoints(found.id)) {
        const std::string step = std::to_string(info.step);
        if (checkpoint == step || (checkpoint == "best" && info.best))
            return {session.workspace.run(found.id) / info.path, "run:" + found.id + "@" + step};
        steps += (steps.empty() ? "" : ", ") + step;
    }
    throw Error("the run has no checkpoint '" + checkpoint + "'", found.id,
                steps.empty() ? "It has none yet" : "It has those of steps " + steps);
}

}  // namespace tritlab::cli
