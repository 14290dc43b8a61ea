#include "core/data/pre_tokenizers.h"

#include <algorithm>

namespace tritlab {
namespace {

constexpr char llama3Pattern[] = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
                                 R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr char qwen2Pattern[] = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                                R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr char gpt4oPattern[] =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr char tekkenPattern[] = R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
                                 R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
                                 R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// The first of those with the same passes is the one that a written file names.
const std::vector<NamedPreTokenizer>& table() {
    static const std::vector<NamedPreTokenizer> entries = [] {
        std::vector<NamedPreTokenizer> made;
        const auto add = [&](std::initializer_list<std::string_view> names, const std::vector<SplitPass>& passes,
                             bool wholeWords, bool addBos) {
            for (const std::string_view name : names) made.push_back({name, passes, wholeWords, addBos});
        };
        add({"llama-bpe", "llama3", "llama-v3", "falcon3"}, {{llama3Pattern}}, true, true);
        add({"qwen2", "deepseek-r1-qwen"}, {{qwen2Pattern}}, false, false);
        add({"gpt-2"}, {{gpt2Pattern}}, false, false);
        add({"smollm", "starcoder", "refact"}, {{"\\p{N}"}, {gpt2Pattern}}, false, false);
        add({"gpt-4o", "llama4"}, {{gpt4oPattern}}, false, false);
        add({"tekken"}, {{tekkenPattern}}, true, true);
        return made;
    }();
    return entries;
}

}  // namespace

const NamedPreTokenizer* namedPreTokenizer(std::string_view name) {
    const auto found = std::ranges::find(table(), name, &NamedPreTokenizer::name);
    return found == table().end() ? nullptr : &*found;
}

std::string_view preTokenizerName(const std::vector<SplitPass>& passes, bool wholeWords) {
    const auto found = std::ranges::find_if(table(), [&](const NamedPreTokenizer& entry) {
        return entry.passes == passes && entry.wholeWords == wholeWords;
    });
    return found == table().end() ? std::string_view() : found->name;
}

}  // namespace tritlab
