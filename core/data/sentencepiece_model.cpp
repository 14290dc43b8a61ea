#include "core/data/sentencepiece_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace tritlab {
namespace {

constexpr unsigned kUseField = 7200;  // of the message's range for extensions, 200 and above

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
    throw Error("is not a usable sentencepiece model: " + why, name,
                "The file is damaged, or of another kind: copy or convert it anew");
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
            if (field.value >= 1 && field.value <= 6) piece.type = static_cast<PieceType>(field.value);
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
    std::size_t unknown = 0, usable = 0;
    for (const VocabularyPiece& piece : model.pieces) {
        if (!std::isfinite(piece.score)) refuse(name, "the piece '" + piece.text + "' has no finite score");
        unknown += piece.type == PieceType::Unknown ? 1 : 0;
        const bool text = piece.type == PieceType::Normal || piece.type == PieceType::UserDefined;
        usable += text || piece.type == PieceType::Byte ? 1 : 0;
    }
    if (unknown == 0) refuse(name, "it needs a piece for unknown text and has none");
    if (usable == 0) refuse(name, "no piece stands for text");
    const auto last = static_cast<TokenId>(model.pieces.size() - 1);
    for (const TokenId id : {model.use.bos, model.use.eos})
        if (id < -1 || id > last) refuse(name, "its BOS or EOS is none of its pieces");
}

TokenId tokenIdOf(const WireField& field, const std::string& name) {
    expect(field, 0, name);
    if (field.value > INT32_MAX) refuse(name, "it names a token beyond all vocabularies");
    return static_cast<TokenId>(field.value);
}

TokenizerUse parseUse(std::string_view bytes, const std::string& name) {
    TokenizerUse use;
    WireReader reader(bytes, name);
    WireField field;
    while (reader.next(field)) {
        if (field.number == 1) use.addsBos = tokenIdOf(field, name) != 0;
        if (field.number == 2) use.bos = tokenIdOf(field, name);
        if (field.number == 3) use.eos = tokenIdOf(field, name);
        if (field.number == 4) use.ends.push_back(tokenIdOf(field, name));
    }
    return use;
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

void writePiece(WireWriter& out, const VocabularyPiece& piece) {
    WireWriter one;
    one.bytes(1, piece.text);
    one.real(2, piece.score);
    one.number(3, static_cast<std::uint64_t>(piece.type));
    out.bytes(1, one.text());
}

void writeUse(WireWriter& out, const TokenizerUse& use) {
    if (use == TokenizerUse{}) return;
    WireWriter one;
    one.number(1, use.addsBos ? 1 : 0);
    if (use.bos >= 0) one.number(2, static_cast<std::uint64_t>(use.bos));
    if (use.eos >= 0) one.number(3, static_cast<std::uint64_t>(use.eos));
    for (const TokenId end : use.ends) one.number(4, static_cast<std::uint64_t>(end));
    out.bytes(kUseField, one.text());
}

bool isByteName(std::string_view text) {
    const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    return text.size() == 6 && text.starts_with("<0x") && isHex(text[3]) && isHex(text[4]) && text[5] == '>';
}

// The piece for unknown text: the one that the model names, else the first of that type.
std::size_t unknownOf(const SentencePieceModel& model) {
    const TokenId named = findPiece(model, model.unknownPiece);
    if (named >= 0 && model.pieces[static_cast<std::size_t>(named)].type == PieceType::Unknown)
        return static_cast<std::size_t>(named);
    const auto first = std::find_if(model.pieces.begin(), model.pieces.end(),
                                    [](const VocabularyPiece& piece) { return piece.type == PieceType::Unknown; });
    return static_cast<std::size_t>(first - model.pieces.begin());
}

// By its number a control piece or a marker; by its name alone a control piece, as for sentencepiece.
TokenId markerOf(const SentencePieceModel& model, TokenId number, const std::string& text) {
    const TokenId id = number >= 0 ? number : findPiece(model, text);
    if (id < 0) return -1;
    const VocabularyPiece& piece = model.pieces[static_cast<std::size_t>(id)];
    const bool marker = number >= 0 && isMarker(piece);
    return piece.type == PieceType::Control || marker ? id : -1;
}

}  // namespace

TokenId findPiece(const SentencePieceModel& model, std::string_view text) {
    const auto found = std::find_if(model.pieces.begin(), model.pieces.end(),
                                    [&](const VocabularyPiece& piece) { return piece.text == text; });
    return found == model.pieces.end() ? -1 : static_cast<TokenId>(found - model.pieces.begin());
}

bool isMarker(const VocabularyPiece& piece) {
    const std::string_view text = piece.text;
    return piece.type == PieceType::UserDefined && text.starts_with('<') && text.ends_with('>') && text.size() > 2 &&
           (text.find('|') != std::string_view::npos || text.find("_of_turn") != std::string_view::npos);
}

bool looksLikeControl(std::string_view piece) {
    if (piece.size() < 3 || isByteName(piece) || piece.find(' ') != std::string_view::npos) return false;
    return (piece.front() == '<' && piece.back() == '>') || (piece.front() == '[' && piece.back() == ']');
}

TokenId bosOf(const SentencePieceModel& model) { return markerOf(model, model.use.bos, model.bosPiece); }
TokenId eosOf(const SentencePieceModel& model) { return markerOf(model, model.use.eos, model.eosPiece); }

std::vector<PieceFault> pieceFaults(const SentencePieceModel& model) {
    std::vector<PieceFault> faults(model.pieces.size(), PieceFault::None);
    std::unordered_set<std::string_view> seen, bytes;
    const std::size_t unknown = unknownOf(model);
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
        const VocabularyPiece& piece = model.pieces[i];
        if (piece.text.empty()) faults[i] = PieceFault::Empty;
        else if (piece.text.find('\0') != std::string::npos || !isUtf8(piece.text)) faults[i] = PieceFault::NotText;
        else if (!seen.insert(piece.text).second) faults[i] = PieceFault::Twin;
        else if (piece.type == PieceType::Unknown && i != unknown) faults[i] = PieceFault::SecondUnknown;
        else if (piece.type == PieceType::Byte && isByteName(piece.text)) bytes.insert(piece.text);
        else if (piece.type == PieceType::Byte) faults[i] = PieceFault::LoneByte;
    }
    // Without all 256 there is no way to write any text by its bytes.
    if (!model.byteFallback || bytes.size() < 256)
        for (std::size_t i = 0; i < model.pieces.size(); ++i)
            if (model.pieces[i].type == PieceType::Byte && faults[i] == PieceFault::None)
                faults[i] = PieceFault::LoneByte;
    return faults;
}

SentencePieceModel withUsablePieces(SentencePieceModel model) {
    const std::vector<PieceFault> faults = pieceFaults(model);
    const std::size_t unknown = unknownOf(model);
    std::unordered_set<std::string> names;
    for (const VocabularyPiece& piece : model.pieces) names.insert(piece.text);
    bool fallback = false;
    for (std::size_t i = 0; i < faults.size(); ++i) {
        VocabularyPiece& piece = model.pieces[i];
        fallback = fallback || (piece.type == PieceType::Byte && faults[i] == PieceFault::None);
        if (faults[i] == PieceFault::None) continue;
        if (i != unknown) piece.type = PieceType::Unused;
        if (faults[i] == PieceFault::SecondUnknown || faults[i] == PieceFault::LoneByte) continue;
        const std::string kind = faults[i] == PieceFault::Empty  ? "[EMPTY_"
                                 : faults[i] == PieceFault::Twin ? "[TWIN_"
                                                                 : "[BYTES_";
        piece.text = kind + std::to_string(i) + "]";
        while (!names.insert(piece.text).second) piece.text += "_";
    }
    if (unknown < model.pieces.size()) model.unknownPiece = model.pieces[unknown].text;
    model.byteFallback = model.byteFallback && fallback;
    return model;
}

std::string extendSentencePieceModel(std::string bytes, const std::vector<VocabularyPiece>& more,
                                     const TokenizerUse& use) {
    WireWriter out;
    for (const VocabularyPiece& piece : more) writePiece(out, piece);
    writeUse(out, use);
    return std::move(bytes) + out.text();
}

std::string serializeSentencePieceModel(const SentencePieceModel& model) {
    WireWriter out, trainer, normalizer, denormalizer;
    for (const VocabularyPiece& piece : model.pieces) writePiece(out, piece);
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
    writeUse(out, model.use);
    return out.text();
}

SentencePieceModel parseSentencePieceModel(std::string_view bytes, const std::string& name) {
    if (bytes.empty()) refuse(name, "it is empty");
    SentencePieceModel model;
    WireReader reader(bytes, name);
    WireField field;
    while (reader.next(field)) {
        if ((field.number < 1 || field.number > 5) && field.number != kUseField) continue;
        expect(field, 2, name);
        if (field.number == 1) model.pieces.push_back(parsePiece(field.bytes, name));
        if (field.number == 2) parseTrainerSpec(field.bytes, model, name);
        if (field.number == 3) parseNormalizer(field.bytes, model, model.characterMap, true, name);
        if (field.number == 5) parseNormalizer(field.bytes, model, model.backCharacterMap, false, name);
        if (field.number == kUseField) model.use = parseUse(field.bytes, name);
    }
    if (model.modelType < 1 || model.modelType > 4) refuse(name, "its kind of model is unknown");
    checkPieces(model, name);
    checkCharacterMap(model.characterMap, name);
    checkCharacterMap(model.backCharacterMap, name);
    return model;
}

}  // namespace tritlab
