#include "core/data/sentencepiece_model.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace tritlab {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
    throw Error("is not a usable sentencepiece model: " + why, name,
                "Name a tokenizer.model that sentencepiece wrote, or let the program train one");
}

// One field of a protobuf message: its number, and its value as a number or as bytes.
struct WireField {
    std::uint64_t number = 0, value = 0;
    std::string_view bytes;
    unsigned kind = 0;  // 0 varint, 1 fixed64, 2 bytes, 5 fixed32
};

class WireReader {
public:
    WireReader(std::string_view bytes, const std::string& name) : left_(bytes), name_(name) {}

    bool next(WireField& field) {
        if (left_.empty()) return false;
        const std::uint64_t key = varint();
        field = {};
        field.number = key >> 3;
        field.kind = static_cast<unsigned>(key & 7U);
        if (field.number == 0) refuse(name_, "a field has the number 0");
        if (field.kind == 0) field.value = varint();
        else if (field.kind == 1) field.value = fixed(8);
        else if (field.kind == 5) field.value = fixed(4);
        else if (field.kind == 2) field.bytes = take(varint());
        else refuse(name_, "a field has an unknown wire type");
        return true;
    }

private:
    std::string_view take(std::uint64_t size) {
        if (size > left_.size()) refuse(name_, "it ends within a field");
        const std::string_view bytes = left_.substr(0, static_cast<std::size_t>(size));
        left_.remove_prefix(static_cast<std::size_t>(size));
        return bytes;
    }
    std::uint64_t fixed(std::size_t size) {
        std::uint64_t value = 0;
        const std::string_view bytes = take(size);
        for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
        return value;
    }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        refuse(name_, "a number is too long");
    }
    std::string_view left_;
    const std::string& name_;
};

void expect(const WireField& field, unsigned kind, const std::string& name) {
    if (field.kind != kind) refuse(name, "field " + std::to_string(field.number) + " has the wrong type");
}

VocabularyPiece parsePiece(std::string_view bytes, const std::string& name) {
    VocabularyPiece piece;
    WireReader reader(bytes, name);
    WireField field;
    while (reader.next(field)) {
        if (field.number == 1) {
            expect(field, 2, name);
            piece.text = field.bytes;
        } else if (field.number == 2) {
            expect(field, 5, name);
            piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
        } else if (field.number == 3) {
            expect(field, 0, name);
            if (field.value < 1 || field.value > 6) refuse(name, "a piece has an unknown type");
            piece.type = static_cast<PieceType>(field.value);
        }
    }
    return piece;
}

void parseTrainerSpec(std::string_view bytes, SentencePieceModel& model, const std::string& name) {
    WireReader reader(bytes, name);
    WireField field;
    while (reader.next(field)) {
        if (field.number >= 45 && field.number <= 47) {
            expect(field, 2, name);
            (field.number == 45   ? model.unknownPiece
             : field.number == 46 ? model.bosPiece
                                  : model.eosPiece) = field.bytes;
        }
        if (field.number != 3 && field.number != 24 && field.number != 35) continue;
        expect(field, 0, name);
        if (field.number == 3) model.modelType = static_cast<std::int64_t>(field.value);
        if (field.number == 24) model.blankAsSuffix = field.value != 0;
        if (field.number == 35) model.byteFallback = field.value != 0;
    }
}

void parseNormalizer(std::string_view bytes, SentencePieceModel& model, std::string& map, bool rules,
                     const std::string& name) {
    WireReader reader(bytes, name);
    WireField field;
    while (reader.next(field)) {
        if (field.number == 2) {
            expect(field, 2, name);
            map = field.bytes;
        }
        if (!rules || field.number < 3 || field.number > 5) continue;
        expect(field, 0, name);
        if (field.number == 3) model.dummyPrefix = field.value != 0;
        if (field.number == 4) model.removeExtraBlanks = field.value != 0;
        if (field.number == 5) model.escapeBlanks = field.value != 0;
    }
}

// A character map is <u32 size><double-array trie of u32 units><replacement texts, each ending in NUL>. The library
// walks the trie without looking at its end, so every unit that text can reach must lie inside, with its 256 possible
// children. Unit (darts-clone): bit 31 marks a value; offset = (unit >> 10) << ((unit & bit 9) >> 6); bit 8: the child
// at `offset` is a value.
void checkCharacterMap(const std::string& map, const std::string& name) {
    if (map.empty()) return;
    std::uint32_t trieBytes = 0;
    if (map.size() <= sizeof trieBytes) refuse(name, "its character map is cut off");
    std::memcpy(&trieBytes, map.data(), sizeof trieBytes);
    if (trieBytes >= map.size() - sizeof trieBytes || trieBytes % 4 != 0 || trieBytes < 1024)
        refuse(name, "its character map has a wrong size");
    std::vector<std::uint32_t> units(trieBytes / 4);
    std::memcpy(units.data(), map.data() + sizeof trieBytes, trieBytes);
    const std::string_view texts = std::string_view(map).substr(sizeof trieBytes + trieBytes);
    if (texts.back() != '\0') refuse(name, "its character map does not end");

    std::vector<bool> seen(units.size());
    std::vector<std::size_t> open{0};
    seen[0] = true;
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        const std::uint32_t unit = units[at];
        const std::size_t base = at ^ (std::size_t{unit >> 10} << ((unit & (1U << 9)) >> 6));
        if ((base | 255U) >= units.size()) refuse(name, "its character map points outside of itself");
        if ((unit & (1U << 8)) != 0 && (units[base] & 0x7FFFFFFFU) >= texts.size())
            refuse(name, "its character map names a text outside of itself");
        for (std::size_t label = 0; label < 256; ++label) {
            const std::size_t child = base ^ label;
            if ((units[child] & (0x80000000U | 0xFFU)) != label || seen[child]) continue;
            seen[child] = true;
            open.push_back(child);
        }
    }
}

void checkPieces(const SentencePieceModel& model, const std::string& name) {
    if (model.pieces.empty()) refuse(name, "it has no vocabulary");
    std::unordered_set<std::string_view> seen;
    std::size_t unknown = 0, usable = 0;
    for (const VocabularyPiece& piece : model.pieces) {
        if (piece.text.empty()) refuse(name, "a piece is empty");
        if (piece.text.find('\0') != std::string::npos) refuse(name, "a piece holds a NUL byte");
        if (!isUtf8(piece.text)) refuse(name, "a piece is not UTF-8");
        if (!seen.insert(piece.text).second) refuse(name, "the piece '" + piece.text + "' is there twice");
        if (!std::isfinite(piece.score)) refuse(name, "the piece '" + piece.text + "' has no finite score");
        unknown += piece.type == PieceType::Unknown ? 1 : 0;
        const bool text = piece.type == PieceType::Normal || piece.type == PieceType::UserDefined;
        usable += text || piece.type == PieceType::Byte ? 1 : 0;
    }
    if (unknown != 1) refuse(name, "it needs one piece for unknown text and has " + std::to_string(unknown));
    if (usable == 0) refuse(name, "no piece stands for text");
}

// A message as it is written: fields one after another.
class WireWriter {
public:
    void number(unsigned field, std::uint64_t value) {
        varint(std::uint64_t{field} << 3);
        varint(value);
    }
    void real(unsigned field, float value) {
        varint(std::uint64_t{field} << 3 | 5);
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (unsigned shift = 0; shift < 32; shift += 8) out_ += static_cast<char>(bits >> shift & 0xFFU);
    }
    void bytes(unsigned field, std::string_view value) {
        varint(std::uint64_t{field} << 3 | 2);
        varint(value.size());
        out_ += value;
    }
    [[nodiscard]] const std::string& text() const { return out_; }

private:
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
        out_ += static_cast<char>(value);
    }
    std::string out_;
};

}  // namespace

std::string serializeSentencePieceModel(const SentencePieceModel& model) {
    WireWriter out, trainer, normalizer, denormalizer;
    for (const VocabularyPiece& piece : model.pieces) {
        WireWriter one;
        one.bytes(1, piece.text);
        one.real(2, piece.score);
        one.number(3, static_cast<std::uint64_t>(piece.type));
        out.bytes(1, one.text());
    }
    trainer.number(3, static_cast<std::uint64_t>(model.modelType));
    trainer.number(24, model.blankAsSuffix ? 1 : 0);
    trainer.number(35, model.byteFallback ? 1 : 0);
    trainer.bytes(45, model.unknownPiece);
    trainer.bytes(46, model.bosPiece);
    trainer.bytes(47, model.eosPiece);
    normalizer.bytes(1, model.characterMap.empty() ? "identity" : "user_defined");
    normalizer.bytes(2, model.characterMap);
    normalizer.number(3, model.dummyPrefix ? 1 : 0);
    normalizer.number(4, model.removeExtraBlanks ? 1 : 0);
    normalizer.number(5, model.escapeBlanks ? 1 : 0);
    denormalizer.bytes(2, model.backCharacterMap);
    out.bytes(2, trainer.text());
    out.bytes(3, normalizer.text());
    if (!model.backCharacterMap.empty()) out.bytes(5, denormalizer.text());
    return out.text();
}

SentencePieceModel parseSentencePieceModel(std::string_view bytes, const std::string& name) {
    if (bytes.empty()) refuse(name, "it is empty");
    SentencePieceModel model;
    WireReader reader(bytes, name);
    WireField field;
    while (reader.next(field)) {
        if (field.number < 1 || field.number > 5) continue;
        expect(field, 2, name);
        if (field.number == 1) model.pieces.push_back(parsePiece(field.bytes, name));
        if (field.number == 2) parseTrainerSpec(field.bytes, model, name);
        if (field.number == 3) parseNormalizer(field.bytes, model, model.characterMap, true, name);
        if (field.number == 5) parseNormalizer(field.bytes, model, model.backCharacterMap, false, name);
    }
    if (model.modelType < 1 || model.modelType > 4) refuse(name, "its kind of model is unknown");
    checkPieces(model, name);
    checkCharacterMap(model.characterMap, name);
    checkCharacterMap(model.backCharacterMap, name);
    return model;
}

}  // namespace tritlab
