// eval perplexity, logits: what a model makes of a text, or of a few tokens.
#include <unistd.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <memory>

#include "app/cli/at_lambda_one.h"
#include "app/cli/frame.h"
#include "app/cli/model_options.h"
#include "app/cli/packed_choices.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/data/dataset.h"
#include "core/engine/engine.h"
#include "core/eval/windowed_perplexity.h"
#include "core/infer/chat_session.h"
#include "core/library/model_notes.h"

namespace tritlab::cli {
namespace {

constexpr const char* trainingMethod = "training";
constexpr const char* llamaCppMethod = "llama.cpp";
constexpr std::int64_t llamaCppContext = 512;  // llama-perplexity's own

struct PerplexityOptions {
    ModelOptions model;
    AtLambdaOne atLambdaOne;
    std::string data, method = trainingMethod;
    std::int64_t window = 0;
    // of the method llama.cpp
    std::int64_t context = llamaCppContext, chunks = 0;
    PackedChoices formats;
    int threads = 0;
    const CLI::App* command = nullptr;  // which options were given

    void requireOwnOptions() const {
        if (method != trainingMethod && method != llamaCppMethod)
            throw UsageError("there is no method '" + method + "'", "--method", "Give training or llama.cpp");
        if (method == llamaCppMethod && command->count("--window") > 0)
            throw UsageError("belongs to the method training", "--window", "The method llama.cpp has --context");
        constexpr std::array<const char*, 6> windowed{"--context", "--chunks",  "--head",
                                                      "--cache",   "--ternary", "--threads"};
        if (method != llamaCppMethod)
            for (const char* name : windowed)
                if (command->count(name) > 0)
                    throw UsageError("belongs to the method llama.cpp", name, "Give --method llama.cpp");
    }
};

// The estimate so far on stderr: one line that is redrawn on a terminal, one every few seconds elsewhere.
class WindowProgress {
public:
    ~WindowProgress() {
        if (drawn_ && terminal_) std::cerr << '\n';
    }
    void show(const WindowedPerplexity& now) {
        const auto time = Clock::now();
        const bool last = now.windows == now.allWindows;
        if (drawn_ && !last && time - shown_ < std::chrono::milliseconds(terminal_ ? 100 : 5000)) return;
        shown_ = time;
        drawn_ = true;
        const double left = std::chrono::duration<double>(time - begun_).count() / static_cast<double>(now.windows) *
                            static_cast<double>(now.allWindows - now.windows);
        std::cerr << (terminal_ ? "\r\033[K" : "") << "window " << now.windows << "/" << now.allWindows
                  << "  perplexity " << fixed(now.perplexity, 4) << " ± " << fixed(now.standardError, 4)
                  << (last ? "" : "  ETA " + humanDuration(left)) << (terminal_ ? "" : "\n") << std::flush;
    }

private:
    using Clock = std::chrono::steady_clock;
    bool terminal_ = isatty(STDERR_FILENO) == 1, drawn_ = false;
    Clock::time_point begun_ = Clock::now(), shown_{};
};

Exit windowed(Session& session, const PerplexityOptions& options, const ModelOptions::Model& model,
              const std::optional<TrainedLambda>& trained) {
    PackedOptions packed = chatOptions(model.folder, options.threads);
    options.formats.apply(packed);
    const auto tokenizer = loadTokenizer(model.folder);
    const ModelDescription description = readModelDescription(model.folder);
    if (tokenizer->size() > description.config.vocabSize)
        throw Error("the tokenizer has " + std::to_string(tokenizer->size()) + " pieces, the model " +
                        std::to_string(description.config.vocabSize) + " embeddings",
                    model.name, "Use the tokenizer that the model was trained with");
    const std::vector<std::string> notes = modelNotes(model.folder, description, *tokenizer);
    std::vector<TokenId> tokens = windowedTokens(*tokenizer, readFile(resolveSource(options.data)));
    const auto textTokens = static_cast<std::int64_t>(tokens.size());
    WindowProgress progress;
    const WindowedPerplexity result = windowedPerplexity(
        PackedModel::load(model.folder, packed), std::move(tokens), tokenizer->addsBos() ? tokenizer->bos() : -1,
        options.context, options.chunks, options.data, [&](const WindowedPerplexity& now) { progress.show(now); },
        session.stop);
    session.result = {{"loss", result.loss},
                      {"perplexity", result.perplexity},
                      {"perplexity_stderr", result.standardError},
                      {"tokens", result.tokens},
                      {"text_tokens", textTokens},
                      {"context", options.context},
                      {"windows", result.windows},
                      {"all_windows", result.allWindows},
                      {"bos", tokenizer->addsBos()},
                      {"method", options.method},
                      {"head", options.formats.head},
                      {"cache", options.formats.cache},
                      {"model", model.name},
                      {"notes", notes}};
    addTrained(session, trained);
    session.printLine("perplexity " + fixed(result.perplexity, 4) + " ± " + fixed(result.standardError, 5) + ", loss " +
                      fixed(result.loss, 5) + " over " + std::to_string(result.tokens) +
                      " tokens, the second halves of " + std::to_string(result.windows) + " windows of " +
                      std::to_string(options.context) + (tokenizer->addsBos() ? ", BOS first" : ", without BOS") +
                      " (llama.cpp's method)");
    if (!result.stopped) return done;
    session.printLine("Stopped after " + std::to_string(result.windows) + " of " + std::to_string(result.allWindows) +
                      " windows.");
    return stopped;
}

Exit perplexity(Session& session, const PerplexityOptions& options) {
    options.requireOwnOptions();
    const auto model = options.model.resolve(session);
    const auto trained = options.atLambdaOne.require(session, model);
    if (options.method == llamaCppMethod) return windowed(session, options, model, trained);
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
                      {"method", options.method},
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
    options->command = command;
    options->model.addTo(command);
    options->atLambdaOne.addTo(command);
    command->add_option("--data", options->data, "The file")->required();
    command
        ->add_option("--method", options->method,
                     "training: as held-out text is scored in training; llama.cpp: as llama-perplexity scores a file")
        ->capture_default_str();
    command->add_option("--window", options->window, "training: tokens of a window; 0: the training length")
        ->capture_default_str()
        ->check(CLI::Range(0, 1 << 24));
    command->add_option("--context", options->context, "llama.cpp: tokens of a window, whose second half is scored")
        ->capture_default_str()
        ->check(CLI::Range(kShortestWindow, std::int64_t{1} << 24));
    command->add_option("--chunks", options->chunks, "llama.cpp: at most so many windows; 0: all")
        ->capture_default_str()
        ->check(CLI::Range(0, 1 << 30));
    options->formats.addTo(command);
    command->add_option("--threads", options->threads, "llama.cpp: of the packed engine; 0: all cores")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));

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
