// The tokenizer over sentencepiece. A model of the kind that this program trains (identity normalization, byte
// fallback, no piece across a blank) is encoded word by word through a memory of words seen, which gives the very ids
// that the library gives for the whole text; every other model is passed through the library as it is.
#include "core/data/tokenizer.h"

#include <sentencepiece_processor.h>
#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/utf8.h"
#include "core/data/byte_tokenizer.h"
#include "core/data/byte_tokenizer_json.h"
#include "core/data/gguf_byte_vocabulary.h"
#include "core/data/gguf_vocabulary.h"
#include "core/data/model_tokenizer.h"
#include "core/data/sentencepiece_log.h"
#include "core/data/sentencepiece_model.h"
#include "core/data/text_pieces.h"
#include "core/data/tiktoken_file.h"

namespace tritlab {
namespace {

constexpr std::string_view kBlank = "\xE2\x96\x81";  // U+2581, a blank in pieces
constexpr std::uint64_t kMaxModelBytes = std::uint64_t{256} << 20;
constexpr std::size_t kMaxWordBytes = 64, kMaxWords = 200000;  // of the memory of words

int byteOf(const VocabularyPiece& piece) {
    if (piece.type != PieceType::Byte || piece.text.size() != 6) return -1;
    if (!piece.text.starts_with("<0x") || piece.text[5] != '>') return -1;
    int value = 0;
    for (const char c : {piece.text[3], piece.text[4]}) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

std::string withBlanks(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size();) {
        const bool blank = text.substr(i).starts_with(kBlank);
        plain += blank ? ' ' : text[i];
        i += blank ? kBlank.size() : 1;
    }
    return plain;
}

// What a token stands for in decoded text.
std::string surface(const VocabularyPiece& piece) {
    switch (piece.type) {
        case PieceType::Control: return {};
        case PieceType::Unknown: return " \xE2\x81\x87 ";  // the library's own sign for it
        case PieceType::Byte:
            return byteOf(piece) < 0 ? std::string() : std::string(1, static_cast<char>(byteOf(piece)));
        default: return withBlanks(piece.text);
    }
}

// Whether no piece crosses from a non-blank to a blank or over a newline: then words are independent of each other.
bool staysWithinWords(const VocabularyPiece& piece) {
    if (piece.type != PieceType::Normal && piece.type != PieceType::UserDefined) return true;
    const std::string text = withBlanks(piece.text);
    const std::size_t word = text.find_first_not_of(' ');
    return text.find('\n') == std::string::npos &&
           (word == std::string::npos || text.find(' ', word) == std::string::npos);
}

// Without such a piece the library spells a blank as the bytes of its sign.
bool isBlankPiece(const VocabularyPiece& piece) {
    return piece.text == kBlank && (piece.type == PieceType::Normal || piece.type == PieceType::UserDefined);
}

// How many pieces at the end are fillers as converters of GGUF files write them: "[PAD410]", unused.
std::size_t fillersOf(const SentencePieceModel& model) {
    std::size_t fillers = 0;
    for (std::size_t i = model.pieces.size(); i-- > 0; ++fillers) {
        const VocabularyPiece& piece = model.pieces[i];
        if (piece.type != PieceType::Unused || piece.text != "[PAD" + std::to_string(i) + "]") break;
    }
    return fillers;
}

std::vector<std::string> notesOf(const SentencePieceModel& model, const std::vector<PieceFault>& faults) {
    std::vector<std::string> notes;
    const auto tell = [&](PieceFault fault, const char* what) {
        const auto first = std::find(faults.begin(), faults.end(), fault);
        if (first == faults.end()) return;
        notes.push_back("the vocabulary has " + std::to_string(std::count(first, faults.end(), fault)) + " " + what +
                        " (token " + std::to_string(first - faults.begin()) + "): text is not encoded as them");
    };
    tell(PieceFault::Empty, "empty pieces");
    tell(PieceFault::Twin, "pieces that are there a second time");
    tell(PieceFault::NotText, "pieces that are not UTF-8 text");
    tell(PieceFault::SecondUnknown, "further pieces for unknown text");
    tell(PieceFault::LoneByte, "byte pieces, not all 256");
    for (const TokenId end : model.use.ends) {
        if (end < 0 || static_cast<std::size_t>(end) >= model.pieces.size()) continue;
        const VocabularyPiece& piece = model.pieces[static_cast<std::size_t>(end)];
        if (piece.type == PieceType::Normal || piece.type == PieceType::Byte)
            notes.push_back("an answer ends at token " + std::to_string(end) + ", which is the ordinary piece '" +
                            repairUtf8(piece.text) + "'");
    }
    return notes;
}

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

class SentencePieceTokenizer final : public Tokenizer {
public:
    SentencePieceTokenizer(const std::string& bytes, const std::string& name) : name_(name), hash_(hashHex(bytes)) {
        SentencePieceModel model = parseSentencePieceModel(bytes, name);
        const std::vector<PieceFault> faults = pieceFaults(model);
        odd_ = std::any_of(faults.begin(), faults.end(), [](PieceFault fault) { return fault != PieceFault::None; });
        byteIds_.fill(-1);
        for (const VocabularyPiece& piece : model.pieces) {
            const auto id = static_cast<TokenId>(surfaces_.size());
            surfaces_.push_back(surface(piece));
            if (faults[static_cast<std::size_t>(id)] != PieceFault::None) continue;
            if (const int byte = byteOf(piece); byte >= 0) byteIds_[static_cast<std::size_t>(byte)] = id;
            if (piece.type == PieceType::UserDefined || piece.type == PieceType::Control)
                specials_.emplace(piece.text, SpecialToken{id});
            if (isMarker(piece)) markers_.push_back(piece.text);
        }
        readUse(model);
        notes_ = notesOf(model, faults);
        if (odd_) model = withUsablePieces(std::move(model));
        load(processor_, odd_ ? serializeSentencePieceModel(model) : bytes);
        dummyPrefix_ = model.dummyPrefix;
        removesBlanks_ = model.removeExtraBlanks;
        lossless_ = model.escapeBlanks && !model.dummyPrefix && !model.removeExtraBlanks && !model.blankAsSuffix &&
                    model.characterMap.empty() && model.backCharacterMap.empty() && model.byteFallback &&
                    model.modelType <= 2 && std::ranges::none_of(byteIds_, [](TokenId id) { return id < 0; }) &&
                    std::ranges::any_of(model.pieces, isBlankPiece) &&
                    std::ranges::all_of(model.pieces, staysWithinWords);
        if (!lossless_) model_ = std::move(model);
    }

    std::vector<TokenId> encode(std::string_view text, bool continues) const override {
        std::vector<TokenId> ids;
        while (!text.empty()) {
            const std::size_t bytes = ordinaryBytes(text, firstPieceBytes(text));
            const std::string_view part = text.substr(0, bytes);
            if (lossless_) encodeWords(part, ids);
            else append(continues ? continuing(part) : processor_, part, ids);
            text.remove_prefix(bytes);
            continues = true;
        }
        return ids;
    }

    std::string decode(const std::vector<TokenId>& ids) const override {
        std::string text;
        if (lossless_) {
            for (const TokenId id : ids) text += piece(id);
            return text;
        }
        std::vector<int> known;
        std::ranges::copy_if(ids, std::back_inserter(known), [this](TokenId id) { return id >= 0 && id < size(); });
        if (const auto status = odd_ ? decodeTexts(known, text) : processor_.Decode(known, &text); !status.ok())
            throw Error(std::string("cannot decode tokens: ") + status.error_message(), name_, {}, ErrorKind::Failed);
        return text;
    }

    std::string piece(TokenId id) const override {
        return id >= 0 && id < size() ? surfaces_[static_cast<std::size_t>(id)] : std::string();
    }
    std::int64_t size() const override { return static_cast<std::int64_t>(surfaces_.size()); }
    std::int64_t usedSize() const override { return usedSize_; }
    TokenId bos() const override { return bos_; }
    TokenId eos() const override { return eos_; }
    bool addsBos() const override { return addsBos_; }
    const std::vector<TokenId>& ends() const override { return ends_; }
    const std::vector<std::string>& notes() const override { return notes_; }
    TokenId unknown() const override { return processor_.unk_id(); }
    const SpecialTokens& specials() const override { return specials_; }
    bool lossless() const override { return lossless_; }
    bool dummyPrefix() const override { return dummyPrefix_; }
    const std::string& hash() const override { return hash_; }

private:
    using WordMemory = std::unordered_map<std::string, std::vector<TokenId>, TextHash, std::equal_to<>>;

    using Processor = sentencepiece::SentencePieceProcessor;

    void readUse(const SentencePieceModel& model) {
        bos_ = bosOf(model);
        eos_ = eosOf(model);
        addsBos_ = bos_ >= 0 && model.use.addsBos;
        usedSize_ = static_cast<std::int64_t>(model.pieces.size() - fillersOf(model));
        if (eos_ >= 0) ends_.push_back(eos_);
        for (const TokenId end : model.use.ends)
            if (std::find(ends_.begin(), ends_.end(), end) == ends_.end()) ends_.push_back(end);
    }

    // A vocabulary with pieces that the library knows under other names: those are given to it as the text that they
    // stand for, which it takes for unknown and leaves as it is.
    [[nodiscard]] sentencepiece::util::Status decodeTexts(const std::vector<int>& ids, std::string& text) const {
        std::vector<std::string> pieces;
        for (const int id : ids)
            pieces.push_back(processor_.IsUnused(id) ? surfaces_[static_cast<std::size_t>(id)]
                                                     : processor_.IdToPiece(id));
        return processor_.Decode(pieces, &text);
    }

    void load(Processor& processor, const std::string& bytes) const {
        silenceSentencePiece();
        std::string why;
        try {
            const auto status = processor.LoadFromSerializedProto(bytes);
            if (status.ok()) return;
            why = status.error_message();
        } catch (const std::exception& error) {
            why = error.what();
        }
        throw Error("is not a usable sentencepiece model: " + why, name_,
                    "The file is damaged, or of another kind: copy or convert it anew");
    }

    // The library finds user-defined pieces wherever they are spelled. Text in which one is spelled is cut within it,
    // so that its letters stay letters.
    [[nodiscard]] std::size_t ordinaryBytes(std::string_view text, std::size_t bytes) const {
        if (markers_.empty()) return bytes;
        for (std::size_t at = text.find('<'); at < bytes; at = text.find('<', at + 1))
            for (const std::string& marker : markers_)
                if (text.substr(at).starts_with(marker)) return at + 1;
        return bytes;
    }

    // The processor for what follows another piece: without the blank that the model puts before a text, unless the
    // piece begins with the very blank that the model takes away there.
    [[nodiscard]] const Processor& continuing(std::string_view piece) const {
        const bool withPrefix = removesBlanks_ && piece.starts_with(' ');
        if (withPrefix == dummyPrefix_) return processor_;
        const std::lock_guard lock(continuingMutex_);
        if (!continuing_) {
            SentencePieceModel other = model_;
            other.dummyPrefix = !dummyPrefix_;
            auto processor = std::make_unique<Processor>();
            load(*processor, serializeSentencePieceModel(other));
            continuing_ = std::move(processor);
        }
        return *continuing_;
    }

    void append(std::string_view text, std::vector<TokenId>& ids) const { append(processor_, text, ids); }
    void append(const Processor& processor, std::string_view text, std::vector<TokenId>& ids) const {
        std::vector<int> more;
        if (const auto status = processor.Encode(text, &more); !status.ok())
            throw Error(std::string("cannot encode text: ") + status.error_message(), name_, {}, ErrorKind::Failed);
        ids.insert(ids.end(), more.begin(), more.end());
    }

    void appendBytes(std::string_view text, std::vector<TokenId>& ids) const {
        for (const char c : text) ids.push_back(byteIds_[static_cast<unsigned char>(c)]);
    }

    // A word is a run of blanks and the run of others after it; a newline stands alone.
    void encodeWords(std::string_view text, std::vector<TokenId>& ids) const {
        std::unique_lock lock(wordsMutex_, std::try_to_lock);  // a second thread goes without the memory
        WordMemory* words = lock.owns_lock() ? &words_ : nullptr;
        while (!text.empty()) {
            std::size_t end = 1;
            if (text[0] == '\n') {
                appendBytes("\n", ids);
            } else {
                const std::size_t start = text.find_first_not_of(' ');
                end = start == std::string_view::npos ? text.size()
                                                      : std::min(text.find_first_of(" \n", start), text.size());
                encodeWord(text.substr(0, end), words, ids);
            }
            text.remove_prefix(end);
        }
    }

    void encodeWord(std::string_view word, WordMemory* words, std::vector<TokenId>& ids) const {
        if (words != nullptr) {
            if (const auto found = words->find(word); found != words->end()) {
                ids.insert(ids.end(), found->second.begin(), found->second.end());
                return;
            }
        }
        const std::size_t before = ids.size();
        encodeNewWord(word, ids);
        if (words == nullptr || word.size() > kMaxWordBytes) return;
        if (words->size() >= kMaxWords) words->clear();
        words->emplace(word, std::vector<TokenId>(ids.begin() + static_cast<std::ptrdiff_t>(before), ids.end()));
    }

    // The library replaces broken UTF-8 and reads U+2581 as a blank: such bytes go past it, each as its own token. So
    // do NULs.
    void encodeNewWord(std::string_view word, std::vector<TokenId>& ids) const {
        std::size_t plain = 0;  // bytes at the front that the library takes as they are
        const auto flush = [&] {
            if (plain > 0) append(word.substr(0, plain), ids);
            word.remove_prefix(plain);
            plain = 0;
        };
        while (plain < word.size()) {
            const std::string_view rest = word.substr(plain);
            const std::size_t length = utf8Length(rest);
            if (length > 0 && rest[0] != '\0' && !rest.starts_with(kBlank)) {
                plain += length;
                continue;
            }
            flush();
            const std::size_t past = std::max<std::size_t>(length, 1);
            appendBytes(word.substr(0, past), ids);
            word.remove_prefix(past);
        }
        flush();
    }

    std::string name_, hash_;
    Processor processor_;
    SentencePieceModel model_;  // what a second processor is made of; empty where none is needed
    mutable std::mutex continuingMutex_;
    mutable std::unique_ptr<const Processor> continuing_;  // the other way about the dummy prefix
    std::vector<std::string> markers_;                     // user-defined pieces that mark, such as <|eot_id|>
    std::vector<std::string> surfaces_;
    std::array<TokenId, 256> byteIds_{};
    SpecialTokens specials_;
    bool lossless_ = false, dummyPrefix_ = false, removesBlanks_ = false, addsBos_ = false;
    bool odd_ = false;  // some pieces have other names in processor_
    TokenId bos_ = -1, eos_ = -1;
    std::int64_t usedSize_ = 0;
    std::vector<TokenId> ends_;
    std::vector<std::string> notes_;
    mutable std::mutex wordsMutex_;
    mutable WordMemory words_;
};

// One or the other, by what the file holds.
struct Read {
    std::optional<ByteVocabulary> vocabulary;
    std::string sentencePiece;
};
Read readFileOf(const std::filesystem::path& path) {
    std::string bytes = readFile(path, kMaxModelBytes);
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && bytes[first] == '{') return {readTokenizerJson(path), {}};
    if (isTiktoken(bytes)) return {parseTiktoken(bytes, path.string()), {}};
    return {std::nullopt, std::move(bytes)};
}
Read readFolderOf(const std::filesystem::path& folder) {
    const std::filesystem::path model = folder / "tokenizer.model", json = folder / "tokenizer.json";
    std::error_code error;
    if (std::filesystem::exists(model, error)) {
        Read read = readFileOf(model);
        if (!read.vocabulary) read.sentencePiece = readModelTokenizer(folder);
        return read;
    }
    if (std::filesystem::exists(json, error)) return {readTokenizerJson(json), {}};
    throw Error("has neither tokenizer.model nor tokenizer.json", folder.string(),
                "Copy the model's tokenizer into the folder");
}
Read readAny(const std::filesystem::path& path) {
    if (isTokenizerFolder(path)) return readFolderOf(path);
    if (!holdsGguf(path)) return readFileOf(path);
    const GgufFile file(path);
    if (holdsByteVocabulary(file)) return {ggufByteVocabulary(file), {}};
    return {std::nullopt, serializeSentencePieceModel(ggufVocabulary(file))};
}

}  // namespace

std::string readTokenizerModel(const std::filesystem::path& path) {
    const Read read = readAny(path);
    return read.vocabulary ? keptTokenizerJson(*read.vocabulary) : read.sentencePiece;
}

std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& path) {
    Read read = readAny(path);
    if (!read.vocabulary) return std::make_unique<SentencePieceTokenizer>(read.sentencePiece, path.string());
    std::string hash = hashHex(keptTokenizerJson(*read.vocabulary));
    return makeByteTokenizer(std::move(*read.vocabulary), std::move(hash), path.string());
}

std::string StreamDecoder::add(TokenId id) {
    pending_ += tokenizer_->piece(id);
    std::string ready;
    std::string_view rest = pending_;
    while (!rest.empty()) {
        const std::size_t length = utf8Length(rest);
        if (length == 0 && isUtf8Beginning(rest)) break;
        ready += length > 0 ? rest.substr(0, length) : std::string_view("\xEF\xBF\xBD");
        rest.remove_prefix(std::max<std::size_t>(length, 1));
    }
    pending_ = std::string(rest);
    return ready;
}

std::string StreamDecoder::finish() {
    const std::string rest = repairUtf8(pending_);
    pending_.clear();
    return rest;
}

}  // namespace tritlab
