// Perplexity as llama.cpp's llama-perplexity defines it, so that figures can be set beside those that model pages give:
// the text is one row of tokens, cut into windows of n_ctx; a window's first token is replaced by BOS where the
// vocabulary adds one; tokens n_ctx/2 + 1 .. n_ctx - 1 of each are scored, given all before them in the window; what is
// left at the end is dropped (llama.cpp, tools/perplexity/perplexity.cpp, perplexity()). It deliberately knows no
// documents, lines or templates.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/data/tokenizer.h"
#include "core/infer/packed_model.h"

namespace tritlab {

struct WindowedPerplexity {
    double loss = 0;           // nats/token, the mean over what was scored
    double perplexity = 0;     // exp(loss)
    double standardError = 0;  // of the perplexity: perplexity * sqrt((E[x^2] - E[x]^2) / (n - 1)), x a token's nats
    std::int64_t tokens = 0;   // scored: context - 1 - context/2 a window
    std::int64_t windows = 0, allWindows = 0;  // done, and how many were to be done
    bool stopped = false;                      // before the last one: what is said is of those that are done
};

inline constexpr std::int64_t kShortestWindow = 4;  // scores one token

// The whole text as llama-perplexity reads it from a file: bytes as they are, without one newline at the end; BOS first
// where the vocabulary adds one; letters that spell a control token are letters.
std::vector<TokenId> windowedTokens(const Tokenizer& tokenizer, std::string text);

// By the packed engine. bos: put first in each window; -1: nothing is. chunks: at most so many windows; 0: all.
// `progress` (may be empty) is called after each window. Throws Error where the context is shorter than
// kShortestWindow or longer than the model's, the text is shorter than two windows, and where `stop` came before the
// first was done. `name`: of the text, for messages.
WindowedPerplexity windowedPerplexity(const std::shared_ptr<const PackedModel>& model, std::vector<TokenId> tokens,
                                      TokenId bos, std::int64_t context, std::int64_t chunks, const std::string& name,
                                      const std::function<void(const WindowedPerplexity&)>& progress,
                                      const StopToken& stop);

}  // namespace tritlab
