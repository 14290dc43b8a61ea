// What a serialized sentencepiece model holds (sentencepiece_model.proto), read and checked without protobuf's headers,
// which the library does not ship. The check comes before the library sees the bytes: it trusts its tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"

namespace tritlab {

enum class PieceType { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };

inline constexpr std::int64_t kUnigram = 1, kBpe = 2;  // of modelType

struct VocabularyPiece {
    std::string text;  // blanks as U+2581, a byte as "<0x0A>"
    float score = 0;
    PieceType type = PieceType::Normal;
};

// A user-defined piece that stands for something else than its letters (<|eot_id|>), as opposed to a run of blanks or a
// word: text that spells it is not encoded as it.
bool isMarker(const VocabularyPiece& piece);

// What a sentencepiece model has no words for, and the files beside it (tokenizer_config.json, generation_config.json)
// or a GGUF file's keys say of its use. Written as a field of the range that the message leaves to others:
// sentencepiece passes over it.
struct TokenizerUse {
    bool addsBos = true;         // text begins with BOS, where there is one
    TokenId bos = -1, eos = -1;  // by number; -1: the control pieces that the model names by their text
    std::vector<TokenId> ends;   // at which an answer ends besides EOS; perhaps beyond the pieces
    bool operator==(const TokenizerUse&) const = default;
};

struct SentencePieceModel {
    std::vector<VocabularyPiece> pieces;
    std::int64_t modelType = kUnigram;  // 3 word, 4 char
    bool byteFallback = false;
    bool blankAsSuffix = false;
    bool dummyPrefix = true;  // a blank is put before the text
    bool removeExtraBlanks = true;
    bool escapeBlanks = true;      // blanks are U+2581 in pieces
    std::string characterMap;      // precompiled normalization, empty: identity
    std::string backCharacterMap;  // of the denormalizer
    std::string unknownPiece = "<unk>", bosPiece = "<s>",
                eosPiece = "</s>";  // their texts; not every model has a piece of the last two
    TokenizerUse use;
};

// Throws Error (where: `name`) for bytes that are no such model or one that cannot be used safely. A piece whose type
// nobody knows is an ordinary one, as for sentencepiece.
SentencePieceModel parseSentencePieceModel(std::string_view bytes, const std::string& name);
// The bytes that parse to this model.
std::string serializeSentencePieceModel(const SentencePieceModel& model);
// The bytes with more pieces at their end and another use, all else in them as it is.
std::string extendSentencePieceModel(std::string bytes, const std::vector<VocabularyPiece>& more,
                                     const TokenizerUse& use);

// A piece with which sentencepiece would not load a vocabulary: it can be shown, no text is encoded as it.
enum class PieceFault { None, Empty, Twin, NotText, SecondUnknown, LoneByte };
std::vector<PieceFault> pieceFaults(const SentencePieceModel& model);
// The vocabulary as sentencepiece and llama.cpp load it: pieces with a fault are unused and have a name of their own
// ("[TWIN_7]"). The same model where there is none.
SentencePieceModel withUsablePieces(SentencePieceModel model);

// The first piece of this text, -1: there is none.
TokenId findPiece(const SentencePieceModel& model, std::string_view text);
// What the model means by BOS, and by an EOS that can stand between documents; -1: nothing. A piece that text is
// encoded as is neither.
TokenId bosOf(const SentencePieceModel& model);
TokenId eosOf(const SentencePieceModel& model);
// Whether a piece is written as control pieces are: </s>, <|im_end|>, [EOS].
bool looksLikeControl(std::string_view piece);

}  // namespace tritlab
