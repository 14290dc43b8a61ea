// The sampler's distributions against their definitions, its draws against its distributions (chi-square), and its
// seeds.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/infer/sampler.h"

using namespace tritlab;

namespace {

std::vector<float> randomLogits(std::size_t count, std::uint64_t seed, float scale) {
    std::vector<float> logits(count);
    for (std::size_t i = 0; i < count; ++i) logits[i] = static_cast<float>(randomUniform(seed, 0, i) * 2 - 1) * scale;
    return logits;
}

// The definition, step by step: every step sorts everything and makes the probabilities sum to 1 again.
std::map<TokenId, double> byDefinition(const std::vector<float>& logits, const std::vector<TokenId>& history,
                                       const SamplingOptions& o) {
    std::vector<double> penalized(logits.begin(), logits.end());
    const std::size_t window = std::min(history.size(), static_cast<std::size_t>(o.penaltyWindow));
    for (std::size_t token = 0; token < logits.size(); ++token)
        if (std::find(history.end() - static_cast<std::ptrdiff_t>(window), history.end(),
                      static_cast<TokenId>(token)) != history.end())
            penalized[token] =
                penalized[token] > 0 ? penalized[token] / o.repetitionPenalty : penalized[token] * o.repetitionPenalty;
    std::vector<std::pair<double, TokenId>> p;
    for (std::size_t token = 0; token < logits.size(); ++token)
        p.emplace_back(std::exp(penalized[token] / o.temperature), static_cast<TokenId>(token));
    const auto normalize = [&] {
        double total = 0;
        for (const auto& [weight, token] : p) total += weight;
        for (auto& [weight, token] : p) weight /= total;
    };
    std::stable_sort(p.begin(), p.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    if (o.topK > 0 && p.size() > static_cast<std::size_t>(o.topK)) p.resize(static_cast<std::size_t>(o.topK));
    normalize();
    if (o.topP < 1) {
        double reached = 0;
        std::size_t kept = 0;
        while (kept < p.size() && reached < o.topP) reached += p[kept++].first;
        p.resize(kept);
        normalize();
    }
    if (o.minP > 0) {
        const double min = o.minP * p.front().first;
        std::erase_if(p, [&](const auto& entry) { return entry.first < min; });
        normalize();
    }
    std::map<TokenId, double> result;
    for (const auto& [weight, token] : p) result[token] = weight;
    return result;
}

// Upper 1e-6 point of the chi-square distribution (Wilson and Hilferty 1931).
double chiSquareLimit(double freedom) {
    const double z = 4.7534, a = 2 / (9 * freedom);
    return freedom * std::pow(1 - a + z * std::sqrt(a), 3);
}

std::vector<std::pair<const char*, SamplingOptions>> manyOptions() {
    std::vector<std::pair<const char*, SamplingOptions>> all;
    const auto add = [&](const char* name, auto change) {
        SamplingOptions options;
        options.temperature = 1;
        change(options);
        all.emplace_back(name, options);
    };
    add("plain", [](auto&) {});
    add("cold", [](auto& o) { o.temperature = 0.3; });
    add("hot", [](auto& o) { o.temperature = 2.5; });
    add("top-k", [](auto& o) { o.topK = 7; });
    add("top-p", [](auto& o) { o.topP = 0.6; });
    add("min-p", [](auto& o) { o.minP = 0.2; });
    add("penalty", [](auto& o) { o.repetitionPenalty = 1.7; });
    add("short window", [](auto& o) { o.repetitionPenalty = 1.7, o.penaltyWindow = 3; });
    add("reward", [](auto& o) { o.repetitionPenalty = 0.6; });
    add("all",
        [](auto& o) { o.temperature = 0.8, o.topK = 20, o.topP = 0.9, o.minP = 0.05, o.repetitionPenalty = 1.2; });
    return all;
}

const std::vector<TokenId> history{3, 4, 5, 6, 7, 3, 1, 2, 39};

}  // namespace

class TestSampler : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void distributionsAreTheDefinitions() {
        for (std::uint64_t seed = 0; seed < 20; ++seed)
            for (const auto& [name, options] : manyOptions()) {
                const auto logits = randomLogits(40, seed, 3);
                const auto expected = byDefinition(logits, history, options);
                const auto got = Sampler(options).distribution(logits, history);
                QVERIFY2(got.size() == expected.size(), name);
                double total = 0;
                for (const auto& [token, probability] : got) {
                    QVERIFY2(expected.contains(token), name);
                    QVERIFY2(std::fabs(probability - expected.at(token)) < 1e-5, name);
                    total += probability;
                }
                QVERIFY(std::fabs(total - 1) < 1e-5);
            }
    }

    void drawsFollowTheDefinitions() {
        for (const auto& [name, options] : manyOptions()) {
            const auto logits = randomLogits(40, 77, 2);
            const auto expected = byDefinition(logits, history, options);
            std::map<TokenId, int> counts;
            constexpr int draws = 40000;
            const Sampler sampler(options);
            for (int i = 0; i < draws; ++i) ++counts[sampler.sample(logits, history, static_cast<std::uint64_t>(i))];
            double chiSquare = 0;
            for (const auto& [token, count] : counts) QVERIFY2(expected.contains(token), name);
            for (const auto& [token, probability] : expected) {
                const double mean = probability * draws;
                chiSquare += (counts[token] - mean) * (counts[token] - mean) / mean;
            }
            const double limit = chiSquareLimit(static_cast<double>(expected.size()) - 1);
            qInfo("%s: chi-square %.1f of at most %.1f, %zu tokens", name, chiSquare, limit, expected.size());
            QVERIFY2(chiSquare < limit, name);
        }
    }

    void aDrawIsAFunctionOfSeedAndIndex() {
        const auto logits = randomLogits(200, 5, 1);
        SamplingOptions options;
        const Sampler one(options), again(options);
        options.seed = 2;
        const Sampler other(options);
        int different = 0;
        for (std::uint64_t i = 0; i < 200; ++i) QCOMPARE(one.sample(logits, {}, i), again.sample(logits, {}, i));
        for (std::uint64_t i = 200; i-- > 0;) {
            QCOMPARE(one.sample(logits, {}, i), again.sample(logits, {}, i));
            different += one.sample(logits, {}, i) != other.sample(logits, {}, i);
        }
        QVERIFY(different > 100);
    }

    void greedyTakesTheLargestAndTheLowerOfEquals() {
        SamplingOptions options;
        options.temperature = 0;
        std::vector<float> logits{1, 5, -2, 5, 4};
        QCOMPARE(Sampler(options).sample(logits, {}, 0), 1);
        QCOMPARE(Sampler(options).distribution(logits, {}).size(), 1u);
        options.repetitionPenalty = 2;
        const std::vector<TokenId> seen{1};
        QCOMPARE(Sampler(options).sample(logits, seen, 0), 3);
        options.penaltyWindow = 0;
        QCOMPARE(Sampler(options).sample(logits, seen, 0), 1);
    }

    void equalLogitsAreCutByTheLowerId() {
        const std::vector<float> logits(10, 1.f);
        SamplingOptions options;
        options.topK = 3;
        const auto kept = Sampler(options).distribution(logits, {});
        QCOMPARE(kept.size(), 3u);
        for (std::size_t i = 0; i < 3; ++i) QCOMPARE(kept[i].token, static_cast<TokenId>(i));
    }

    void theLikeliestAndTheirLogarithms() {
        const auto logits = randomLogits(500, 8, 4);
        double total = 0;
        for (const float logit : logits) total += std::exp(static_cast<double>(logit));
        const auto top = Sampler::top(logits, 5);
        QCOMPARE(top.size(), 5u);
        for (std::size_t i = 0; i < 5; ++i) {
            const double expected =
                std::exp(static_cast<double>(logits[static_cast<std::size_t>(top[i].token)])) / total;
            QVERIFY(std::fabs(top[i].probability - expected) < 1e-6);
            QVERIFY(std::fabs(Sampler::logProbability(logits, top[i].token) - std::log(expected)) < 1e-9);
            QVERIFY(i == 0 || top[i].probability <= top[i - 1].probability);
        }
        QCOMPARE(top[0].token, static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
        QCOMPARE(Sampler::top(logits, 1000).size(), 500u);
        QVERIFY_EXCEPTION_THROWN(Sampler::logProbability(logits, 500), Error);
    }

    void extremeLogitsAndBadOptions() {
        SamplingOptions options;
        QCOMPARE(Sampler(options).sample(std::vector<float>{-3e38f, 3e38f, 0.f}, {}, 0), 1);
        options.topP = 1e-9;
        QCOMPARE(Sampler(options).distribution(std::vector<float>{1.f, 2.f}, {}).size(), 1u);
        for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
            const std::vector<float> logits{1.f, bad, 2.f};
            QVERIFY_EXCEPTION_THROWN(static_cast<void>(Sampler(SamplingOptions{}).sample(logits, {}, 0)), Error);
        }
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(Sampler(SamplingOptions{}).sample({}, {}, 0)), Error);
        const auto refused = [](auto change) {
            SamplingOptions o;
            change(o);
            try {
                const Sampler sampler(o);
            } catch (const Error&) {
                return true;
            }
            return false;
        };
        QVERIFY(refused([](auto& o) { o.temperature = -1; }));
        QVERIFY(refused([](auto& o) { o.temperature = std::nan(""); }));
        QVERIFY(refused([](auto& o) { o.topK = -1; }));
        QVERIFY(refused([](auto& o) { o.topP = 0; }));
        QVERIFY(refused([](auto& o) { o.topP = 1.1; }));
        QVERIFY(refused([](auto& o) { o.minP = 2; }));
        QVERIFY(refused([](auto& o) { o.repetitionPenalty = 0; }));
        QVERIFY(refused([](auto& o) { o.penaltyWindow = -5; }));
    }
};

QTEST_APPLESS_MAIN(TestSampler)
#include "test_sampler.moc"
