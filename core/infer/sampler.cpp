#include "core/infer/sampler.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/base/random.h"

namespace tritlab {
namespace {

struct Candidate {
    TokenId token;
    float logit;
    double weight;  // unnormalized probability
};

bool likelier(const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
}

void checkLogits(std::span<const float> logits) {
    if (logits.empty()) throw Error("there are no logits to choose from", "sampling", {}, ErrorKind::Failed);
    float poison = 0;  // x - x is 0 for finite numbers only
    for (const float logit : logits) poison += logit - logit;
    if (!(poison == 0.f))
        throw Error("the model gives no finite logits", "sampling",
                    "Its weights diverged in training: use an earlier checkpoint", ErrorKind::Failed);
}

std::vector<Candidate> penalized(std::span<const float> logits, std::span<const TokenId> history,
                                 const SamplingOptions& options) {
    std::vector<Candidate> candidates(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) candidates[i] = {static_cast<TokenId>(i), logits[i], 0};
    if (options.repetitionPenalty == 1.0) return candidates;
    const auto window = std::min(history.size(), static_cast<std::size_t>(options.penaltyWindow));
    const auto penalty = static_cast<float>(options.repetitionPenalty);
    std::unordered_set<TokenId> seen;
    for (const TokenId token : history.subspan(history.size() - window)) {
        if (token < 0 || static_cast<std::size_t>(token) >= logits.size() || !seen.insert(token).second) continue;
        float& logit = candidates[static_cast<std::size_t>(token)].logit;
        logit = logit > 0 ? logit / penalty : logit * penalty;
    }
    return candidates;
}

TokenId likeliest(const std::vector<Candidate>& candidates) {
    return std::min_element(candidates.begin(), candidates.end(), likelier)->token;
}

// Weights relative to the likeliest, whose weight is 1; gives their sum.
double weigh(std::vector<Candidate>& candidates, double temperature) {
    float top = candidates.front().logit;
    for (const Candidate& candidate : candidates) top = std::max(top, candidate.logit);
    double total = 0;
    for (Candidate& candidate : candidates)
        total += candidate.weight = std::exp((static_cast<double>(candidate.logit) - top) / temperature);
    return total;
}

void keepTopK(std::vector<Candidate>& candidates, std::int64_t k) {
    if (k <= 0 || static_cast<std::size_t>(k) >= candidates.size()) return;
    std::nth_element(candidates.begin(), candidates.begin() + k, candidates.end(), likelier);
    candidates.resize(static_cast<std::size_t>(k));
}

double sumOf(const std::vector<Candidate>& candidates) {
    double total = 0;
    for (const Candidate& candidate : candidates) total += candidate.weight;
    return total;
}

// The likeliest whose weights reach `share` of the sum, in order. A heap: only what is kept is ever sorted.
void keepTopP(std::vector<Candidate>& candidates, double share) {
    const double wanted = sumOf(candidates) * share;
    const auto less = [](const Candidate& a, const Candidate& b) { return likelier(b, a); };
    std::make_heap(candidates.begin(), candidates.end(), less);
    std::vector<Candidate> kept;
    double reached = 0;
    for (auto end = candidates.end(); end != candidates.begin() && (kept.empty() || reached < wanted); --end) {
        std::pop_heap(candidates.begin(), end, less);
        kept.push_back(*(end - 1));
        reached += kept.back().weight;
    }
    candidates = std::move(kept);
}

// What remains after the cuts; `total` is the sum of its weights.
std::vector<Candidate> truncated(std::vector<Candidate> candidates, const SamplingOptions& options, double& total) {
    keepTopK(candidates, options.topK);
    weigh(candidates, options.temperature);
    if (options.topP < 1) keepTopP(candidates, options.topP);
    if (options.minP > 0) std::erase_if(candidates, [&](const Candidate& c) { return c.weight < options.minP; });
    if (options.topK > 0 || options.topP < 1 || options.minP > 0)
        std::sort(candidates.begin(), candidates.end(), likelier);
    total = sumOf(candidates);
    return candidates;
}

}  // namespace

Sampler::Sampler(const SamplingOptions& options) : options_(options) {
    const auto require = [](bool right, const char* key, const std::string& value, const char* range) {
        if (!right) throw Error(std::string(key) + " is " + value, "sampling", std::string("Choose ") + range);
    };
    require(options.temperature >= 0 && std::isfinite(options.temperature), "temperature",
            formatReal(options.temperature), "a number from 0 on");
    require(options.topK >= 0, "top-k", std::to_string(options.topK), "a number from 0 (off) on");
    require(options.topP > 0 && options.topP <= 1, "top-p", formatReal(options.topP), "a share above 0, at most 1");
    require(options.minP >= 0 && options.minP <= 1, "min-p", formatReal(options.minP), "a share from 0 to 1");
    require(options.repetitionPenalty > 0 && std::isfinite(options.repetitionPenalty), "repetition penalty",
            formatReal(options.repetitionPenalty), "a number above 0; 1 is off");
    require(options.penaltyWindow >= 0, "penalty window", std::to_string(options.penaltyWindow), "a number from 0 on");
}

TokenId Sampler::sample(std::span<const float> logits, std::span<const TokenId> history, std::uint64_t index) const {
    checkLogits(logits);
    auto candidates = penalized(logits, history, options_);
    if (options_.temperature == 0) return likeliest(candidates);
    double total = 0;
    const auto left = truncated(std::move(candidates), options_, total);
    double at = randomUniform(options_.seed, 0, index) * total;
    for (const Candidate& candidate : left) {
        at -= candidate.weight;
        if (at < 0) return candidate.token;
    }
    return std::max_element(left.begin(), left.end(), [](const auto& a, const auto& b) { return a.weight < b.weight; })
        ->token;
}

std::vector<TokenProbability> Sampler::distribution(std::span<const float> logits,
                                                    std::span<const TokenId> history) const {
    checkLogits(logits);
    auto candidates = penalized(logits, history, options_);
    if (options_.temperature == 0) return {{likeliest(candidates), 1.f}};
    double total = 0;
    std::vector<TokenProbability> result;
    for (const Candidate& candidate : truncated(std::move(candidates), options_, total))
        result.push_back({candidate.token, static_cast<float>(candidate.weight / total)});
    return result;
}

std::vector<TokenProbability> Sampler::top(std::span<const float> logits, int count) {
    checkLogits(logits);
    auto candidates = penalized(logits, {}, SamplingOptions{});
    const double total = weigh(candidates, 1.0);
    const auto kept = std::min(candidates.size(), static_cast<std::size_t>(std::max(count, 0)));
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept), candidates.end(),
                      likelier);
    std::vector<TokenProbability> result;
    for (std::size_t i = 0; i < kept; ++i)
        result.push_back({candidates[i].token, static_cast<float>(candidates[i].weight / total)});
    return result;
}

double Sampler::logProbability(std::span<const float> logits, TokenId token) {
    checkLogits(logits);
    if (token < 0 || static_cast<std::size_t>(token) >= logits.size())
        throw Error("token " + std::to_string(token) + " is outside the vocabulary", "sampling", {}, ErrorKind::Failed);
    const float top = *std::max_element(logits.begin(), logits.end());
    double total = 0;
    for (const float logit : logits) total += std::exp(static_cast<double>(logit) - top);
    return static_cast<double>(logits[static_cast<std::size_t>(token)]) - top - std::log(total);
}

}  // namespace tritlab
