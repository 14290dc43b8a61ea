#include "core/data/gguf_vocabulary.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/data/chat_template.h"

namespace tritlab {
namespace {

constexpr const char* kind = "tokenizer.ggml.model";
constexpr const char* tokens = "tokenizer.ggml.tokens";
constexpr const char* scores = "tokenizer.ggml.scores";
constexpr const char* pieceTypes = "tokenizer.ggml.token_type";
constexpr const char* bosId = "tokenizer.ggml.bos_token_id";
constexpr const char* eosId = "tokenizer.ggml.eos_token_id";
constexpr const char* unknownId = "tokenizer.ggml.unknown_token_id";
constexpr const char* addPrefix = "tokenizer.ggml.add_space_prefix";
constexpr const char* removeBlanks = "tokenizer.ggml.remove_extra_whitespaces";
constexpr const char* characterMap = "tokenizer.ggml.precompiled_charsmap";
constexpr std::int64_t unigram = 1, bpe = 2;  // sentencepiece's numbers

[[noreturn]] void refuse(const GgufFile& file, const std::string& what) {
    throw Error(what, file.path().string(), "Convert the model anew, or take one with a sentencepiece vocabulary");
}

// The text of the piece that a key names by its number; `fallback` where there is no such key.
std::string pieceOf(const GgufFile& file, const char* key, const std::vector<std::string>& texts,
                    const std::string& fallback) {
    const auto id = file.integer(key);
    if (!id) return fallback;
    if (*id < 0 || *id >= static_cast<std::int64_t>(texts.size()))
        refuse(file, std::string("key ") + key + " names token " + std::to_string(*id) + " of " +
                         std::to_string(texts.size()));
    return texts[static_cast<std::size_t>(*id)];
}

std::uint32_t idOf(const SentencePieceModel& model, const std::string& text) {
    const auto found = std::find_if(model.pieces.begin(), model.pieces.end(),
                                    [&](const VocabularyPiece& piece) { return piece.text == text; });
    return static_cast<std::uint32_t>(found - model.pieces.begin());
}

}  // namespace

bool holdsVocabulary(const GgufFile& file) {
    const std::string model = file.text(kind).value_or("none");
    return model != "none" && model != "no_vocab";
}

SentencePieceModel ggufVocabulary(const GgufFile& file) {
    if (!holdsVocabulary(file)) refuse(file, "has no vocabulary");
    const std::string model = *file.text(kind);
    if (model != "llama" && model != "t5")
        refuse(file, "has a vocabulary of the kind '" + model +
                         "', and this program reads sentencepiece's ('llama' and 't5')");
    const auto* texts = file.list<std::string>(tokens);
    const auto* values = file.list<float>(scores);
    const auto* types = file.list<std::int32_t>(pieceTypes);
    if (texts == nullptr || texts->empty()) refuse(file, std::string("has no list ") + tokens);
    if ((values != nullptr && values->size() != texts->size()) || (types != nullptr && types->size() != texts->size()))
        refuse(file, "has lists of tokens, scores and types that are not of the same length");
    SentencePieceModel out;
    out.modelType = model == "t5" ? unigram : bpe;
    for (std::size_t i = 0; i < texts->size(); ++i) {
        VocabularyPiece piece;
        piece.text = (*texts)[i];
        piece.score = values != nullptr ? (*values)[i] : 0;
        const std::int32_t type = types != nullptr ? (*types)[i] : 1;
        if (type < 1 || type > 6)
            refuse(file, "token " + std::to_string(i) + " has the unknown type " + std::to_string(type));
        piece.type = static_cast<PieceType>(type);
        out.byteFallback = out.byteFallback || piece.type == PieceType::Byte;
        out.pieces.push_back(std::move(piece));
    }
    out.dummyPrefix = file.flag(addPrefix).value_or(true);
    out.removeExtraBlanks = file.flag(removeBlanks).value_or(model == "t5");
    out.unknownPiece = pieceOf(file, unknownId, *texts, out.unknownPiece);
    out.bosPiece = pieceOf(file, bosId, *texts, out.bosPiece);
    out.eosPiece = pieceOf(file, eosId, *texts, out.eosPiece);
    if (const auto* map = file.list<std::uint8_t>(characterMap)) out.characterMap.assign(map->begin(), map->end());
    return out;
}

GgufEntries ggufVocabularyEntries(const SentencePieceModel& model, std::int64_t size, Template chatTemplate,
                                  const std::string& name) {
    if (model.modelType != bpe && model.modelType != unigram)
        throw Error("is a sentencepiece model of words or characters, for which GGUF has no form", name,
                    "Export with --format hf");
    if (!model.escapeBlanks || model.blankAsSuffix)
        throw Error("writes blanks in a way for which GGUF has no form", name, "Export with --format hf");
    std::vector<std::string> texts;
    std::vector<float> values;
    std::vector<std::int32_t> types;
    for (const VocabularyPiece& piece : model.pieces) {
        texts.push_back(piece.text);
        values.push_back(piece.score);
        types.push_back(static_cast<std::int32_t>(piece.type));
    }
    for (auto id = static_cast<std::int64_t>(texts.size()); id < size; ++id) {
        texts.push_back("[PAD" + std::to_string(id) + "]");
        values.push_back(0);
        types.push_back(static_cast<std::int32_t>(PieceType::Unused));
    }
    const std::uint32_t bos = idOf(model, model.bosPiece), eos = idOf(model, model.eosPiece),
                        unknown = idOf(model, model.unknownPiece);
    const auto pieces = static_cast<std::uint32_t>(model.pieces.size());
    GgufEntries out{{kind, std::string(model.modelType == bpe ? "llama" : "t5")},
                    {tokens, GgufArray{std::move(texts)}},
                    {scores, GgufArray{std::move(values)}},
                    {pieceTypes, GgufArray{std::move(types)}}};
    if (bos < pieces) out.emplace_back(bosId, bos);
    if (eos < pieces) out.emplace_back(eosId, eos);
    if (unknown < pieces) out.emplace_back(unknownId, unknown);
    out.emplace_back("tokenizer.ggml.add_bos_token", bos < pieces);
    out.emplace_back("tokenizer.ggml.add_eos_token", false);
    out.emplace_back(addPrefix, model.dummyPrefix);
    out.emplace_back(removeBlanks, model.removeExtraBlanks);
    const std::string& map = model.characterMap;
    if (!map.empty()) out.emplace_back(characterMap, GgufArray{std::vector<std::uint8_t>(map.begin(), map.end())});
    if (const std::string jinja = jinjaTemplate(chatTemplate); !jinja.empty())
        out.emplace_back("tokenizer.chat_template", jinja);
    return out;
}

}  // namespace tritlab
