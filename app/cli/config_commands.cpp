// fields, presets, estimate: what can be set, and what it would cost; with --measure after a few timed steps.
#include <memory>

#include "app/cli/config_options.h"
#include "core/base/number.h"
#include "core/data/tokenizer.h"
#include "core/engine/engine.h"
#include "core/model/estimate.h"

namespace tritlab::cli {
namespace {

Exit listFields(Session& session) {
    session.result["fields"] = nlohmann::ordered_json::array();
    FieldGroup group{};
    bool first = true;
    for (const Field& field : fields()) {
        if (first || field.group != group)
            session.printLine((first ? "" : "\n") + std::string(groupLabel(field.group)));
        first = false;
        group = field.group;
        session.printLine("  " + field.key + std::string(field.key.size() < 22 ? 22 - field.key.size() : 1, ' ') +
                          field.description);
        nlohmann::ordered_json choices = nlohmann::ordered_json::array();
        for (const Choice& choice : field.choices) choices.push_back(choice.key);
        session.result["fields"].push_back({{"key", field.key},
                                            {"group", groupLabel(field.group)},
                                            {"label", field.label},
                                            {"unit", field.unit},
                                            {"help", field.help},
                                            {"description", field.description},
                                            {"choices", choices},
                                            {"applies", field.condition}});
    }
    return done;
}

Exit listPresets(Session& session) {
    session.result["presets"] = nlohmann::ordered_json::array();
    for (const PresetInfo& preset : presets()) {
        const std::int64_t parameters = estimate(presetDraft(preset.name).config()).parameters;
        session.printLine(preset.name + std::string(preset.name.size() < 20 ? 20 - preset.name.size() : 1, ' ') +
                          humanCount(static_cast<double>(parameters)) + " parameters. " + preset.description);
        session.result["presets"].push_back({{"name", preset.name},
                                             {"title", preset.title},
                                             {"description", preset.description},
                                             {"parameters", parameters}});
    }
    return done;
}

// A few real steps: how long the run will take here.
Exit measure(Session& session, const RunConfig& config) {
    CalibrationRequest request;
    request.config = config;
    request.stop = session.stop;
    const std::optional<Calibration> measured = loadEngine().calibrate(request);
    if (!measured) return stopped;
    const double seconds = measured->runSeconds(config),
                 speed = static_cast<double>(config.tokensPerStep() * config.steps) / seconds;
    session.result["run_seconds"] = seconds;
    session.result["tokens_per_second"] = speed;
    session.result["measured_memory_bytes"] = measured->memoryBytes;
    session.printLine("time            " + humanDuration(seconds) + " of training at " + humanCount(speed) +
                      " tokens/s, " + fixed(seconds / static_cast<double>(config.steps), 3) +
                      " s a step; evaluations, samples and checkpoints come on top");
    session.printLine("measured memory " + humanBytes(static_cast<double>(measured->memoryBytes)));
    return done;
}

struct EstimateOptions {
    ConfigOptions config;
    bool measure = false;
};

Exit printEstimate(Session& session, const EstimateOptions& options) {
    const RunConfig config = options.config.draft().config();
    std::vector<Problem> problems = check(config);
    // Costs the same on any text, and may be asked for on a machine that has no such device.
    std::erase_if(problems, [](const Problem& p) { return p.keys.front() == "data" || p.keys.front() == "device"; });
    if (!problems.empty()) throw UsageError(problems.front().message, problems.front().keys.front());
    const std::int64_t vocabulary =
        config.tokenizer == TokenizerKind::File ? loadTokenizer(config.tokenizerPath)->size() : config.vocabSize;
    const Estimate e = estimate(config, vocabulary);
    session.result = {{"parameters", e.parameters},
                      {"ternary_parameters", e.ternaryParameters},
                      {"embedding_parameters", e.embeddingParameters},
                      {"vocab_size", vocabulary},
                      {"weight_bytes", e.weightBytes},
                      {"gradient_bytes", e.gradientBytes},
                      {"optimizer_bytes", e.optimizerBytes},
                      {"activation_bytes", e.activationBytes},
                      {"program_bytes", e.programBytes},
                      {"training_bytes", e.trainingBytes},
                      {"training_memory", e.onDevice ? "cuda" : "cpu"},
                      {"packed_bytes", e.packedBytes},
                      {"tokens_per_step", e.tokensPerStep},
                      {"total_tokens", e.totalTokens},
                      {"flops_per_token", e.flopsPerToken}};
    const auto bytes = [](std::int64_t value) { return humanBytes(static_cast<double>(value)); };
    session.printLine("parameters      " + humanCount(static_cast<double>(e.parameters)) + " (" +
                      std::to_string(e.parameters) + "), ternary " +
                      humanCount(static_cast<double>(e.ternaryParameters)));
    session.printLine(std::string(e.onDevice ? "CUDA memory     " : "training memory ") + bytes(e.trainingBytes) +
                      ": weights " + bytes(e.weightBytes) + ", gradients " + bytes(e.gradientBytes) + ", optimizer " +
                      bytes(e.optimizerBytes) + ", activations about " + bytes(e.activationBytes) +
                      (e.onDevice ? "; in main memory the program " : ", program ") + bytes(e.programBytes));
    session.printLine("packed model    " + bytes(e.packedBytes));
    session.printLine("tokens          " + humanCount(static_cast<double>(e.totalTokens)) + " (" +
                      humanCount(static_cast<double>(e.tokensPerStep)) + " a step)");
    session.printLine("work            " + humanCount(e.flopsPerToken) + " floating-point operations a token");
    return options.measure ? measure(session, frozen(config)) : done;
}

}  // namespace

void addConfigCommands(Program& program) {
    CLI::App* root = &program.app();
    program.command(root, "fields", "List every setting: key, range, default", listFields);
    program.command(root, "presets", "List the presets", listPresets);
    const auto options = std::make_shared<EstimateOptions>();
    CLI::App* estimates = program.command(root, "estimate", "Parameters, memory and size of a config, before it runs",
                                          [options](Session& session) { return printEstimate(session, *options); });
    options->config.addTo(estimates);
    estimates->add_flag("--measure", options->measure,
                        "Also do a few steps, and tell how long the run will take on this machine");
}

}  // namespace tritlab::cli
