// tokenizer.model in tiktoken's form, as Meta publishes Llama 3 and Llama 4: a line a token, its bytes in base64 and
// its rank. The file names neither pattern nor special tokens; the number of ranks tells which of the two it is.
#pragma once

#include <string>
#include <string_view>

#include "core/data/byte_vocabulary.h"

namespace tritlab {

bool isTiktoken(std::string_view bytes);  // as its first line tells
// Throws Error (where: `name`).
ByteVocabulary parseTiktoken(std::string_view bytes, const std::string& name);

}  // namespace tritlab
