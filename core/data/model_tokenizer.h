// A model folder's tokenizer: tokenizer.model, and what the JSON files beside it say of its use. Where a model answers
// with the wrong beginning or does not find its end, it is these files that were not read.
#pragma once

#include <filesystem>
#include <string>

namespace tritlab {

// A folder with config.json, tokenizer.model or tokenizer.json in it.
bool isTokenizerFolder(const std::filesystem::path& folder);

// The bytes of tokenizer.model, as they are where the other files say nothing else; extended (TokenizerUse, more
// pieces) by
//   tokenizer_config.json   add_bos_token; bos_token and eos_token, as texts; added_tokens_decoder
//   added_tokens.json       pieces beyond those of tokenizer.model
//   generation_config.json  eos_token_id, a number or a list; without one that of config.json, as transformers does
// Pieces beyond config.json's vocab_size are left out. Throws Error, naming the file, where one is
// damaged.
std::string readModelTokenizer(const std::filesystem::path& folder);

}  // namespace tritlab
