#include "core/engine/loop/model_evaluation.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <cmath>

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/engine/loop/held_out_loss.h"
#include "core/engine/model/language_model.h"
#include "core/interop/model_folder.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t tokensPerBatch = 4096;

std::unique_ptr<LanguageModel> loadModel(const fs::path& folder, const ModelDescription& description,
                                         Precision precision = Precision::Fp32) {
    auto model = std::make_unique<LanguageModel>(description.config, precision);
    const ModelWeights weights(folder);
    weights.requireTensorsOf(description);
    model->load(weights, description.storage);
    return model;
}

void checkTokens(std::span<const TokenId> tokens, const ModelConfig& config) {
    if (tokens.empty()) throw Error("there are no tokens to compute logits of", "tokens", "Give at least one token id");
    for (const TokenId token : tokens)
        if (token < 0 || token >= config.vocabSize)
            throw Error("token " + std::to_string(token) + " is not in the model's vocabulary", "tokens",
                        "Token ids go from 0 to " + std::to_string(config.vocabSize - 1));
}

at::Tensor oneRow(std::span<const TokenId> tokens) {
    at::Tensor row = at::empty({1, static_cast<std::int64_t>(tokens.size())}, at::kLong);
    std::copy(tokens.begin(), tokens.end(), row.data_ptr<std::int64_t>());
    return row;
}

}  // namespace

std::vector<float> lastLogits(const fs::path& modelFolder, std::span<const TokenId> tokens) {
    const ModelDescription description = readModelDescription(modelFolder);
    checkTokens(tokens, description.config);
    const std::unique_ptr<LanguageModel> model = loadModel(modelFolder, description);
    const at::NoGradGuard noGradients;
    const auto length = static_cast<std::int64_t>(tokens.size());
    const at::Tensor last =
        model->logits(oneRow(tokens), {}, evaluationLambda(description.config)).select(1, length - 1).contiguous();
    const float* values = last.const_data_ptr<float>();
    return {values, values + last.numel()};
}

void textLogits(const fs::path& modelFolder, std::span<const std::vector<TokenId>> texts, Precision precision,
                const std::function<void(std::size_t, std::span<const float>)>& each, const StopToken& stop) {
    const ModelDescription description = readModelDescription(modelFolder);
    for (const std::vector<TokenId>& text : texts) checkTokens(text, description.config);
    const std::unique_ptr<LanguageModel> model = loadModel(modelFolder, description, precision);
    const at::NoGradGuard noGradients;
    for (std::size_t text = 0; text < texts.size(); ++text) {
        if (stop.stopRequested()) throw Error("was stopped", "logits", {}, ErrorKind::Failed);
        const at::Tensor logits =
            model->logits(oneRow(texts[text]), {}, evaluationLambda(description.config)).contiguous();
        each(text, {logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.numel())});
    }
}

EvalResult textPerplexity(const fs::path& modelFolder, const fs::path& data, std::int64_t windowLength,
                          const StopToken& stop) {
    const ModelDescription description = readModelDescription(modelFolder);
    const std::int64_t length = windowLength > 0 ? windowLength : description.config.contextLength;
    const std::unique_ptr<Dataset> text = openEvaluationText(data, modelFolder, description.chatTemplate, length, stop);
    const std::int64_t windows = text->heldOutWindows();
    if (windows == 0)
        throw Error("holds no text to evaluate", data.string(), "Name a file with at least one whole document");
    if (text->tokenizer().size() > description.config.vocabSize) {
        throw Error("the tokenizer has " + std::to_string(text->tokenizer().size()) + " pieces, the model " +
                        std::to_string(description.config.vocabSize),
                    tokenizerFile(modelFolder).string(), "Use the tokenizer that the model was trained with");
    }
    const std::unique_ptr<LanguageModel> model = loadModel(modelFolder, description);
    const std::int64_t rows = std::max<std::int64_t>(1, tokensPerBatch / length);
    const std::optional<LossTotals> totals = heldOutLoss(
        *model, *text, 0, windows, rows, evaluationLambda(description.config), [&] { return stop.stopRequested(); });
    if (!totals) throw Error("the evaluation was stopped", data.string(), {}, ErrorKind::Failed);
    EvalResult result;
    result.loss = totals->mean();
    result.perplexity = std::exp(result.loss);
    result.tokens = totals->tokens;
    result.bytes = text->heldOutBytes(windows);
    result.bitsPerByte = bitsPerByte(totals->nats, result.bytes);
    result.windows = windows;
    for (const SourceSummary& source : text->sources()) result.skips.add(source.skips);
    return result;
}

}  // namespace tritlab
