// From logits to a token.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/types.h"

namespace tritlab {

struct SamplingOptions {
    double temperature = 0.8;  // 0: greedy
    std::int64_t topK = 0;     // 0: off
    double topP = 1.0;         // 1: off; the fewest likeliest tokens whose probabilities reach it
    double minP = 0.0;         // 0: off; of the largest probability
    double repetitionPenalty =
        1.0;  // 1: off; over the last `penaltyWindow` tokens: a logit above 0 is divided by it, below multiplied
    std::int64_t penaltyWindow = 64;
    std::uint64_t seed = 1;
};

struct TokenProbability {
    TokenId token;
    float probability;
};

// Order: repetition penalty, temperature, top-k, top-p, min-p (each of the last three looks at the probabilities that
// the one before it left, which sum to 1 again), draw. Draw `index` is a pure function of (seed, index). Of equal
// logits the lower id counts as the likelier. Throws Error for options out of range and for logits that are no finite
// numbers.
class Sampler {
public:
    explicit Sampler(const SamplingOptions& options);
    // logits [vocab]; history: all tokens so far.
    [[nodiscard]] TokenId sample(std::span<const float> logits, std::span<const TokenId> history,
                                 std::uint64_t index) const;
    // The distribution that sample() draws from: likeliest first where anything is cut off, else by id; sums to 1.
    [[nodiscard]] std::vector<TokenProbability> distribution(std::span<const float> logits,
                                                             std::span<const TokenId> history) const;
    // The `count` likeliest, by the logits as they are (temperature 1, nothing cut off).
    static std::vector<TokenProbability> top(std::span<const float> logits, int count);
    // log of the probability of `token`, by the logits as they are.
    static double logProbability(std::span<const float> logits, TokenId token);

private:
    SamplingOptions options_;
};

}  // namespace tritlab
