// What a serialized sentencepiece model holds (sentencepiece_model.proto), read and checked without protobuf's headers,
// which the library does not ship. The check comes before the library sees the bytes: it trusts its tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tritlab {

enum class PieceType { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };

struct VocabularyPiece {
    std::string text;  // blanks as U+2581, a byte as "<0x0A>"
    float score = 0;
    PieceType type = PieceType::Normal;
};

struct SentencePieceModel {
    std::vector<VocabularyPiece> pieces;
    std::int64_t modelType = 1;  // 1 unigram, 2 BPE, 3 word, 4 char
    bool byteFallback = false;
    bool blankAsSuffix = false;
    bool dummyPrefix = true;  // a blank is put before the text
    bool removeExtraBlanks = true;
    bool escapeBlanks = true;      // blanks are U+2581 in pieces
    std::string characterMap;      // precompiled normalization, empty: identity
    std::string backCharacterMap;  // of the denormalizer
    std::string unknownPiece = "<unk>", bosPiece = "<s>",
                eosPiece = "</s>";  // their texts; not every model has a piece of the last two
};

// Throws Error (where: `name`) for bytes that are no such model or one that cannot be used safely.
SentencePieceModel parseSentencePieceModel(std::string_view bytes, const std::string& name);
// The bytes that parse to this model.
std::string serializeSentencePieceModel(const SentencePieceModel& model);

}  // namespace tritlab
