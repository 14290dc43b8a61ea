// A sentencepiece model as Hugging Face's `tokenizers` reads one: tokenizer.json, with tokenizer_config.json
// (docs/formats-and-formulas.md, Model folders).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/config/run_config.h"
#include "core/data/sentencepiece_model.h"
#include "core/data/tokenizer.h"

namespace tritlab {

// What tokenizer.json cannot say of a model.
struct TokenizerJsonLimits {
    std::string obstacle;                  // why it has no form for such a model; empty where it has one
    std::vector<std::string> differences;  // what `tokenizers` does otherwise than sentencepiece, a sentence each
};

struct HuggingFaceTokenizer {
    std::string json;    // tokenizer.json; empty where there is an obstacle
    std::string config;  // tokenizer_config.json
};

// tokenizer_config.json: how the tokenizer is used. name: the text of a token. contextLength: model_max_length.
std::string tokenizerConfig(const Tokenizer& tokenizer, const std::function<std::string(TokenId)>& name,
                            Template chatTemplate, std::int64_t contextLength);

// tokenizer: the one over `model`.
TokenizerJsonLimits tokenizerJsonLimits(const SentencePieceModel& model, const Tokenizer& tokenizer);
// contextLength: model_max_length, in tokens. The ids of any text are those that Tokenizer::encode gives, except for
// the differences; texts of control tokens are text as well under split_special_tokens, which is set where no chat
// template needs to write them. The chat template renders what renderPrompt gives, BOS included.
HuggingFaceTokenizer huggingFaceTokenizer(const SentencePieceModel& model, const Tokenizer& tokenizer,
                                          Template chatTemplate, std::int64_t contextLength);

}  // namespace tritlab
