// A byte-level BPE vocabulary as GGUF's metadata ("gpt2" there), and back. The file names its pre-tokenizer; it has no
// place for added tokens' white space.
#pragma once

#include <string>

#include "core/data/byte_vocabulary.h"
#include "core/formats/gguf.h"

namespace tritlab {

bool holdsByteVocabulary(const GgufFile& file);
// Throws Error, naming the file, where its vocabulary is damaged or its pre-tokenizer is not known.
ByteVocabulary ggufByteVocabulary(const GgufFile& file);
// The metadata of a vocabulary, filled up with unused pieces to the model's `size`. Throws Error, naming `name`, where
// llama.cpp has no pre-tokenizer that splits as this one does.
GgufEntries ggufByteVocabularyEntries(const ByteVocabulary& vocabulary, std::int64_t size, const std::string& jinja,
                                      const std::string& name);

}  // namespace tritlab
