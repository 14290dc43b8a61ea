#include "core/data/tiktoken_file.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/error.h"
#include "core/data/pre_tokenizers.h"

namespace tritlab {
namespace {

constexpr std::size_t llama3Ranks = 128000, llama3Specials = 256, llama4Ranks = 200000, llama4Specials = 2048;

int sixBits(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

std::optional<std::string> fromBase64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const int value = sixBits(c);
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xFFU);
    }
    return bytes;
}

struct Rank {
    std::string bytes;
    std::int64_t rank = 0;
};
std::optional<Rank> rankOf(std::string_view line) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    auto bytes = fromBase64(line.substr(0, blank));
    const std::string_view number = line.substr(blank + 1);
    std::int64_t rank = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), rank);
    if (!bytes || error != std::errc() || end != number.data() + number.size() || rank < 0) return std::nullopt;
    return Rank{std::move(*bytes), rank};
}
std::string_view takeLine(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string numbered(const char* begin, int number) { return begin + std::to_string(number) + "|>"; }

// As Hugging Face's Llama 3.1 names them; Llama 3 calls more of them reserved, by the same ids.
std::vector<std::string> specialsOfLlama3() {
    std::vector<std::string> names{"<|begin_of_text|>",
                                   "<|end_of_text|>",
                                   "<|reserved_special_token_0|>",
                                   "<|reserved_special_token_1|>",
                                   "<|finetune_right_pad_id|>",
                                   "<|reserved_special_token_2|>",
                                   "<|start_header_id|>",
                                   "<|end_header_id|>",
                                   "<|eom_id|>",
                                   "<|eot_id|>",
                                   "<|python_tag|>"};
    for (int i = 3; names.size() < llama3Specials; ++i) names.push_back(numbered("<|reserved_special_token_", i));
    return names;
}

std::vector<std::string> specialsOfLlama4() {
    std::vector<std::string> names{"<|begin_of_text|>", "<|end_of_text|>",  "<|fim_prefix|>", "<|fim_middle|>",
                                   "<|fim_suffix|>",    "<|header_start|>", "<|header_end|>", "<|eom|>",
                                   "<|eot|>",           "<|step|>"};
    const auto reserve = [&](const char* begin, int first, int last) {
        for (int i = first; i <= last; ++i) names.push_back(numbered(begin, i));
    };
    const auto add = [&](std::initializer_list<const char*> more) {
        names.insert(names.end(), more.begin(), more.end());
    };
    reserve("<|text_post_train_reserved_special_token_", 0, 5);
    add({"<|python_start|>", "<|python_end|>", "<|finetune_right_pad|>"});
    reserve("<|text_post_train_reserved_special_token_", 8, 68);
    add({"<|image_start|>", "<|image_end|>"});
    reserve("<|vision_reserved_special_token_", 0, 1);
    add({"<|tile_x_separator|>", "<|tile_y_separator|>"});
    reserve("<|vision_reserved_special_token_", 2, 5);
    add({"<|image|>"});
    reserve("<|vision_reserved_special_token_", 6, 6);
    add({"<|patch|>"});
    reserve("<|vision_reserved_special_token_", 7, 1047);
    reserve("<|reasoning_reserved_special_token_", 0, 7);
    add({"<|reasoning_thinking_start|>", "<|reasoning_thinking_end|>"});
    for (int i = 0; names.size() < llama4Specials; ++i) names.push_back(numbered("<|reserved_special_token_", i));
    return names;
}

}  // namespace

bool isTiktoken(std::string_view bytes) { return rankOf(takeLine(bytes)).has_value(); }

ByteVocabulary parseTiktoken(std::string_view bytes, const std::string& name) {
    const auto refuse = [&](const std::string& what) {
        throw Error(what, name, "Take the tokenizer.model of Llama 3 or Llama 4 from its source again");
    };
    ByteVocabulary out;
    for (std::int64_t number = 1; !bytes.empty(); ++number) {
        const std::string_view line = takeLine(bytes);
        if (line.empty()) continue;
        auto rank = rankOf(line);
        if (!rank) refuse("has no token and rank in line " + std::to_string(number));
        if (rank->rank != static_cast<std::int64_t>(out.tokens.size()))
            refuse("has the rank " + std::to_string(rank->rank) + " in line " + std::to_string(number) +
                   ", where ranks go up by one");
        out.tokens.push_back(std::move(rank->bytes));
    }
    const bool llama4 = out.tokens.size() == llama4Ranks;
    if (!llama4 && out.tokens.size() != llama3Ranks)
        refuse("has " + std::to_string(out.tokens.size()) +
               " ranks; Llama 3 has 128000 and Llama 4 has 200000, and of others the pattern is not known");
    out.merges = mergesByRank(out.tokens);
    out.wholeWords = true;  // tiktoken looks a whole word up first
    out.passes = namedPreTokenizer(llama4 ? "llama4" : "llama-bpe")->passes;
    out.addBos = true;
    for (const std::string& text : llama4 ? specialsOfLlama4() : specialsOfLlama3()) {
        const auto id = static_cast<TokenId>(out.tokens.size() + out.added.size());
        out.added.push_back({text, id, true});
    }
    out.bos = static_cast<TokenId>(out.tokens.size());
    out.eos = out.bos + 1;
    return out;
}

}  // namespace tritlab
