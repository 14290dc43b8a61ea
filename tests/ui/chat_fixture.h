// A tiny model that talks nonsense at once, with a tokenizer that is trained here: what the chat pane's tests ask.
#pragma once

#include <filesystem>

#include "core/base/files.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/data/tokenizer.h"
#include "core/store/store_writer.h"
#include "tests/core/infer/naive_model.h"

namespace tritlab {

// Writes a model folder with its tokenizer.
inline void writeTalkingModel(const std::filesystem::path& folder, Template chatTemplate = Template::Plain,
                              std::int64_t contextLength = 256) {
    std::filesystem::create_directories(folder.parent_path());
    const std::filesystem::path tokenizer = folder.parent_path() / (folder.filename().string() + ".tokenizer");
    testing::trainTalkTokenizer(tokenizer, "so");
    ModelConfig config = testing::tinyConfigs()[2].config;
    config.vocabSize = loadTokenizer(tokenizer)->size();
    config.contextLength = contextLength;
    testing::writeRandomModel(folder, config, 11, DType::F32, chatTemplate);
    std::filesystem::rename(tokenizer, folder / "tokenizer.model");
}

// Gives a checkpoint its manifest, with an evaluation; its weights were trained at that one's lambda.
inline void sealCheckpoint(const std::filesystem::path& folder, const EvaluationEvent& evaluation) {
    nlohmann::json config = nlohmann::json::parse(readFile(folder / "config.json"));
    config["tritlab"]["lambda"] = evaluation.lambda;
    writeFileAtomically(folder / "config.json", config.dump());
    CheckpointManifest manifest;
    manifest.step = evaluation.step;
    manifest.lossWatch = nlohmann::json::object();
    manifest.evaluation = evaluation;
    writeManifest(folder, manifest);
}
// Of a run whose held-out loss is 0.94 as it was trained, and 3.51 as a ternary model.
inline EvaluationEvent halfTernary(StepIndex step) {
    EvaluationEvent evaluation;
    evaluation.step = step;
    evaluation.lambda = 0.5;
    evaluation.lossAtLambda = 0.94;
    evaluation.loss = 3.51;
    return evaluation;
}

// A finished run whose checkpoints of these steps can be talked to.
inline std::string talkingRun(StoreWriter& writer, const std::string& name, const RunConfig& config,
                              std::vector<StepIndex> steps, Template chatTemplate = Template::Plain,
                              std::int64_t contextLength = 256) {
    const std::string id = writer.createRun(name, config, RunState::Queued);
    RunRecorder recorder(writer, id);
    recorder.onState({RunState::Running, 0, {}, true});
    for (const StepIndex step : steps) {
        std::string folder = std::to_string(step);
        folder = "checkpoints/step-" + std::string(8 - folder.size(), '0') + folder;
        writeTalkingModel(writer.workspace().run(id) / folder, chatTemplate, contextLength);
        recorder.onCheckpoint({step, folder, 1000, step == steps.back(), {}});
    }
    recorder.onState({RunState::Finished, steps.back(), {}, true});
    writer.flush();
    return id;
}

}  // namespace tritlab
