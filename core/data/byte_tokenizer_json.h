// tokenizer.json of the tokenizers package, of byte-level BPE: read into a ByteVocabulary, and written from one. What
// the file asks for and this program does not do is refused by its name; what has no effect on ids is passed over.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/data/byte_vocabulary.h"

namespace tritlab {

// Throws Error (where: `name`).
ByteVocabulary parseTokenizerJson(std::string_view bytes, const std::string& name);
// With what tokenizer_config.json (bos_token, eos_token, add_bos_token), generation_config.json and config.json
// (eos_token_id) beside it say of its use.
ByteVocabulary readTokenizerJson(const std::filesystem::path& path);

// As the package reads it, which has no place for BOS, EOS and other ends of an answer.
std::string tokenizerJson(const ByteVocabulary& vocabulary);
// The same with these under a key "tritlab", which the package would refuse: for the program's own copies.
std::string keptTokenizerJson(const ByteVocabulary& vocabulary);

}  // namespace tritlab
