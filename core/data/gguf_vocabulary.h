// A sentencepiece vocabulary as GGUF's metadata (tokenizer.ggml.*), and back: BPE models are "llama" there, unigram
// models "t5".
#pragma once

#include "core/config/run_config.h"
#include "core/data/sentencepiece_model.h"
#include "core/formats/gguf.h"

namespace tritlab {

bool holdsVocabulary(const GgufFile& file);  // of any kind
// As sentencepiece would have written it. Throws Error, naming the file, where its vocabulary is of another kind or
// damaged.
SentencePieceModel ggufVocabulary(const GgufFile& file);

// The metadata of a vocabulary, filled up with unused pieces to the model's `size`, and the chat template as Jinja
// where there is one. Throws Error, naming `name`, where llama.cpp has no such kind of model.
GgufEntries ggufVocabularyEntries(const SentencePieceModel& model, std::int64_t size, Template chatTemplate,
                                  const std::string& name);

}  // namespace tritlab
