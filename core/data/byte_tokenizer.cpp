// Text is cut at added tokens, composed, split into words (pre_tokenizer.h) and merged (byte_bpe.h). Bytes that are no
// valid UTF-8 go past all that, each as its own token.
#include "core/data/byte_tokenizer.h"

#include <utf8proc.h>
#include <algorithm>
#include <cstdlib>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/data/newer_characters.h"
#include "core/data/text_pieces.h"

namespace tritlab {
namespace {

// The character that begins at `at` of valid UTF-8.
char32_t characterAt(std::string_view text, std::size_t at) {
    utf8proc_int32_t character = -1;
    utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                     static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    return character < 0 ? U'\uFFFD' : static_cast<char32_t>(character);
}
std::size_t characterBefore(std::string_view text, std::size_t end) {
    std::size_t at = end - 1;
    while (at > 0 && end - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
    return at;
}
bool isWhiteSpace(char32_t c) {
    return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}
// \w of the tokenizers package: letters, marks, decimal digits, letter numbers and connectors, those among them that
// utf8proc does not know yet.
bool isWordCharacter(char32_t c) {
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_PC: return true;
        case UTF8PROC_CATEGORY_CN:
            return std::ranges::any_of(newerCharacters, [c](const NewerCharacters& newer) {
                return newer.first <= c && c <= newer.last && newer.category != "No";
            });
        default: return false;
    }
}

// In NFC already, as far as a quick look tells: nothing below U+0300 composes with anything.
bool isSurelyComposed(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xCC; });
}
std::string composedRun(std::string_view text) {
    utf8proc_uint8_t* made = nullptr;
    const utf8proc_ssize_t bytes =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                     &made, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(made, &std::free);
    if (bytes < 0) return std::string(text);  // not UTF-8 throughout: stays as it is
    return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(bytes)};
}
// As the tokenizers package composes: what its tables do not know stands where it stood, and parts what is around it.
std::string composed(std::string_view text) {
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = characterAt(text, at);
        const std::size_t bytes = std::max<std::size_t>(utf8Length(text.substr(at)), 1);
        const auto* range =
            std::ranges::lower_bound(leftByNfc, static_cast<std::uint32_t>(c), {}, &CharacterRange::last);
        if (range != std::end(leftByNfc) && range->first <= c) {
            out += composedRun(text.substr(done, at - done));
            out += text.substr(at, bytes);
            done = at + bytes;
        }
        at += bytes;
    }
    return out + composedRun(text.substr(done));
}

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

// Added tokens that are looked for together: the longest of those that begin leftmost.
class AddedTokens {
public:
    void add(const AddedToken& token) {
        // The longest first, so that the first one that fits is the longest.
        const auto place = std::ranges::find_if(
            tokens_, [&](const AddedToken& other) { return other.text.size() < token.text.size(); });
        tokens_.insert(place, token);
        begins_[static_cast<unsigned char>(token.text[0])] = true;
    }
    // Gives what is between the tokens to `between`, and their ids to `ids`, in the text's order.
    template <typename Between>
    void cut(std::string_view text, std::vector<TokenId>& ids, const Between& between) const {
        std::size_t done = 0;
        for (std::size_t at = 0; at < text.size();) {
            const AddedToken* token = begins_[static_cast<unsigned char>(text[at])] ? find(text, at) : nullptr;
            if (token == nullptr) {
                ++at;
                continue;
            }
            std::size_t end = at;
            while (token->leftStrip && end > done) {
                const std::size_t before = characterBefore(text, end);
                if (before < done || !isWhiteSpace(characterAt(text, before))) break;
                end = before;
            }
            if (end > done) between(text.substr(done, end - done));
            ids.push_back(token->id);
            at += token->text.size();
            while (token->rightStrip && at < text.size() && isWhiteSpace(characterAt(text, at)))
                at += std::max<std::size_t>(utf8Length(text.substr(at)), 1);
            done = at;
        }
        if (done < text.size()) between(text.substr(done));
    }
    [[nodiscard]] bool strip() const {
        return std::ranges::any_of(tokens_,
                                   [](const AddedToken& token) { return token.leftStrip || token.rightStrip; });
    }

private:
    [[nodiscard]] const AddedToken* find(std::string_view text, std::size_t at) const {
        for (const AddedToken& token : tokens_) {
            if (!text.substr(at).starts_with(token.text)) continue;
            const std::size_t end = at + token.text.size();
            if (token.singleWord && ((at > 0 && isWordCharacter(characterAt(text, characterBefore(text, at)))) ||
                                     (end < text.size() && isWordCharacter(characterAt(text, end)))))
                continue;
            return &token;
        }
        return nullptr;
    }
    std::vector<AddedToken> tokens_;
    std::array<bool, 256> begins_{};
};

class ByteTokenizer final : public Tokenizer {
public:
    ByteTokenizer(ByteVocabulary vocabulary, std::string hash, const std::string& name)
        : vocabulary_(std::move(vocabulary)), hash_(std::move(hash)), split_(vocabulary_.passes, name),
          bpe_(vocabulary_.tokens, vocabulary_.merges, vocabulary_.wholeWords, vocabulary_.unknown),
          surfaces_(vocabulary_.tokens) {
        for (const AddedToken& token : vocabulary_.added) {
            if (token.text.empty() || token.id < 0)
                throw Error("has an added token without a text or with a negative id", name,
                            "Take the tokenizer from its source again");
            const auto id = static_cast<std::size_t>(token.id);
            if (id >= surfaces_.size()) surfaces_.resize(id + 1);
            surfaces_[id] = token.special ? std::string() : token.text;
            specials_.insert_or_assign(token.text, SpecialToken{token.id, token.leftStrip, token.rightStrip});
            if (!token.special) (token.normalized ? addedAfter_ : addedBefore_).add(token);
        }
        used_ = usedIds();
        ends_ = vocabulary_.ends;
        if (vocabulary_.eos >= 0 && std::ranges::find(ends_, vocabulary_.eos) == ends_.end())
            ends_.insert(ends_.begin(), vocabulary_.eos);
        takeNotes();
    }

    std::vector<TokenId> encode(std::string_view text, bool continues) const override {
        std::vector<TokenId> ids;
        while (!text.empty()) {
            const std::size_t bytes = firstPieceBytes(text);
            encodePiece(text.substr(0, bytes), continues, ids);
            text.remove_prefix(bytes);
            continues = true;
        }
        return ids;
    }
    std::string decode(const std::vector<TokenId>& ids) const override {
        std::string text;
        for (const TokenId id : ids) text += piece(id);
        return text;
    }
    std::string piece(TokenId id) const override {
        return id >= 0 && id < size() ? surfaces_[static_cast<std::size_t>(id)] : std::string();
    }
    std::int64_t size() const override { return static_cast<std::int64_t>(surfaces_.size()); }
    TokenId bos() const override { return vocabulary_.bos; }
    TokenId eos() const override { return vocabulary_.eos; }
    bool addsBos() const override { return vocabulary_.addBos && vocabulary_.bos >= 0; }
    const std::vector<TokenId>& ends() const override { return ends_; }
    std::int64_t usedSize() const override { return used_; }
    const std::vector<std::string>& notes() const override { return notes_; }
    TokenId unknown() const override { return vocabulary_.unknown; }
    const SpecialTokens& specials() const override { return specials_; }
    bool lossless() const override {
        return bpe_.hasAllBytes() && !vocabulary_.composed && !vocabulary_.prefixBlank &&
               std::ranges::none_of(vocabulary_.passes,
                                    [](const SplitPass& pass) { return pass.behavior == SplitBehavior::Removed; }) &&
               !addedBefore_.strip() && !addedAfter_.strip();
    }
    bool dummyPrefix() const override { return vocabulary_.prefixBlank; }
    const std::string& hash() const override { return hash_; }

private:
    // Up to the last id that is a token.
    [[nodiscard]] std::int64_t usedIds() const {
        std::size_t used = surfaces_.size();
        const auto isAdded = [this](std::size_t id) {
            return std::ranges::find(vocabulary_.added, static_cast<TokenId>(id), &AddedToken::id) !=
                   vocabulary_.added.end();
        };
        while (used > 0 && surfaces_[used - 1].empty() && !isAdded(used - 1)) --used;
        return static_cast<std::int64_t>(used);
    }
    void takeNotes() {
        if (!bpe_.hasAllBytes() && vocabulary_.unknown < 0)
            notes_.emplace_back("the vocabulary lacks tokens for some bytes: text that has them loses them");
        for (const TokenId end : ends_)
            if (end < size() && !piece(end).empty())
                notes_.push_back("an answer ends at token " + std::to_string(end) + ", which is the ordinary piece '" +
                                 repairUtf8(piece(end)) + "'");
    }

    void encodePiece(std::string_view text, bool continues, std::vector<TokenId>& ids) const {
        addedBefore_.cut(text, ids, [&](std::string_view part) {
            const bool first = part.data() == text.data();
            std::string normal;
            if (vocabulary_.composed && !isSurelyComposed(part)) {
                normal = composed(part);
                part = normal;
            }
            addedAfter_.cut(part, ids, [&](std::string_view words) {
                encodeWords(words, continues && first && words.data() == part.data(), ids);
            });
        });
    }

    // Between added tokens: the blank in front comes before each such stretch, as the package does it.
    void encodeWords(std::string_view text, bool continues, std::vector<TokenId>& ids) const {
        std::string prefixed;
        if (vocabulary_.prefixBlank && !continues && !text.starts_with(' ')) {
            prefixed = " " + std::string(text);
            text = prefixed;
        }
        std::vector<std::string_view> words;
        while (!text.empty()) {
            std::size_t valid = 0, length = 0;
            while (valid < text.size() && (length = utf8Length(text.substr(valid))) > 0) valid += length;
            words.clear();
            split_.split(text.substr(0, valid), words);
            if (valid < text.size()) words.push_back(text.substr(valid, 1));
            bpe_.encode(words, ids);
            text.remove_prefix(std::min(valid + 1, text.size()));
        }
    }

    ByteVocabulary vocabulary_;
    std::string hash_;
    PreTokenizer split_;
    ByteBpe bpe_;
    std::vector<std::string> surfaces_;
    std::int64_t used_ = 0;
    std::vector<TokenId> ends_;
    std::vector<std::string> notes_;
    SpecialTokens specials_;
    AddedTokens addedBefore_, addedAfter_;  // those that texts may spell, by when they are looked for
};

}  // namespace

std::unique_ptr<Tokenizer> makeByteTokenizer(ByteVocabulary vocabulary, std::string hash, const std::string& name) {
    return std::make_unique<ByteTokenizer>(std::move(vocabulary), std::move(hash), name);
}

}  // namespace tritlab
