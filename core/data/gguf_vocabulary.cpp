#include "core/data/gguf_vocabulary.h"

#include <algorithm>
#include <array>
#include <optional>

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
constexpr const char* eotId = "tokenizer.ggml.eot_token_id";
constexpr const char* eomId = "tokenizer.ggml.eom_token_id";
constexpr const char* addBos = "tokenizer.ggml.add_bos_token";
constexpr const char* addPrefix = "tokenizer.ggml.add_space_prefix";
constexpr const char* removeBlanks = "tokenizer.ggml.remove_extra_whitespaces";
constexpr const char* characterMap = "tokenizer.ggml.precompiled_charsmap";

[[noreturn]] void refuse(const GgufFile& file, const std::string& what) {
    throw Error(what, file.path().string(), "Convert the model anew, or take one with a sentencepiece vocabulary");
}

// The piece that a key names by its number; none where there is no such key.
std::optional<TokenId> idAt(const GgufFile& file, const char* key, const SentencePieceModel& model) {
    const auto id = file.integer(key);
    if (!id) return std::nullopt;
    if (*id < 0 || *id >= static_cast<std::int64_t>(model.pieces.size()))
        refuse(file, std::string("key ") + key + " names token " + std::to_string(*id) + " of " +
                         std::to_string(model.pieces.size()));
    return static_cast<TokenId>(*id);
}

VocabularyPiece& pieceAt(SentencePieceModel& model, TokenId id) { return model.pieces[static_cast<std::size_t>(id)]; }

// A piece that a key names for its use is a control piece, whatever its type says, if it is written like one: no text
// is encoded as it, and it shows nothing. llama.cpp takes such a file the same way.
void makeControl(VocabularyPiece& piece) {
    const bool text = piece.type == PieceType::Normal || piece.type == PieceType::UserDefined;
    if (text && looksLikeControl(piece.text)) piece.type = PieceType::Control;
}

// Whether sentencepiece finds the piece by its text as a control piece.
bool isFoundByText(const SentencePieceModel& model, TokenId id) {
    const VocabularyPiece& piece = model.pieces[static_cast<std::size_t>(id)];
    return piece.type == PieceType::Control && findPiece(model, piece.text) == id;
}

// A file without types has ordinary pieces alone: bytes are told by their text, the rest by the keys that name it.
void guessTypes(SentencePieceModel& model) {
    for (VocabularyPiece& piece : model.pieces)
        if (piece.text.size() == 6 && piece.text.starts_with("<0x") && piece.text.ends_with('>'))
            piece.type = PieceType::Byte;
    model.byteFallback = std::any_of(model.pieces.begin(), model.pieces.end(),
                                     [](const VocabularyPiece& piece) { return piece.type == PieceType::Byte; });
}

void readUnknown(const GgufFile& file, SentencePieceModel& model) {
    const auto isUnknown = [](const VocabularyPiece& piece) { return piece.type == PieceType::Unknown; };
    const auto id = idAt(file, unknownId, model);
    if (id && !isUnknown(pieceAt(model, *id)) && std::none_of(model.pieces.begin(), model.pieces.end(), isUnknown))
        pieceAt(model, *id).type = PieceType::Unknown;
    if (id) model.unknownPiece = pieceAt(model, *id).text;
    if (std::any_of(model.pieces.begin(), model.pieces.end(), isUnknown)) return;
    const TokenId named = findPiece(model, model.unknownPiece);
    if (named >= 0) pieceAt(model, named).type = PieceType::Unknown;
}

// Control pieces that end an answer by their name, for files whose keys do not say so: as llama.cpp does.
bool isEndByName(const VocabularyPiece& piece) {
    constexpr std::array<std::string_view, 8> names{"<|eot_id|>",    "<|eom_id|>",    "<|im_end|>",      "<|end|>",
                                                    "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>"};
    return piece.type == PieceType::Control && std::find(names.begin(), names.end(), piece.text) != names.end();
}

void readBosAndEnds(const GgufFile& file, SentencePieceModel& model, bool addsBos) {
    TokenizerUse& use = model.use;
    // llama.cpp's numbers where neither a key nor the usual text names them.
    const auto byNumber = [&](const char* key, TokenId found, TokenId number) {
        const bool control =
            static_cast<std::size_t>(number) < model.pieces.size() && pieceAt(model, number).type == PieceType::Control;
        return addsBos && !file.integer(key) && found < 0 && control ? number : -1;
    };
    use.bos = byNumber(bosId, bosOf(model), 1);
    use.eos = byNumber(eosId, eosOf(model), 2);
    const auto addEnd = [&](TokenId id) {
        if (id != eosOf(model) && std::find(use.ends.begin(), use.ends.end(), id) == use.ends.end())
            use.ends.push_back(id);
    };
    if (const auto id = idAt(file, bosId, model)) {
        makeControl(pieceAt(model, *id));
        model.bosPiece = pieceAt(model, *id).text;
        if (!isFoundByText(model, *id)) use.bos = *id;
    }
    if (const auto id = idAt(file, eosId, model)) {
        makeControl(pieceAt(model, *id));
        const VocabularyPiece& piece = pieceAt(model, *id);
        if (piece.type == PieceType::Control || piece.type == PieceType::UserDefined) {
            model.eosPiece = piece.text;
            if (!isFoundByText(model, *id)) use.eos = *id;
        }
        // An ordinary piece ends an answer all the same; between documents it would not be told from text.
        if (eosOf(model) != *id) {
            use.eos = -1;
            addEnd(*id);
        }
    }
    for (const char* key : {eotId, eomId})
        if (const auto id = idAt(file, key, model)) {
            makeControl(pieceAt(model, *id));
            addEnd(*id);
        }
    for (std::size_t i = 0; i < model.pieces.size(); ++i)
        if (isEndByName(model.pieces[i])) addEnd(static_cast<TokenId>(i));
    use.addsBos = file.flag(addBos).value_or(addsBos) || bosOf(model) < 0;
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
                         "', and this program reads sentencepiece's ('llama' and 't5') and byte-level BPE ('gpt2')");
    const auto* texts = file.list<std::string>(tokens);
    const auto* values = file.list<float>(scores);
    const auto* types = file.list<std::int32_t>(pieceTypes);
    if (texts == nullptr || texts->empty()) refuse(file, std::string("has no list ") + tokens);
    if ((values != nullptr && values->size() != texts->size()) || (types != nullptr && types->size() != texts->size()))
        refuse(file, "has lists of tokens, scores and types that are not of the same length");
    SentencePieceModel out;
    out.modelType = model == "t5" ? kUnigram : kBpe;
    for (std::size_t i = 0; i < texts->size(); ++i) {
        VocabularyPiece piece;
        piece.text = (*texts)[i];
        piece.score = values != nullptr ? (*values)[i] : 0;
        const std::int32_t type = types != nullptr ? (*types)[i] : 1;
        piece.type = type < 1 || type > 6 ? PieceType::Normal : static_cast<PieceType>(type);
        out.byteFallback = out.byteFallback || piece.type == PieceType::Byte;
        out.pieces.push_back(std::move(piece));
    }
    if (types == nullptr) guessTypes(out);
    out.dummyPrefix = file.flag(addPrefix).value_or(true);
    out.removeExtraBlanks = file.flag(removeBlanks).value_or(model == "t5");
    readUnknown(file, out);
    readBosAndEnds(file, out, model != "t5");
    if (const auto* map = file.list<std::uint8_t>(characterMap)) out.characterMap.assign(map->begin(), map->end());
    return out;
}

GgufEntries ggufVocabularyEntries(const SentencePieceModel& model, std::int64_t size, Template chatTemplate,
                                  const std::string& name) {
    if (model.modelType != kBpe && model.modelType != kUnigram)
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
    const TokenId bos = bosOf(model), eos = eosOf(model), unknown = findPiece(model, model.unknownPiece);
    GgufEntries out{{kind, std::string(model.modelType == kBpe ? "llama" : "t5")},
                    {tokens, GgufArray{std::move(texts)}},
                    {scores, GgufArray{std::move(values)}},
                    {pieceTypes, GgufArray{std::move(types)}}};
    const auto add = [&out](const char* key, TokenId id) {
        if (id >= 0) out.emplace_back(key, static_cast<std::uint32_t>(id));
    };
    // GGUF has names for three ends; a model without an EOS of its own has its first end for one.
    std::vector<TokenId> ends = model.use.ends;
    std::erase_if(ends, [&](TokenId id) { return id >= size; });
    if (eos >= 0) ends.insert(ends.begin(), eos);
    add(bosId, bos);
    if (!ends.empty()) add(eosId, ends[0]);
    if (ends.size() > 1) add(eotId, ends[1]);
    if (ends.size() > 2) add(eomId, ends[2]);
    add(unknownId, unknown);
    out.emplace_back(addBos, bos >= 0 && model.use.addsBos);
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
