// A slow reader of tokenizer.json, for the parts that exports use: what `tokenizers` does with a text, written from its
// documentation and checked against it by test_tokenizer_package. Precompiled character maps are left out.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/base/types.h"
#include "core/base/utf8.h"

namespace tritlab::testing {

class TokenizerJsonReader {
public:
    explicit TokenizerJsonReader(const std::string& text) : json_(nlohmann::json::parse(text)) {
        const nlohmann::json& model = json_["model"];
        if (model["type"] == "BPE") {
            for (const auto& [piece, id] : model["vocab"].items()) ids_.emplace(piece, id.get<TokenId>());
            for (const nlohmann::json& pair : model["merges"]) ranks_.emplace(pair, ranks_.size());
        } else {
            for (const nlohmann::json& piece : model["vocab"]) {
                ids_.emplace(piece[0].get<std::string>(), static_cast<TokenId>(scores_.size()));
                scores_.push_back(piece[1].get<double>());
                least_ = std::min(least_, scores_.back());
            }
        }
        for (const auto& [piece, id] : ids_) longest_ = std::max(longest_, piece.size());
    }

    // split: split_special_tokens, so that special tokens in the text are letters.
    [[nodiscard]] std::vector<TokenId> encode(const std::string& text, bool split) const {
        std::vector<TokenId> ids;
        const auto plain = [&](const std::string& part) {
            for (const std::string& word : preTokenized(part)) {
                const auto more = json_["model"]["type"] == "BPE" ? bpe(word) : unigram(word);
                ids.insert(ids.end(), more.begin(), more.end());
            }
        };
        // Added tokens are found in the text as it is, those that are normalized in what becomes of it.
        aroundTokens(text, false, split, ids,
                     [&](const std::string& part) { aroundTokens(normalized(part), true, split, ids, plain); });
        return ids;
    }

    // Unigram: the sum of the pieces' scores, by which one way to cut a text is better than another.
    [[nodiscard]] double score(const std::vector<TokenId>& ids) const {
        double sum = 0;
        for (const TokenId id : ids) sum += scores_.at(static_cast<std::size_t>(id));
        return sum;
    }

private:
    using Spans = std::vector<std::pair<std::size_t, std::size_t>>;

    template <typename Rest>
    void aroundTokens(const std::string& text, bool inNormalized, bool split, std::vector<TokenId>& ids,
                      const Rest& rest) const {
        std::string plain;
        for (std::size_t i = 0; i < text.size();) {
            std::size_t length = 0;
            TokenId id = -1;
            for (const nlohmann::json& token : json_["added_tokens"]) {
                if (token["normalized"] != inNormalized || (split && token["special"].get<bool>())) continue;
                std::string what = token["content"];
                if (inNormalized) what = normalized(what);
                if (what.size() <= length || text.compare(i, what.size(), what) != 0) continue;
                length = what.size();
                id = token["id"];
            }
            if (length == 0) {
                plain += text[i++];
                continue;
            }
            if (!plain.empty()) rest(std::exchange(plain, {}));
            ids.push_back(id);
            i += length;
        }
        if (!plain.empty()) rest(plain);
    }

    static Spans matches(const nlohmann::json& pattern, const std::string& text) {
        Spans out;
        if (pattern.contains("String")) {
            const std::string what = pattern["String"];
            for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size()))
                out.emplace_back(at, at + what.size());
            return out;
        }
        const std::string source = pattern["Regex"];
        int error = 0;
        PCRE2_SIZE where = 0;
        const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
            pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(), PCRE2_UTF, &error, &where,
                          nullptr),
            pcre2_code_free);
        if (!code) throw std::runtime_error("no pattern: " + source);
        const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
            pcre2_match_data_create_from_pattern(code.get(), nullptr), pcre2_match_data_free);
        for (std::size_t at = 0; at <= text.size();) {
            if (pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at, 0, data.get(),
                            nullptr) < 0)
                break;
            const PCRE2_SIZE* range = pcre2_get_ovector_pointer(data.get());
            if (range[1] == range[0]) throw std::runtime_error("finds nothing at all: " + source);
            out.emplace_back(range[0], range[1]);
            at = range[1];
        }
        return out;
    }

    [[nodiscard]] std::string normalized(std::string text) const {
        if (json_["normalizer"].is_null()) return text;
        for (const nlohmann::json& step : json_["normalizer"]["normalizers"]) {
            if (step["type"] == "Prepend") {
                if (!text.empty()) text = step["prepend"].get<std::string>() + text;
                continue;
            }
            if (step["type"] != "Replace") throw std::runtime_error("an unknown normalizer");
            std::string out;
            std::size_t at = 0;
            for (const auto& [begin, end] : matches(step["pattern"], text)) {
                out += text.substr(at, begin - at) + step["content"].get<std::string>();
                at = end;
            }
            text = out + text.substr(at);
        }
        return text;
    }

    [[nodiscard]] std::vector<std::string> preTokenized(const std::string& text) const {
        std::vector<std::string> parts{text};
        if (json_["pre_tokenizer"].is_null()) return parts;
        for (const nlohmann::json& step : json_["pre_tokenizer"]["pretokenizers"]) {
            if (step["type"] != "Split") throw std::runtime_error("an unknown pre-tokenizer");
            const bool isolated = step["behavior"] == "Isolated";
            std::vector<std::string> out;
            for (const std::string& part : parts) {
                std::size_t at = 0;
                for (const auto& [begin, end] : matches(step["pattern"], part)) {
                    if (isolated && begin > at) out.push_back(part.substr(at, begin - at));
                    const std::size_t from = isolated ? begin : at;
                    out.push_back(part.substr(from, end - from));
                    at = end;
                }
                if (at < part.size()) out.push_back(part.substr(at));
            }
            parts = std::move(out);
        }
        return parts;
    }

    // Ids of an unknown character: its bytes, or the one unknown token for all that stand together.
    void appendUnknown(std::vector<TokenId>& ids, const std::string& text, TokenId unknown) const {
        constexpr char digits[] = "0123456789ABCDEF";
        if (json_["model"]["byte_fallback"].get<bool>()) {
            for (const char c : text) {
                const auto byte = static_cast<unsigned char>(c);
                ids.push_back(ids_.at(std::string("<0x") + digits[byte >> 4] + digits[byte & 15U] + ">"));
            }
            return;
        }
        if (ids.empty() || ids.back() != unknown) ids.push_back(unknown);
    }

    [[nodiscard]] std::vector<TokenId> bpe(const std::string& text) const {
        std::vector<std::string> symbols;
        for (std::size_t i = 0; i < text.size(); i += symbols.back().size())
            symbols.push_back(text.substr(i, utf8Length(std::string_view(text).substr(i))));
        for (;;) {
            std::size_t best = ranks_.size(), at = 0;
            for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
                const auto found = ranks_.find({symbols[i], symbols[i + 1]});
                if (found == ranks_.end() || found->second >= best) continue;
                best = found->second;
                at = i;
            }
            if (best == ranks_.size()) break;
            symbols[at] += symbols[at + 1];
            symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
        }
        std::vector<TokenId> ids;
        const nlohmann::json& name = json_["model"]["unk_token"];
        for (const std::string& symbol : symbols) {
            if (const auto found = ids_.find(symbol); found != ids_.end()) ids.push_back(found->second);
            else appendUnknown(ids, symbol, name.is_null() ? -1 : ids_.at(name.get<std::string>()));
        }
        return ids;
    }

    [[nodiscard]] std::vector<TokenId> unigram(const std::string& text) const {
        struct Node {
            double score = -std::numeric_limits<double>::infinity();
            std::size_t from = 0;
            TokenId id = -1;  // -1: an unknown character
        };
        std::vector<Node> best(text.size() + 1);
        best[0].score = 0;
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t one = utf8Length(std::string_view(text).substr(i));
            bool single = false;
            const auto offer = [&](std::size_t bytes, double score, TokenId id) {
                if (best[i].score + score > best[i + bytes].score) best[i + bytes] = {best[i].score + score, i, id};
            };
            for (std::size_t bytes = 1; bytes <= std::min(longest_, text.size() - i); ++bytes) {
                const auto found = ids_.find(text.substr(i, bytes));
                if (found == ids_.end()) continue;
                offer(bytes, scores_[static_cast<std::size_t>(found->second)], found->second);
                single = single || bytes == one;
            }
            if (!single) offer(one, least_ - 10, -1);
            i += one;
        }
        std::vector<std::pair<std::size_t, std::size_t>> path;
        for (std::size_t end = text.size(); end > 0; end = best[end].from) path.emplace_back(best[end].from, end);
        std::vector<TokenId> ids;
        const nlohmann::json& unknown = json_["model"]["unk_id"];
        for (auto step = path.rbegin(); step != path.rend(); ++step) {
            if (best[step->second].id >= 0) ids.push_back(best[step->second].id);
            else
                appendUnknown(ids, text.substr(step->first, step->second - step->first),
                              unknown.is_null() ? -1 : unknown.get<TokenId>());
        }
        return ids;
    }

    nlohmann::json json_;
    std::map<std::string, TokenId> ids_;
    std::map<std::pair<std::string, std::string>, std::size_t> ranks_;
    std::vector<double> scores_;
    double least_ = std::numeric_limits<double>::infinity();
    std::size_t longest_ = 0;
};

}  // namespace tritlab::testing
