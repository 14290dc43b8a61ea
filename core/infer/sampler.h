// From logits to a token.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/types.h"

namespace tritlab {

struct SamplingOptions {
    double temperature = 0.8;        // 0: greedy
    std::int64_t topK = 0;           // 0: off
    double topP = 1.0;               // 1: off
    double minP = 0.0;               // 0: off; of the largest probability
    double repetitionPenalty = 1.0;  // 1: off; over the last `penaltyWindow` tokens
    std::int64_t penaltyWindow = 64;
    std::uint64_t seed = 1;
};

struct TokenProbability {
    TokenId token;
    float probability;               // before truncation, after temperature (greedy: at temperature 1)
};

// Order: repetition penalty, temperature, top-k, top-p, min-p, draw. Draw `index` is a pure function of (seed, index).
class Sampler {
public:
    explicit Sampler(const SamplingOptions& options) : options_(options) {}
    // logits [vocab]; history: all tokens so far.
    TokenId sample(std::span<const float> logits, std::span<const TokenId> history, std::uint64_t index);
    // The distribution that sample() draws from, sums to 1.
    std::vector<TokenProbability> distribution(std::span<const float> logits, std::span<const TokenId> history) const;
    static std::vector<TokenProbability> top(std::span<const float> logits, int count);

private:
    SamplingOptions options_;
};

}  // namespace tritlab
