// Byte-level BPE behind the Tokenizer interface.
#pragma once

#include <memory>

#include "core/data/byte_vocabulary.h"
#include "core/data/tokenizer.h"

namespace tritlab {

// hash: of what the vocabulary was read from. Throws Error (where: `name`) for a vocabulary that contradicts itself.
std::unique_ptr<Tokenizer> makeByteTokenizer(ByteVocabulary vocabulary, std::string hash, const std::string& name);

}  // namespace tritlab
