// A model folder judged by the training model: logits and perplexity of a text. Needs LibTorch; runs on the compute thread.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/types.h"
#include "core/eval/eval_result.h"

namespace tritlab {

// As Engine::logits and Engine::perplexity.
std::vector<float> lastLogits(const std::filesystem::path& modelFolder, std::span<const TokenId> tokens);
EvalResult textPerplexity(const std::filesystem::path& modelFolder, const std::filesystem::path& data, std::int64_t windowLength,
                          const StopToken& stop);

}  // namespace tritlab
