// eval perplexity, logits: what a model makes of a text, or of a few tokens.
#include <algorithm>
#include <memory>

#include "app/cli/at_lambda_one.h"
#include "app/cli/frame.h"
#include "app/cli/model_options.h"
#include "core/base/number.h"
#include "core/engine/engine.h"
#include "core/infer/packed_model.h"
#include "core/library/model_notes.h"

namespace tritlab::cli {
namespace {

struct PerplexityOptions {
    ModelOptions model;
    AtLambdaOne atLambdaOne;
    std::string data;
    std::int64_t window = 0;
};

Exit perplexity(Session& session, const PerplexityOptions& options) {
    const auto model = options.model.resolve(session);
    const auto trained = options.atLambdaOne.require(session, model);
    const std::int64_t window =
        options.window > 0 ? options.window : readModelDescription(model.folder).config.contextLength;
    const EvalResult result = loadEngine().perplexity(model.folder, options.data, window, session.stop);
    session.result = {{"loss", result.loss},
                      {"perplexity", result.perplexity},
                      {"bits_per_byte", result.bitsPerByte},
                      {"tokens", result.tokens},
                      {"bytes", result.bytes},
                      {"window", window},
                      {"windows", result.windows},
                      {"data", result.skips.summary()},
                      {"model", model.name},
                      {"notes", modelNotes(model.folder)}};
    addTrained(session, trained);
    session.printLine("loss " + fixed(result.loss, 4) + ", perplexity " + fixed(result.perplexity, 3) +
                      ", bits per byte " + fixed(result.bitsPerByte, 4) + " over " + std::to_string(result.tokens) +
                      " tokens, " + humanBytes(static_cast<double>(result.bytes)));
    printSkips(session, result.skips);
    return done;
}

struct LogitsOptions {
    ModelOptions model;
    AtLambdaOne atLambdaOne;
    std::string tokens, engine = "train";
};

std::vector<TokenId> parseTokens(const std::string& text) {
    std::vector<TokenId> tokens;
    std::size_t start = 0;
    while (start <= text.size()) {
        const auto comma = std::min(text.find(',', start), text.size());
        const auto id = parseInt(text.substr(start, comma - start));
        if (!id || *id < 0 || *id > INT32_MAX)
            throw UsageError("--tokens needs token ids with commas between, such as 1,2,3");
        tokens.push_back(static_cast<TokenId>(*id));
        start = comma + 1;
    }
    return tokens;
}

std::vector<float> packedLogits(const std::filesystem::path& folder, const std::vector<TokenId>& tokens) {
    const auto model = PackedModel::load(folder);
    const auto session = PackedSession::create(
        model,
        std::max<std::int64_t>(static_cast<std::int64_t>(tokens.size()), model->description().config.contextLength));
    const auto logits = session->feed(tokens);
    return {logits.begin(), logits.end()};
}

Exit logits(Session& session, const LogitsOptions& options) {
    if (options.engine != "train" && options.engine != "packed")
        throw UsageError("there is no engine '" + options.engine + "'", "--engine", "Give train or packed");
    const std::vector<TokenId> tokens = parseTokens(options.tokens);
    const auto model = options.model.resolve(session);
    const auto trained = options.atLambdaOne.require(session, model);
    const std::int64_t vocabulary = readModelDescription(model.folder).config.vocabSize;
    for (const TokenId token : tokens)
        if (token >= vocabulary)
            throw Error("there is no token " + std::to_string(token), "--tokens",
                        "The model has " + std::to_string(vocabulary));
    const std::vector<float> values =
        options.engine == "train" ? loadEngine().logits(model.folder, tokens) : packedLogits(model.folder, tokens);
    const auto largest = std::max_element(values.begin(), values.end()) - values.begin();
    session.result = {{"logits", values},
                      {"argmax", largest},
                      {"engine", options.engine},
                      {"model", model.name},
                      {"notes", modelNotes(model.folder)}};
    addTrained(session, trained);
    std::string text;
    for (const float value : values) text += formatReal(value) + "\n";
    session.print(text);
    return done;
}

}  // namespace

void addEvaluateCommands(Program& program) {
    CLI::App* group = program.group("eval", "Measure a model");
    const auto options = std::make_shared<PerplexityOptions>();
    CLI::App* command =
        program.command(group, "perplexity", "Perplexity and bits per byte on a text or JSONL file, at lambda 1",
                        [options](Session& s) { return perplexity(s, *options); });
    options->model.addTo(command);
    options->atLambdaOne.addTo(command);
    command->add_option("--data", options->data, "The file")->required();
    command->add_option("--window", options->window, "Tokens of a window; 0: the training length")
        ->capture_default_str()
        ->check(CLI::Range(0, 1 << 24));

    addAgreementCommand(program, group);

    const auto wanted = std::make_shared<LogitsOptions>();
    command = program.command(&program.app(), "logits", "All logits after the last of some tokens",
                              [wanted](Session& s) { return logits(s, *wanted); });
    wanted->model.addTo(command);
    wanted->atLambdaOne.addTo(command);
    command->add_option("--tokens", wanted->tokens, "Token ids: 1,2,3")->required();
    command->add_option("--engine", wanted->engine, "train (fp32) or packed")->capture_default_str();
}

}  // namespace tritlab::cli
