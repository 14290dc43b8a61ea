#include "core/eval/agreement.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/error.h"
#include "core/infer/sampler.h"

namespace tritlab {
namespace {

std::int64_t likeliest(std::span<const float> logits) {
    return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

// Between the largest two.
double gapOf(std::span<const float> logits) {
    const auto first = static_cast<std::size_t>(likeliest(logits));
    float second = -INFINITY;
    for (std::size_t i = 0; i < logits.size(); ++i)
        if (i != first) second = std::max(second, logits[i]);
    return static_cast<double>(logits[first]) - second;
}

}  // namespace

double Agreement::sameShare() const {
    return positions > 0 ? static_cast<double>(sameArgmax) / static_cast<double>(positions) : 0;
}
double Agreement::trainingPerplexity() const { return std::exp(trainingLoss); }
double Agreement::packedPerplexity() const { return std::exp(packedLoss); }
double Agreement::perplexityDifference() const { return std::exp(packedLoss - trainingLoss) - 1; }

AgreementMeter::AgreementMeter(std::shared_ptr<const PackedModel> model) : model_(std::move(model)) {}

void AgreementMeter::add(std::span<const TokenId> text, std::span<const float> training) {
    const auto vocabulary = static_cast<std::size_t>(model_->description().config.vocabSize);
    if (text.size() < 2 || training.size() != text.size() * vocabulary)
        throw Error("a text of " + std::to_string(text.size()) + " tokens with " + std::to_string(training.size()) +
                        " logits of the training model does not fit a vocabulary of " + std::to_string(vocabulary),
                    "agreement", {}, ErrorKind::Failed);
    const auto inputs = text.first(text.size() - 1);
    const auto session = PackedSession::create(model_, static_cast<std::int64_t>(inputs.size()));
    session->feed(inputs, [&](std::int64_t index, std::span<const float> packed) {
        const auto at = static_cast<std::size_t>(index);
        const std::span<const float> trained = training.subspan(at * vocabulary, vocabulary);
        double difference = 0;
        for (std::size_t i = 0; i < vocabulary; ++i) {
            const double here = std::fabs(static_cast<double>(packed[i]) - trained[i]);
            difference += here;
            sum_.largestDifference = std::max(sum_.largestDifference, here);
        }
        sum_.meanDifference += difference / static_cast<double>(vocabulary);
        if (likeliest(packed) == likeliest(trained)) ++sum_.sameArgmax;
        else sum_.widestGap = std::max(sum_.widestGap, gapOf(trained));
        sum_.trainingLoss -= Sampler::logProbability(trained, text[at + 1]);
        sum_.packedLoss -= Sampler::logProbability(packed, text[at + 1]);
        ++sum_.positions;
    });
    ++sum_.texts;
}

Agreement AgreementMeter::result() const {
    Agreement result = sum_;
    const double count = std::max(1.0, static_cast<double>(sum_.positions));
    for (double* mean : {&result.meanDifference, &result.trainingLoss, &result.packedLoss}) *mean /= count;
    return result;
}

std::vector<std::vector<TokenId>> heldOutTexts(const Dataset& data, std::int64_t count, std::int64_t tokens) {
    const auto windowTokens = [&](std::int64_t window) {
        const Batch batch = data.heldOutBatch(window, 1);
        const auto scored =
            std::find_if(batch.targets.begin(), batch.targets.end(), [](TokenId target) { return target < 0; });
        return std::vector(batch.tokens.begin(), batch.tokens.begin() + (scored - batch.targets.begin()));
    };
    const std::int64_t windows = data.heldOutWindows(), length = tokens + 1;
    const auto window = static_cast<std::int64_t>(windows > 0 ? windowTokens(0).size() : 0);
    const std::int64_t stream =
        windows > 0 ? (windows - 1) * window + static_cast<std::int64_t>(windowTokens(windows - 1).size()) : 0;
    if (stream < length)
        throw Error("the held-out text has " + std::to_string(stream) + " tokens, fewer than one text of " +
                        std::to_string(length),
                    "agreement", "Name a longer file with --data, or ask for shorter texts");
    const std::int64_t wanted = std::clamp<std::int64_t>(count, 1, stream / length), step = stream / wanted;
    std::vector<std::vector<TokenId>> texts;
    for (std::int64_t i = 0; i < wanted; ++i) {
        std::vector<TokenId> text;
        for (std::int64_t at = i * step; static_cast<std::int64_t>(text.size()) < length;) {
            const std::vector<TokenId> all = windowTokens(at / window);
            const std::int64_t from = at % window;
            const std::int64_t taken =
                std::min(length - static_cast<std::int64_t>(text.size()), static_cast<std::int64_t>(all.size()) - from);
            text.insert(text.end(), all.begin() + from, all.begin() + from + taken);
            at += taken;
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace tritlab
