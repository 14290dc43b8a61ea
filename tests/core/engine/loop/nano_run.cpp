#include "tests/core/engine/loop/nano_run.h"

#include "core/base/files.h"
#include "core/base/random.h"

namespace tritlab {

void writeNanoText(const std::filesystem::path& file) {
    const char* subjects[] = {"The king", "A shepherd", "The old sailor", "My sister"};
    const char* verbs[] = {"sees", "loves", "follows", "remembers"};
    const char* objects[] = {"the river", "a golden ship", "the quiet stars", "her brother"};
    std::string text;
    for (std::uint64_t i = 0; text.size() < 60000; ++i) {
        const auto pick = [&](const auto& words, std::uint64_t stream) { return words[randomBits(5, stream, i) % 4]; };
        text += std::string(pick(subjects, 1)) + " " + pick(verbs, 2) + " " + pick(objects, 3) + ".\n";
        if (i % 20 == 19) text += "\n";
    }
    writeFileAtomically(file, text);
}

RunConfig nanoConfig(const std::filesystem::path& text, Precision precision) {
    RunConfig config;
    config.hiddenSize = 32;
    config.layers = 2;
    config.heads = config.kvHeads = 2;
    config.ffnSize = 64;
    config.data = {{text.string(), 1.0}};
    config.heldOut = 0.05;
    config.vocabSize = 320;
    config.steps = 24;
    config.learningRate = 1e-2;
    config.warmupSteps = 4;
    config.batchSize = 4;
    config.sequenceLength = 32;
    config.accumulation = 1;
    config.precision = precision;
    config.threads = 2;
    config.evalEvery = config.sampleEvery = config.healthEvery = config.checkpointEvery = 8;
    config.evalTokens = 256;
    config.samplePrompts = "The king\nMy sister";
    config.sampleTokens = 8;
    return config;
}

TrainRequest nanoRequest(const RunConfig& config, const std::filesystem::path& workspace, RunObserver& observer,
                         bool resume) {
    TrainRequest request;
    request.runId = "r-test";
    request.config = config;
    request.workspace = Workspace(workspace);
    request.resume = resume;
    request.observers = {&observer};
    return request;
}

}  // namespace tritlab
