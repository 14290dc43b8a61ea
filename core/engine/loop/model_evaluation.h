// A model folder judged by the training model: logits and perplexity of a text. Needs LibTorch; runs on the compute
// thread.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/types.h"
#include "core/config/run_config.h"
#include "core/run/eval_result.h"

namespace tritlab {

// As Engine::logits, Engine::perplexity and Engine::logitsOfTexts.
std::vector<float> lastLogits(const std::filesystem::path& modelFolder, std::span<const TokenId> tokens);
EvalResult textPerplexity(const std::filesystem::path& modelFolder, const std::filesystem::path& data,
                          std::int64_t windowLength, const StopToken& stop);
void textLogits(const std::filesystem::path& modelFolder, std::span<const std::vector<TokenId>> texts,
                Precision precision, const std::function<void(std::size_t, std::span<const float>)>& each,
                const StopToken& stop);

}  // namespace tritlab
