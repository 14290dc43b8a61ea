// eval agreement: whether the packed engine says what the training model says, on held-out text.
#include <memory>

#include "app/cli/at_lambda_one.h"
#include "app/cli/frame.h"
#include "app/cli/model_options.h"
#include "app/cli/packed_choices.h"
#include "app/cli/run_json.h"
#include "core/base/number.h"
#include "core/data/dataset.h"
#include "core/engine/engine.h"
#include "core/eval/agreement.h"
#include "core/infer/chat_session.h"
#include "core/library/model_notes.h"

namespace tritlab::cli {
namespace {

struct AgreementOptions {
    ModelOptions model;
    AtLambdaOne atLambdaOne;
    PackedChoices formats;
    std::string data, precision = "fp32";
    std::int64_t texts = 50, tokens = 256;
    int threads = 0;
};

std::vector<std::vector<TokenId>> textsOf(const Session& session, const AgreementOptions& options,
                                          const std::filesystem::path& folder) {
    if (!options.data.empty()) {
        const Template form = readModelDescription(folder).chatTemplate;
        return heldOutTexts(*openEvaluationText(options.data, folder, form, options.tokens, session.stop),
                            options.texts, options.tokens);
    }
    if (options.model.run.empty()) throw UsageError("--model needs --data: only a run has held-out text of its own");
    RunStore store(session.workspace);
    const RunConfig config = findRun(store, options.model.run).config;
    return heldOutTexts(*openDataset(config, session.workspace, {}, session.stop), options.texts, options.tokens);
}

Exit agreement(Session& session, const AgreementOptions& options) {
    if (options.precision != "fp32" && options.precision != "bf16")
        throw UsageError("--precision is '" + options.precision + "': choose fp32 or bf16");
    const auto model = options.model.resolve(session);
    const auto trained = options.atLambdaOne.require(session, model);
    PackedOptions packed = chatOptions(model.folder, options.threads);
    options.formats.apply(packed);
    const auto texts = textsOf(session, options, model.folder);
    AgreementMeter meter(PackedModel::load(model.folder, packed));
    loadEngine().logitsOfTexts(
        model.folder, texts, options.precision == "bf16" ? Precision::Bf16 : Precision::Fp32,
        [&](std::size_t text, std::span<const float> logits) { meter.add(texts[text], logits); }, session.stop);
    const Agreement result = meter.result();
    session.result = {{"texts", result.texts},
                      {"positions", result.positions},
                      {"same_argmax", result.sameShare()},
                      {"different", result.positions - result.sameArgmax},
                      {"widest_gap", result.widestGap},
                      {"mean_difference", result.meanDifference},
                      {"largest_difference", result.largestDifference},
                      {"train_perplexity", result.trainingPerplexity()},
                      {"packed_perplexity", result.packedPerplexity()},
                      {"perplexity_difference", result.perplexityDifference()},
                      {"precision", options.precision},
                      {"head", options.formats.head},
                      {"cache", options.formats.cache},
                      {"model", model.name},
                      {"notes", modelNotes(model.folder)}};
    addTrained(session, trained);
    session.printLine("The same likeliest token at " + fixed(100 * result.sameShare(), 3) + " % of " +
                      std::to_string(result.positions) + " positions of " + std::to_string(result.texts) +
                      " texts; where they differ, the training model's two likeliest are at most " +
                      fixed(result.widestGap, 4) + " apart. Perplexity " + fixed(result.trainingPerplexity(), 4) +
                      " in training (" + options.precision + "), " + fixed(result.packedPerplexity(), 4) + " packed (" +
                      fixed(100 * result.perplexityDifference(), 4) + " %). Logits differ by " +
                      formatReal(result.meanDifference) + " on the mean, " + formatReal(result.largestDifference) +
                      " at most.");
    return done;
}

}  // namespace

void addAgreementCommand(Program& program, CLI::App* group) {
    const auto options = std::make_shared<AgreementOptions>();
    CLI::App* command = program.command(
        group, "agreement", "The packed engine against the training model, position by position of held-out text",
        [options](Session& s) { return agreement(s, *options); });
    options->model.addTo(command);
    options->atLambdaOne.addTo(command);
    command->add_option("--data", options->data,
                        "A text or JSONL file; the run's own held-out text where none is named");
    command->add_option("--texts", options->texts, "At most so many texts, spread over the whole")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20));
    command->add_option("--tokens", options->tokens, "Positions of a text")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20));
    command->add_option("--precision", options->precision, "Of the training model: fp32 or bf16")
        ->capture_default_str();
    options->formats.addTo(command);
    command->add_option("--threads", options->threads, "Of the packed engine; 0: all cores")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
}

}  // namespace tritlab::cli
