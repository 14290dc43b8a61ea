#include "core/eval/windowed_perplexity.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/infer/sampler.h"

namespace tritlab {
namespace {

constexpr std::int64_t tokensBetweenStops = 64;

// Nats of the tokens scored, and their squares.
struct Sums {
    double nats = 0, squares = 0;
    std::int64_t tokens = 0;

    void fill(WindowedPerplexity& result) const {
        const auto count = static_cast<double>(tokens);
        result.tokens = tokens;
        result.loss = nats / count;
        result.perplexity = std::exp(result.loss);
        const double variance = squares / count - result.loss * result.loss;
        result.standardError = tokens > 1 && variance > 0 ? std::sqrt(variance / (count - 1)) * result.perplexity : 0;
    }
};

// False where `stop` came first; then the sums are as they were.
bool scoreWindow(PackedSession& session, std::span<const TokenId> window, Sums& sums, const StopToken& stop) {
    const auto length = static_cast<std::int64_t>(window.size()), first = length / 2;
    session.rewind(0);
    Sums own = sums;
    for (std::int64_t at = 0; at < length - 1;) {
        if (stop.stopRequested()) return false;
        const std::int64_t half = at < first ? first : length - 1;  // of the first half no logits are wanted
        const std::int64_t count = std::min(tokensBetweenStops, half - at);
        const auto part = window.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(count));
        if (at < first) session.feed(part);
        else
            session.feed(part, [&](std::int64_t index, std::span<const float> logits) {
                const TokenId next = window[static_cast<std::size_t>(at + index + 1)];
                const double nats = -Sampler::logProbability(logits, next);
                own.nats += nats;
                own.squares += nats * nats;
                ++own.tokens;
            });
        at += count;
    }
    sums = own;
    return true;
}

void requireWindows(const ModelConfig& config, std::int64_t context, std::int64_t tokens, const std::string& name) {
    if (context < kShortestWindow)
        throw Error("a context of " + std::to_string(context) + " tokens leaves nothing to score", "context",
                    "Give at least " + std::to_string(kShortestWindow));
    if (context > config.contextLength)
        throw Error("a context of " + std::to_string(context) + " tokens is longer than the model's " +
                        std::to_string(config.contextLength),
                    "context", "Give at most that: beyond it the model was never trained");
    if (tokens < 2 * context)
        throw Error("has " + std::to_string(tokens) + " tokens, and two windows of " + std::to_string(context) +
                        " are the least",
                    name, "Name a longer text, or give a shorter context");
}

}  // namespace

std::vector<TokenId> windowedTokens(const Tokenizer& tokenizer, std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    std::vector<TokenId> tokens = tokenizer.encode(text);
    if (tokenizer.addsBos()) tokens.insert(tokens.begin(), tokenizer.bos());
    return tokens;
}

WindowedPerplexity windowedPerplexity(const std::shared_ptr<const PackedModel>& model, std::vector<TokenId> tokens,
                                      TokenId bos, std::int64_t context, std::int64_t chunks, const std::string& name,
                                      const std::function<void(const WindowedPerplexity&)>& progress,
                                      const StopToken& stop) {
    const auto count = static_cast<std::int64_t>(tokens.size());
    requireWindows(model->description().config, context, count, name);
    WindowedPerplexity result;
    result.allWindows = chunks > 0 ? std::min(chunks, count / context) : count / context;
    const auto session = PackedSession::create(model, context);
    Sums sums;
    while (result.windows < result.allWindows) {
        const auto window = std::span(tokens).subspan(static_cast<std::size_t>(result.windows * context),
                                                      static_cast<std::size_t>(context));
        if (bos >= 0) window.front() = bos;
        result.stopped = !scoreWindow(*session, window, sums, stop);
        if (result.stopped) break;
        ++result.windows;
        sums.fill(result);
        if (progress) progress(result);
    }
    if (result.windows == 0) throw Error("the evaluation was stopped", name, {}, ErrorKind::Failed);
    return result;
}

}  // namespace tritlab
