#include "core/library/checked_export.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/workspace.h"
#include "core/data/byte_tokenizer_json.h"
#include "core/data/chat_template.h"
#include "core/data/chat_template_file.h"
#include "core/data/gguf_byte_vocabulary.h"
#include "core/data/gguf_vocabulary.h"
#include "core/data/sentencepiece_model.h"
#include "core/data/tokenizer.h"
#include "core/data/tokenizer_json.h"
#include "core/eval/agreement.h"
#include "core/infer/packed_model.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t maxTokens = 65;  // after the last of them nothing is compared

// The model's tokenizer as it is taken apart for an export; a model may have none.
struct OpenTokenizer {
    std::optional<ByteVocabulary> byteLevel;  // else a sentencepiece model: serialized, and its pieces
    std::string bytes;
    SentencePieceModel model;
    std::unique_ptr<Tokenizer> tokenizer;
};

std::optional<OpenTokenizer> openTokenizer(const fs::path& model) {
    const fs::path file = tokenizerFile(model);
    std::error_code error;
    if (!fs::exists(file, error) || (isGgufModel(model) && !holdsVocabulary(GgufFile(model)))) return std::nullopt;
    OpenTokenizer out;
    out.tokenizer = loadTokenizer(model);
    out.bytes = readTokenizerModel(model);
    if (out.bytes.starts_with('{')) {
        out.byteLevel = parseTokenizerJson(out.bytes, file.string());
        return out;
    }
    out.model = parseSentencePieceModel(out.bytes, file.string());
    if (!out.tokenizer->notes().empty()) {  // as other programs load it
        out.model = withUsablePieces(std::move(out.model));
        out.bytes = serializeSentencePieceModel(out.model);
    }
    return out;
}

void putByteLevel(TokenizerExport& out, const OpenTokenizer& open, const ModelDescription& description, bool gguf,
                  const std::string& name) {
    if (gguf) {
        out.vocabulary = ggufByteVocabularyEntries(*open.byteLevel, description.config.vocabSize,
                                                   jinjaTemplate(description.chatTemplate), name);
        return;
    }
    const auto text = [&](TokenId id) {
        const auto token = std::ranges::find(open.byteLevel->added, id, &AddedToken::id);
        return token != open.byteLevel->added.end() ? token->text : open.tokenizer->piece(id);
    };
    out.files = {{"tokenizer.json", tokenizerJson(*open.byteLevel)},
                 {"tokenizer_config.json",
                  tokenizerConfig(*open.tokenizer, text, description.chatTemplate, description.config.contextLength)}};
}

TokenizerExport vocabularyOf(const fs::path& model, ExportFormat format) {
    const auto open = openTokenizer(model);
    if (!open) return {};
    TokenizerExport out;
    out.ids = {open->tokenizer->bos(), open->tokenizer->eos(), -1, open->tokenizer->ends()};
    const ModelDescription description = readModelDescription(model);
    for (const std::string& text : specialTexts(description.chatTemplate))
        out.ids.endOfTurn = open->tokenizer->special(text);
    if (open->byteLevel) {
        putByteLevel(out, *open, description, exportFormat(format).isFile(), tokenizerFile(model).string());
        return out;
    }
    if (exportFormat(format).isFile()) {
        out.vocabulary = ggufVocabularyEntries(open->model, description.config.vocabSize, description.chatTemplate,
                                               tokenizerFile(model).string());
        return out;
    }
    HuggingFaceTokenizer form =
        huggingFaceTokenizer(open->model, *open->tokenizer, description.chatTemplate, description.config.contextLength);
    out.files = {{"tokenizer.model", open->bytes}, {"tokenizer_config.json", std::move(form.config)}};
    if (!form.json.empty()) out.files.push_back({"tokenizer.json", std::move(form.json)});
    return out;
}

// The vocabulary, and the chat template that another program's model brought along.
TokenizerExport tokenizerOf(const fs::path& model, ExportFormat format) {
    TokenizerExport out = vocabularyOf(model, format);
    if (readModelDescription(model).chatTemplate != Template::Plain) return out;  // a template of ours is there already
    const std::string own = readChatTemplate(model).source;
    if (own.empty()) return out;
    if (!exportFormat(format).isFile()) out.files.push_back({kChatTemplateFile, own});
    else if (!out.vocabulary.empty()) out.vocabulary.emplace_back("tokenizer.chat_template", own);
    return out;
}

// Characters of ASCII that are no piece by themselves, as they are written in a string of C.
std::vector<std::string> asciiWithoutPiece(const SentencePieceModel& model) {
    std::array<bool, 128> known{};
    for (const VocabularyPiece& piece : model.pieces)
        if ((piece.type == PieceType::Normal || piece.type == PieceType::UserDefined) && piece.text.size() == 1)
            known[static_cast<unsigned char>(piece.text[0]) & 127U] = true;
    std::vector<std::string> out;
    for (const auto& [character, written] : {std::pair{'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}})
        if (!known[static_cast<unsigned char>(character)]) out.emplace_back(written);
    for (char c = '!'; c <= '~'; ++c)
        if (!known[static_cast<unsigned char>(c)]) out.emplace_back(1, c);
    return out;
}

}  // namespace

ExportedTokenizer exportedTokenizer(const fs::path& model, ExportFormat format) {
    ExportedTokenizer out;
    const auto open = openTokenizer(model);
    if (!open || open->byteLevel) return out;
    if (exportFormat(format).isFile()) {
        out.losesBytes = open->model.modelType == kUnigram && open->model.byteFallback;
        if (out.losesBytes) out.lostAscii = asciiWithoutPiece(open->model);
        return out;
    }
    TokenizerJsonLimits limits = tokenizerJsonLimits(open->model, *open->tokenizer);
    out.noJson = std::move(limits.obstacle);
    out.differences = std::move(limits.differences);
    return out;
}

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
