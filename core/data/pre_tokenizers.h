// The pre-tokenizers that GGUF files name (tokenizer.ggml.pre), as llama.cpp's source lists them; Hugging Face's files
// write the same patterns out.
#pragma once

#include <string_view>
#include <vector>

#include "core/data/pre_tokenizer.h"

namespace tritlab {

inline constexpr char gpt2Pattern[] = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

struct NamedPreTokenizer {
    std::string_view name;
    std::vector<SplitPass> passes;
    bool wholeWords = false;  // a word that is a token is taken at once
    bool addBos = false;      // where the file does not say
};
// nullptr: no pre-tokenizer of that name is known.
const NamedPreTokenizer* namedPreTokenizer(std::string_view name);
// The name under which llama.cpp splits as these passes do; empty: none does.
std::string_view preTokenizerName(const std::vector<SplitPass>& passes, bool wholeWords);

}  // namespace tritlab
