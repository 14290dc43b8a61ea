#include "core/library/checked_export.h"

#include <algorithm>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/gguf_vocabulary.h"
#include "core/data/tokenizer.h"
#include "core/eval/agreement.h"
#include "core/infer/packed_model.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t maxTokens = 65;  // after the last of them nothing is compared

TokenizerExport tokenizerOf(const fs::path& model, ExportFormat format) {
    const fs::path file = tokenizerFile(model);
    std::error_code error;
    if (!fs::exists(file, error) || (isGgufModel(model) && !holdsVocabulary(GgufFile(model)))) return {};
    const auto tokenizer = loadTokenizer(model);
    TokenizerExport out;
    out.ids = {tokenizer->bos(), tokenizer->eos(), tokenizer->unknown(), tokenizer->dummyPrefix()};
    out.model = readTokenizerModel(model);
    if (!tokenizer->notes().empty())  // as other programs load it
        out.model = serializeSentencePieceModel(withUsablePieces(parseSentencePieceModel(out.model, file.string())));
    const ModelDescription description = readModelDescription(model);
    if (exportFormat(format).isFile())
        out.vocabulary = ggufVocabularyEntries(parseSentencePieceModel(out.model, file.string()),
                                               description.config.vocabSize, description.chatTemplate, file.string());
    return out;
}

}  // namespace

CheckedExport exportAndCheck(const fs::path& model, const fs::path& out, ExportFormat format) {
    CheckedExport result;
    result.written = exportModel(model, out, format, tokenizerOf(model, format));
    const auto source = PackedModel::load(model);
    const ModelConfig& config = source->description().config;
    const std::vector<TokenId> tokens =
        uniformTokens(std::clamp<std::int64_t>(config.contextLength, 2, maxTokens), config.vocabSize, 1);
    std::vector<float> logits;  // [tokens, vocabulary]
    PackedSession::create(source, static_cast<std::int64_t>(tokens.size()))
        ->feed(tokens, [&logits](std::int64_t, std::span<const float> each) {
            logits.insert(logits.end(), each.begin(), each.end());
        });
    AgreementMeter meter(PackedModel::load(out));
    meter.add(tokens, logits);
    const Agreement agreement = meter.result();
    result.positions = agreement.positions;
    result.sameArgmax = agreement.sameArgmax;
    result.largestDifference = agreement.largestDifference;
    if (result.sameArgmax * 10 < result.positions * 9)
        throw Error("reads back differently: the likeliest token is another one at " +
                        std::to_string(result.positions - result.sameArgmax) + " of " +
                        std::to_string(result.positions) + " positions",
                    out.string(), "Do not use it; the checkpoint itself is untouched");
    return result;
}

}  // namespace tritlab
