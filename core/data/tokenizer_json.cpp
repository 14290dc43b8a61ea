// sentencepiece and `tokenizers` have the same two algorithms, and three differences that matter here.
//
// BPE: sentencepiece joins the neighbours whose piece has the highest score, `tokenizers` the pair that comes first in
// a list of pairs. The list holds every way to make a piece of two others, by the pieces' scores.
//
// Unigram: sentencepiece looks for ordinary pieces alone, `tokenizers` for the texts of control tokens and bytes too.
// They get a score so low that no best path goes through them, or a cut within them where a character is unknown.
//
// Blanks: sentencepiece writes U+2581 for them and cannot tell the two apart. A lossless tokenizer can, since it takes
// U+2581 in a text as three bytes: its pieces hold plain blanks here.
#include "core/data/tokenizer_json.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_set>

#include "core/base/utf8.h"
#include "core/data/chat_template.h"

namespace tritlab {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kBlank = "\xE2\x96\x81";  // U+2581, a blank in pieces

bool isText(const VocabularyPiece& piece) {
    return piece.type == PieceType::Normal || (piece.type == PieceType::UserDefined && !isMarker(piece));
}

std::vector<std::string> characters(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(utf8Length(text), 1);
        out.emplace_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return out;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

// A text as a pattern that finds it.
std::string asPattern(std::string_view text) {
    std::string pattern;
    for (const char c : text) {
        const bool plain =
            (static_cast<unsigned char>(c) & 0x80U) != 0 || std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (!plain) pattern += '\\';
        pattern += c;
    }
    return pattern;
}

std::string base64(std::string_view bytes) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) text += k <= count ? digits[group >> (18 - 6 * k) & 63U] : '=';
    }
    return text;
}

// What a checked character map (sentencepiece_model.cpp says how one is built) makes of exactly this text.
std::string mapped(const std::string& map, std::string_view text) {
    std::uint32_t trieBytes = 0;
    std::memcpy(&trieBytes, map.data(), sizeof trieBytes);
    const auto unit = [&map](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, map.data() + sizeof value * (at + 1), sizeof value);
        return value;
    };
    const auto offset = [](std::uint32_t value) { return std::size_t{value >> 10} << ((value & (1U << 9)) >> 6); };
    std::size_t at = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        at ^= offset(unit(at)) ^ byte;
        if ((unit(at) & (0x80000000U | 0xFFU)) != byte) return {};
    }
    if ((unit(at) & (1U << 8)) == 0) return {};
    return map.data() + sizeof trieBytes + trieBytes + (unit(at ^ offset(unit(at))) & 0x7FFFFFFFU);
}

// Whether a map puts letters and their marks together, as Unicode's NFC does and all maps of sentencepiece do.
bool composes(const std::string& map) { return mapped(map, "A\xCC\x8A") == "\xC3\x85"; }

ordered_json replaceRule(const char* kind, const std::string& pattern, std::string_view by) {
    return {{"type", "Replace"}, {"pattern", {{kind, pattern}}}, {"content", by}};
}
ordered_json splitRule(const std::string& pattern, const char* behavior) {
    return {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", behavior}, {"invert", false}};
}
ordered_json sequence(const char* parts, ordered_json list) {
    if (list.empty()) return nullptr;
    return {{"type", "Sequence"}, {parts, std::move(list)}};
}

// The vocabulary as it is written, and what stands in the way.
class Writer {
public:
    Writer(const SentencePieceModel& model, const Tokenizer& tokenizer)
        : model_(model), tokenizer_(tokenizer), pieces_(model.pieces) {
        std::unordered_set<std::string> taken;
        for (std::size_t id = 0; id < pieces_.size(); ++id) {
            VocabularyPiece& piece = pieces_[id];
            std::string name = written(piece);
            if (name.empty() || taken.contains(name)) {  // a later twin stands for nothing
                name = "[unused" + std::to_string(id) + "]";
                piece.type = PieceType::Unused;
            }
            while (!taken.insert(name).second) name += "_";
            if (isText(piece) && utf8Length(name) == name.size()) single_.insert(name);
            names_.push_back(std::move(name));
        }
    }

    [[nodiscard]] const std::string& name(TokenId id) const { return names_[static_cast<std::size_t>(id)]; }

    // Why tokenizer.json cannot say what this model does.
    [[nodiscard]] std::optional<std::string> obstacle() const {
        if (model_.modelType != kUnigram && model_.modelType != kBpe)
            return "it is a sentencepiece model of words or characters";
        if (model_.blankAsSuffix) return "it writes blanks behind words";
        const bool normalizes = model_.dummyPrefix || model_.removeExtraBlanks || !model_.characterMap.empty();
        for (std::size_t id = 0; id < pieces_.size(); ++id) {
            const VocabularyPiece& piece = pieces_[id];
            if (piece.type == PieceType::UserDefined && !isMarker(piece) && normalizes)
                return "its user-defined piece '" + piece.text + "' is found before the text is normalized";
            if (!isText(piece) && utf8Length(piece.text) == piece.text.size() && !piece.text.empty())
                return "its piece '" + piece.text + "' is one character and no text";
            if (piece.type != PieceType::Normal) continue;
            for (const std::string& character : characters(names_[id]))
                if (!single_.contains(character))
                    return "its piece '" + piece.text + "' holds '" + character + "', which is no piece by itself";
        }
        return model_.modelType == kBpe ? mergeObstacle() : std::nullopt;
    }

    [[nodiscard]] ordered_json model() const { return model_.modelType == kBpe ? bpeModel() : unigramModel(); }

    [[nodiscard]] ordered_json normalizer() const {
        if (tokenizer_.lossless()) return nullptr;
        ordered_json steps = ordered_json::array();
        // `tokenizers` maps a letter with its marks as one, by the first of its parts that the map knows. Composed
        // before, most are one character.
        if (!model_.characterMap.empty() && composes(model_.characterMap)) steps.push_back({{"type", "NFC"}});
        if (!model_.characterMap.empty())
            steps.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", base64(model_.characterMap)}});
        if (model_.removeExtraBlanks) {
            steps.push_back(replaceRule("Regex", "\\A +", ""));
            steps.push_back(replaceRule("Regex", " {2,}", " "));
            const std::string blanks = model_.escapeBlanks ? "[ " + std::string(kBlank) + "]+" : " +";
            steps.push_back(replaceRule("Regex", blanks + "\\z", ""));
        }
        if (model_.dummyPrefix) steps.push_back({{"type", "Prepend"}, {"prepend", " "}});
        if (model_.escapeBlanks) steps.push_back(replaceRule("String", " ", kBlank));
        return sequence("normalizers", std::move(steps));
    }

    [[nodiscard]] ordered_json preTokenizer() const {
        ordered_json steps = ordered_json::array();
        std::string rests;  // behind the '<' of a marker that is spelled in a text
        for (const VocabularyPiece& piece : pieces_)
            if (isMarker(piece))
                rests += (rests.empty() ? "" : "|") + asPattern(std::string_view(piece.text).substr(1));
        if (!rests.empty()) steps.push_back(splitRule("<(?=" + rests + ")", "MergedWithPrevious"));
        if (model_.modelType == kUnigram) addCuts(steps);
        if (tokenizer_.lossless()) steps.push_back(splitRule(" *[^ \\n]+| +|\\n", "Isolated"));
        return sequence("pretokenizers", std::move(steps));
    }

    [[nodiscard]] ordered_json decoder() const {
        ordered_json steps = ordered_json::array();
        if (!tokenizer_.lossless() && model_.escapeBlanks)
            steps.push_back(replaceRule("String", std::string(kBlank), " "));
        if (model_.byteFallback) steps.push_back({{"type", "ByteFallback"}});
        steps.push_back({{"type", "Fuse"}});
        if (model_.dummyPrefix) steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
        return sequence("decoders", std::move(steps));
    }

    [[nodiscard]] ordered_json addedTokens() const {
        ordered_json tokens = ordered_json::array();
        for (std::size_t id = 0; id < names_.size(); ++id) {
            const VocabularyPiece& piece = pieces_[id];
            const bool special =
                piece.type == PieceType::Control || piece.type == PieceType::Unknown || isMarker(piece);
            // In a unigram vocabulary a user-defined piece has a score that lets it win.
            if (!special && (piece.type != PieceType::UserDefined || model_.modelType == kUnigram)) continue;
            tokens.push_back({{"id", id},
                              {"content", names_[id]},
                              {"single_word", false},
                              {"lstrip", false},
                              {"rstrip", false},
                              {"normalized", !special},  // written with U+2581 for a blank
                              {"special", special}});
        }
        return tokens;
    }

    [[nodiscard]] ordered_json postProcessor() const {
        if (!tokenizer_.addsBos()) return nullptr;
        const std::string& bos = name(tokenizer_.bos());
        const auto token = [&](int type) { return ordered_json{{"SpecialToken", {{"id", bos}, {"type_id", type}}}}; };
        const auto text = [](const char* id, int type) {
            return ordered_json{{"Sequence", {{"id", id}, {"type_id", type}}}};
        };
        const ordered_json known = {
            {"id", bos}, {"ids", ordered_json::array({tokenizer_.bos()})}, {"tokens", ordered_json::array({bos})}};
        return {{"type", "TemplateProcessing"},
                {"single", ordered_json::array({token(0), text("A", 0)})},
                {"pair", ordered_json::array({token(0), text("A", 0), token(1), text("B", 1)})},
                {"special_tokens", ordered_json{{bos, known}}}};
    }

private:
    struct Merge {
        float score;
        std::size_t id, leftBytes;
        std::string left, right;
    };

    [[nodiscard]] std::string written(const VocabularyPiece& piece) const {
        return tokenizer_.lossless() && isText(piece) ? replaced(piece.text, kBlank, " ") : piece.text;
    }

    // Every pair of pieces that is a piece, in the order in which they are joined.
    [[nodiscard]] std::vector<Merge> merges() const {
        std::unordered_set<std::string_view> parts;
        for (std::size_t id = 0; id < names_.size(); ++id)
            if (pieces_[id].type == PieceType::Normal) parts.insert(names_[id]);
        std::vector<Merge> out;
        for (std::size_t id = 0; id < names_.size(); ++id) {
            const PieceType type = pieces_[id].type;
            if (type != PieceType::Normal && type != PieceType::Unused) continue;
            const std::string_view whole = names_[id];
            for (std::size_t at = utf8Length(whole); at > 0 && at < whole.size(); at += utf8Length(whole.substr(at)))
                if (parts.contains(whole.substr(0, at)) && parts.contains(whole.substr(at)))
                    out.push_back(
                        {pieces_[id].score, id, at, std::string(whole.substr(0, at)), std::string(whole.substr(at))});
        }
        std::ranges::stable_sort(out, [](const Merge& a, const Merge& b) {
            if (a.score != b.score) return a.score > b.score;
            return a.id != b.id ? a.id < b.id : a.leftBytes > b.leftBytes;
        });
        return out;
    }

    [[nodiscard]] std::optional<std::string> mergeObstacle() const {
        const std::vector<Merge> all = merges();
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (pieces_[all[i].id].type == PieceType::Unused)
                return "its unused piece '" + pieces_[all[i].id].text + "' is made and taken apart again";
            if (i > 0 && all[i].id != all[i - 1].id && all[i].score == all[i - 1].score)
                return "its pieces '" + pieces_[all[i - 1].id].text + "' and '" + pieces_[all[i].id].text +
                       "' have the same score, and which is made first depends on where they stand";
        }
        return std::nullopt;
    }

    [[nodiscard]] ordered_json unknownName() const {
        return tokenizer_.unknown() >= 0 ? ordered_json(name(tokenizer_.unknown())) : ordered_json(nullptr);
    }

    [[nodiscard]] ordered_json bpeModel() const {
        ordered_json vocabulary = ordered_json::object(), pairs = ordered_json::array();
        auto& entries = vocabulary.get_ref<ordered_json::object_t&>();  // its own insertion looks at every entry before
        for (std::size_t id = 0; id < names_.size(); ++id) entries.push_back({names_[id], id});
        for (Merge& merge : merges()) pairs.push_back(ordered_json::array({std::move(merge.left), merge.right}));
        return {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", unknownName()},
                {"continuing_subword_prefix", nullptr},
                {"end_of_word_suffix", nullptr},
                {"fuse_unk", true},
                {"byte_fallback", model_.byteFallback},
                {"ignore_merges", false},
                {"vocab", std::move(vocabulary)},
                {"merges", std::move(pairs)}};
    }

    [[nodiscard]] ordered_json unigramModel() const {
        float least = 0, most = std::numeric_limits<float>::min();  // the latter as in sentencepiece
        std::size_t longest = 0;
        for (const VocabularyPiece& piece : pieces_) {
            if (piece.type == PieceType::Normal) {
                least = std::min(least, piece.score);
                most = std::max(most, piece.score);
            }
            longest = std::max(longest, piece.text.size());
        }
        // Below what any text of known characters has, letter by letter.
        const double never = (static_cast<double>(least) - 1) * static_cast<double>(longest + 16);
        ordered_json vocabulary = ordered_json::array();
        for (std::size_t id = 0; id < names_.size(); ++id) {
            const VocabularyPiece& piece = pieces_[id];
            double score = never;
            if (piece.type == PieceType::Normal) score = piece.score;
            else if (isText(piece))  // sentencepiece's bonus, so that it wins
                score = static_cast<double>(static_cast<float>(piece.text.size()) * most) - 0.1;
            vocabulary.push_back(ordered_json::array({names_[id], score}));
        }
        return {{"type", "Unigram"},
                {"unk_id", tokenizer_.unknown() >= 0 ? ordered_json(tokenizer_.unknown()) : ordered_json(nullptr)},
                {"vocab", std::move(vocabulary)},
                {"byte_fallback", model_.byteFallback}};
    }

    // Cuts within the texts of control tokens and bytes that hold an unknown character. Its own token is all that such
    // a character can have, so that a cut beside it changes nothing else.
    void addCuts(ordered_json& steps) const {
        std::set<std::string> inWords, alone;  // characters of user-defined pieces; others that are unknown
        for (std::size_t id = 0; id < names_.size(); ++id)
            if (isText(pieces_[id]) && pieces_[id].type == PieceType::UserDefined)
                for (std::string& character : characters(names_[id])) inWords.insert(std::move(character));
        std::string within;
        for (std::size_t id = 0; id < names_.size(); ++id) {
            if (isText(pieces_[id]) || isMarker(pieces_[id])) continue;
            const std::vector<std::string> text = characters(names_[id]);
            bool cut = false;
            for (std::size_t i = 0; model_.byteFallback && i < text.size(); ++i) {
                if (single_.contains(text[i]) || inWords.contains(text[i])) continue;
                alone.insert(text[i]);
                cut = true;
            }
            // Without bytes, unknown characters side by side are one unknown token: the cut is where one of two is.
            for (std::size_t i = 1; !cut && i < text.size(); ++i) {
                if (single_.contains(text[i - 1]) == single_.contains(text[i])) continue;
                std::string before, behind;
                for (std::size_t k = 0; k + 1 < i; ++k) before += asPattern(text[k]);
                for (std::size_t k = i; k < text.size(); ++k) behind += asPattern(text[k]);
                within += (within.empty() ? "" : "|") + (before.empty() ? "" : "(?<=" + before + ")") +
                          asPattern(text[i - 1]) + "(?=" + behind + ")";
                cut = true;
            }
        }
        if (!alone.empty()) {
            std::string set;
            for (const std::string& character : alone) set += asPattern(character);
            steps.push_back(splitRule("[" + set + "]", "Isolated"));
        }
        if (!within.empty()) steps.push_back(splitRule(within, "MergedWithPrevious"));
    }

    const SentencePieceModel& model_;
    const Tokenizer& tokenizer_;
    std::vector<VocabularyPiece> pieces_;
    std::vector<std::string> names_;          // by id: the vocabulary as it is written
    std::unordered_set<std::string> single_;  // characters that are pieces
};

}  // namespace

TokenizerJsonLimits tokenizerJsonLimits(const SentencePieceModel& model, const Tokenizer& tokenizer) {
    TokenizerJsonLimits out;
    if (const auto why = Writer(model, tokenizer).obstacle()) {
        out.obstacle = *why;
        return out;
    }
    if (!model.characterMap.empty())
        out.differences.emplace_back(
            "Hugging Face's tokenizers normalizes otherwise than sentencepiece where a mark (an accent, a vowel sign) "
            "follows what it cannot be put together with");
    // sentencepiece adds in single precision, where such sums may differ by a rounding.
    if (model.modelType == kUnigram)
        out.differences.emplace_back(
            "Where two ways to cut a word have the same total score (ulu l u, u l ulu), Hugging Face's tokenizers may "
            "take the other one");
    return out;
}

std::string tokenizerConfig(const Tokenizer& tokenizer, const std::function<std::string(TokenId)>& name,
                            Template chatTemplate, std::int64_t contextLength) {
    const std::string jinja = jinjaTemplate(chatTemplate);
    // The class that takes tokenizer.json as it is: transformers 5's LlamaTokenizer puts its own rules in its place.
    ordered_json json = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                         {"add_bos_token", tokenizer.addsBos()},
                         {"add_eos_token", false},
                         {"clean_up_tokenization_spaces", false},
                         // A text's control tokens are letters. A chat template writes them as text, however, so that
                         // with one they have to be found.
                         {"split_special_tokens", jinja.empty()},
                         {"model_input_names", ordered_json::array({"input_ids", "attention_mask"})},
                         {"model_max_length", contextLength}};
    if (tokenizer.bos() >= 0) json["bos_token"] = name(tokenizer.bos());
    if (tokenizer.eos() >= 0) json["eos_token"] = name(tokenizer.eos());
    if (tokenizer.unknown() >= 0) json["unk_token"] = name(tokenizer.unknown());
    if (!jinja.empty()) json["chat_template"] = (tokenizer.addsBos() ? "{{ bos_token }}" : "") + jinja;
    return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

HuggingFaceTokenizer huggingFaceTokenizer(const SentencePieceModel& model, const Tokenizer& tokenizer,
                                          Template chatTemplate, std::int64_t contextLength) {
    const Writer writer(model, tokenizer);
    HuggingFaceTokenizer out;
    out.config = tokenizerConfig(
        tokenizer, [&](TokenId id) { return writer.name(id); }, chatTemplate, contextLength);
    if (writer.obstacle()) return out;
    const ordered_json json = {{"version", "1.0"},
                               {"truncation", nullptr},
                               {"padding", nullptr},
                               {"added_tokens", writer.addedTokens()},
                               {"normalizer", writer.normalizer()},
                               {"pre_tokenizer", writer.preTokenizer()},
                               {"post_processor", writer.postProcessor()},
                               {"decoder", writer.decoder()},
                               {"model", writer.model()}};
    out.json = json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    return out;
}

}  // namespace tritlab
