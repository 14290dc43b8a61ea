// Weight health against naive loops, block sums against the whole, and flips and reversals on a hand-made sequence.
#include <QTest>
#include <cmath>

#include "core/base/random.h"
#include "core/kernels/quantizers.h"
#include "core/run/weight_health.h"

using namespace tritlab;

namespace {

std::vector<float> someWeights(std::size_t count) {
    std::vector<float> weights(count);
    for (std::size_t i = 0; i < count; ++i) {  // a heavy-tailed mix, so that the histogram's ends are used
        const double u = randomUniform(7, 1, i) - 0.5;
        weights[i] = static_cast<float>(0.02 * u + u * u * u * 0.9 + 0.001);
    }
    return weights;
}

std::vector<std::int8_t> codesOf(const std::vector<float>& weights, float scale) {
    std::vector<std::int8_t> codes(weights.size());
    ternaryCodes(weights, scale, codes);
    return codes;
}

}  // namespace

class TestWeightHealth : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void figuresEqualNaiveOnes() {
        const std::vector<float> weights = someWeights(10007);
        const float scale = absmean(weights);
        const std::vector<std::int8_t> codes = codesOf(weights, scale);
        constexpr double width = 0.1;
        LayerMemory memory{"layer", std::vector<std::uint8_t>(weights.size()), 0, 0};
        const auto n = static_cast<double>(weights.size());
        const LayerHealth health = layerHealth(healthBlock(weights, codes, scale, width, memory.weights, false),
                                               static_cast<std::int64_t>(weights.size()), false, memory);
        double mean = 0, absolute = 0;
        for (const float w : weights) mean += w / n, absolute += std::abs(w) / n;
        double variance = 0, dead = 0;
        double shares[3] = {};
        std::array<int, LayerHealth::histogramBins> bins{};
        for (std::size_t i = 0; i < weights.size(); ++i) {
            variance += (weights[i] - mean) * (weights[i] - mean) / (n - 1);
            const double x = static_cast<double>(weights[i]) / scale;
            if (std::abs(std::abs(x) - 0.5) <= width) dead += 1 / n;
            shares[codes[i] + 1] += 1 / n;
            int bin = 0;
            while (bin + 1 < LayerHealth::histogramBins && x >= -3 + (bin + 1) / 16.0) ++bin;
            ++bins[static_cast<std::size_t>(bin)];
        }
        QVERIFY(std::abs(health.std - std::sqrt(variance)) < 1e-9);
        QVERIFY(std::abs(health.absMean - absolute) < 1e-9);
        QVERIFY(std::abs(health.negative - shares[0]) < 1e-9 && std::abs(health.zero - shares[1]) < 1e-9);
        QVERIFY(std::abs(health.negative + health.zero + health.positive - 1) < 1e-12);
        // a weight within a rounding of the border may fall to either side
        QVERIFY(std::abs(health.deadZone - dead) <= 2 / n);
        QVERIFY(health.deadZone > 0.01);
        std::uint32_t all = 0;
        for (std::size_t bin = 0; bin < bins.size(); ++bin) {
            QVERIFY(std::abs(static_cast<int>(health.histogram[bin]) - bins[bin]) <= 1);
            all += health.histogram[bin];
        }
        QCOMPARE(all, 10007U);
        QVERIFY(health.histogram.front() > 10 && health.histogram.back() > 10);
        QVERIFY(health.flipRate == 0 && health.reversalRate == 0 && !health.collapsed);
    }

    void blocksAddUpToTheWhole() {
        const std::vector<float> weights = someWeights(5000);
        const float scale = absmean(weights);
        const std::vector<std::int8_t> codes = codesOf(weights, scale);
        std::vector<std::uint8_t> memory(weights.size());
        const HealthBlock whole = healthBlock(weights, codes, scale, 0.1, memory, false);
        HealthBlock sum;
        for (std::size_t first = 0; first < weights.size(); first += 1234) {
            const std::size_t size = std::min<std::size_t>(1234, weights.size() - first);
            sum.add(healthBlock(std::span(weights).subspan(first, size), std::span(codes).subspan(first, size), scale,
                                0.1, std::span(memory).subspan(first, size), false));
        }
        QVERIFY(std::abs(sum.absSum - whole.absSum) < 1e-9);
        QCOMPARE(sum.dead, whole.dead);
        QCOMPARE(sum.negative, whole.negative);
        QVERIFY(sum.histogram == whole.histogram);
    }

    // Five weights through six snapshots. Reversal: a flip in the direction opposite to the last one.
    void flipsAndReversalsOnAHandMadeSequence() {
        const std::vector<std::vector<std::int8_t>> sequence{{0, 0, 1, -1, 0}, {1, 0, 1, 1, 0},   {0, 0, 1, 0, 0},
                                                             {0, 1, 1, 1, 0},  {-1, 0, 1, -1, 0}, {0, 0, 1, -1, 0}};
        //  flips            w0,w3          w0,w3         w1,w3          w0,w1,w3        w0
        //  reversals                        w0,w3         w3             w1,w3           w0    (w0 went 1>0 and 0>-1:
        //  both down)
        const std::vector<double> flips{0, 0.4, 0.4, 0.4, 0.6, 0.2}, reversals{0, 0, 0.4, 0.2, 0.4, 0.2};
        LayerMemory memory{"layer", std::vector<std::uint8_t>(5), 0, 0};
        double sum = 0, weight = 0;
        for (std::size_t i = 0; i < sequence.size(); ++i) {
            std::vector<float> weights(sequence[i].begin(), sequence[i].end());
            const HealthBlock block = healthBlock(weights, sequence[i], 1.0F, 0.1, memory.weights, i > 0);
            const LayerHealth health = layerHealth(block, 5, i > 0, memory);
            if (i > 0) {
                sum = reversalDecay * sum + (1 - reversalDecay) * reversals[i];
                weight = reversalDecay * weight + (1 - reversalDecay);
            }
            QVERIFY(std::abs(health.flipRate - flips[i]) < 1e-12);
            QVERIFY2(std::abs(health.reversalRate - (i > 0 ? sum / weight : 0)) < 1e-12, std::to_string(i).c_str());
        }
    }

    void collapseIsTheNotebooksRule() {
        std::vector<float> weights(1000);
        for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = (i % 2 == 0 ? 1.0F : -1.0F) * 0.0009F;
        const std::vector<std::int8_t> codes(1000, 1);
        LayerMemory memory{"layer", std::vector<std::uint8_t>(1000), 0, 0};
        QVERIFY(
            layerHealth(healthBlock(weights, codes, absmean(weights), 0.1, memory.weights, false), 1000, false, memory)
                .collapsed);
        for (float& w : weights) w *= 2;
        QVERIFY(
            !layerHealth(healthBlock(weights, codes, absmean(weights), 0.1, memory.weights, false), 1000, false, memory)
                 .collapsed);
    }
};

QTEST_APPLESS_MAIN(TestWeightHealth)
#include "test_weight_health.moc"
