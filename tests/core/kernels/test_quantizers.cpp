// The quantizers against loops that say no more than the formulas, for every set of kernels that this machine runs:
// random values of many magnitudes, tails, ties, zeros, infinities and NaN.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/kernels/quantizers.h"
#include "core/kernels/train_kernels.h"

using namespace tritlab;

namespace {

std::vector<float> randomValues(std::size_t n, std::uint64_t seed, double scale) {
    std::vector<float> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(scale * (2 * randomUniform(seed, 1, i) - 1));
    return values;
}

// Blocks of 4096, eight lanes each, the lanes added as a tree.
float naiveAbsmean(const std::vector<float>& w) {
    double total = 0;
    for (std::size_t first = 0; first < w.size(); first += 4096) {
        double lane[8] = {};
        for (std::size_t i = first; i < std::min(first + 4096, w.size()); ++i)
            lane[(i - first) % 8] += std::abs(static_cast<double>(w[i]));
        total += ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    }
    const auto mean = static_cast<float>(total / static_cast<double>(w.size()));
    return mean < 1e-5F ? 1e-5F : mean;
}

int naiveCode(float x, float scale, float lowest, float highest) {
    return static_cast<int>(std::clamp(std::nearbyintf(x * scale), lowest, highest));
}

std::vector<std::string> sets() {
    std::vector<std::string> names;
    for (const char* name : {"scalar", "avx2", "avx512"})
        if (trainKernels(name) != nullptr) names.push_back(name);
    return names;
}

}  // namespace

class TestQuantizers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup() { forceTrainKernels(""); }

    void random_data() {
        QTest::addColumn<QString>("set");
        QTest::addColumn<int>("size");
        for (const std::string& set : sets())
            for (const int size : {1, 7, 8, 15, 16, 17, 100, 4095, 4096, 4097, 20011})
                QTest::addRow("%s %d", set.c_str(), size) << QString::fromStdString(set) << size;
    }
    void random() {
        QFETCH(QString, set);
        QFETCH(int, size);
        forceTrainKernels(set.toStdString());
        for (const double scale : {1e-7, 0.02, 1.0, 300.0}) {
            const std::vector<float> x =
                randomValues(static_cast<std::size_t>(size), static_cast<std::uint64_t>(size), scale);
            std::vector<std::int8_t> codes(x.size());
            const float mean = absmean(x);
            QCOMPARE(mean, naiveAbsmean(x));
            ternaryCodes(x, mean, codes);
            for (std::size_t i = 0; i < x.size(); ++i) QCOMPARE(int{codes[i]}, naiveCode(x[i], 1.0F / mean, -1, 1));
            float max = 1e-5F;
            for (const float v : x) max = std::max(max, std::abs(v));
            QCOMPARE(int8Codes(x, codes), max / 127.0F);
            for (std::size_t i = 0; i < x.size(); ++i)
                QCOMPARE(int{codes[i]}, naiveCode(x[i], 127.0F / max, -128, 127));
        }
    }

    void tiesGoToEven() {
        // With a largest value of 127 the scale is 1: halves are ties.
        const std::vector<float> x{127, 0.5F, 1.5F, 2.5F, -0.5F, -1.5F, -2.5F, 126.5F, -126.5F};
        const std::vector<int> expected{127, 0, 2, 2, 0, -2, -2, 126, -126};
        std::vector<std::int8_t> codes(x.size());
        for (const std::string& set : sets()) {
            forceTrainKernels(set);
            QCOMPARE(int8Codes(x, codes), 1.0F);
            for (std::size_t i = 0; i < x.size(); ++i) QCOMPARE(int{codes[i]}, expected[i]);
            ternaryCodes(std::vector<float>{0.5F, -0.5F, 1.5F, 0.50001F}, 1.0F, std::span(codes).first(4));
            QCOMPARE((std::vector<int>{codes[0], codes[1], codes[2], codes[3]}), (std::vector<int>{0, 0, 1, 1}));
        }
    }

    void extremes() {
        constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                        infinite = std::numeric_limits<float>::infinity();
        for (const std::string& set : sets()) {
            forceTrainKernels(set);
            std::vector<std::int8_t> codes(20, 9);
            QCOMPARE(int8Codes(std::vector<float>(20, 0.0F), codes), 1e-5F / 127.0F);
            QCOMPARE(std::count(codes.begin(), codes.end(), 0), std::ptrdiff_t{20});
            QCOMPARE(absmean(std::vector<float>(20, 0.0F)), 1e-5F);
            for (std::size_t place = 0; place < 20; place += 3) {
                std::vector<float> x(20, 0.25F);
                x[place] = nan;
                QVERIFY(std::isnan(int8Codes(x, codes)));
                QVERIFY(std::isnan(absmean(x)));
                x[place] = -infinite;
                QCOMPARE(int8Codes(x, codes), infinite);
                QCOMPARE(absmean(x), infinite);
            }
        }
    }

    // 31 % of a Gaussian tensor's codes are zero (the mass of |z| < sqrt(2/pi)/2).
    void gaussianZeros() {
        std::vector<float> w(1 << 16);
        for (std::size_t i = 0; i < w.size(); ++i)
            w[i] = static_cast<float>(std::sqrt(-2 * std::log(1 - randomUniform(5, 1, i))) *
                                      std::cos(6.283185307 * randomUniform(5, 2, i)));
        std::vector<std::int8_t> codes(w.size());
        ternaryCodes(w, absmean(w), codes);
        const double zeros =
            static_cast<double>(std::count(codes.begin(), codes.end(), 0)) / static_cast<double>(w.size());
        QVERIFY(std::abs(zeros - 0.310) < 0.006);
    }

    // The value that a model carries decides; what nothing computes yet is refused, and never taken for something else.
    void quantizersAreAsked() {
        std::vector<float> w{0.5F, -0.1F, -2.0F, 0.0F, 1.0F, 0.4F};
        const TernaryWeights quantized = quantizeWeights({}, w);
        std::vector<std::int8_t> codes(w.size());
        ternaryCodes(w, absmean(w), codes);
        QVERIFY(quantized.codes == codes);
        QCOMPARE(quantized.tensorScale("w"), absmean(w));
        QVERIFY_EXCEPTION_THROWN((void)quantizeWeights({.groupSize = 128}, w), Error);
        const TernaryWeights grouped{codes, {1.0F, 2.0F}};
        QVERIFY_EXCEPTION_THROWN((void)grouped.tensorScale("w"), Error);
    }

    void badSizes() {
        std::vector<std::int8_t> codes(3);
        QVERIFY_EXCEPTION_THROWN(int8Codes(std::vector<float>(4), codes), Error);
        QVERIFY_EXCEPTION_THROWN(ternaryCodes(std::vector<float>(4), 1, codes), Error);
        QVERIFY_EXCEPTION_THROWN(forceTrainKernels("mmx"), Error);
    }
};

QTEST_APPLESS_MAIN(TestQuantizers)
#include "test_quantizers.moc"
