// Where training windows come from: permutations and the mix of sources, as pure functions.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/data/batch_plan.h"

using namespace tritlab;

class TestBatchPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void permutationsAreBijections() {
        for (const std::uint64_t size : {1, 2, 3, 7, 64, 65, 1000, 4097}) {
            std::set<std::vector<std::uint64_t>> orders;
            for (std::uint64_t stream = 0; stream < 5; ++stream) {
                std::vector<std::uint64_t> order;
                for (std::uint64_t i = 0; i < size; ++i) order.push_back(permute(i, size, 42, stream));
                orders.insert(order);
                std::ranges::sort(order);
                for (std::uint64_t i = 0; i < size; ++i) QCOMPARE(order[i], i);
            }
            if (size > 60) QCOMPARE(orders.size(), std::size_t{5});
        }
    }

    // Where an index lands is uniform, and so is where its neighbour does: chi-squared over 16 x 16 cells.
    void permutationsAreRandom() {
        std::vector<double> cells(256);
        constexpr int tries = 51200;
        for (std::uint64_t i = 0; i < tries; ++i)
            cells[permute(5, 1000, i, 1) * 16 / 1000 * 16 + permute(6, 1000, i, 1) * 16 / 1000] += 1;
        double chi = 0;
        for (const double count : cells) chi += (count - tries / 256.0) * (count - tries / 256.0) / (tries / 256.0);
        // five standard deviations; cells differ by 1 % in size
        QVERIFY2(chi < 255 + 5 * 23, qPrintable(QString::number(chi)));
    }

    void theMixCountsWhatItGave() {
        for (const std::vector<double>& weights : std::vector<std::vector<double>>{
                 {1}, {1, 1}, {3, 1}, {0.5, 0.25, 0.25}, {1000, 1, 0.001}, {1, 2, 3, 4, 5, 6}}) {
            const SourceMix mix(weights, 9);
            double total = 0;
            for (const double weight : weights) total += weight;
            std::vector<std::uint64_t> counts(weights.size());
            for (std::uint64_t n = 0; n < 20000; ++n) {
                const MixChoice choice = mix.choose(n);
                QVERIFY(choice.source < weights.size());
                QCOMPARE(choice.index, counts[choice.source]++);
                for (std::size_t i = 0; n % 97 == 0 && i < weights.size(); ++i) {
                    const double expected = static_cast<double>(n + 1) * weights[i] / total;
                    QVERIFY(std::abs(static_cast<double>(counts[i]) - expected) <= static_cast<double>(weights.size()));
                }
            }
            const MixChoice late = mix.choose(std::uint64_t{1} << 40);  // far out the shares hold as well
            const double share = weights[late.source] / total;
            QVERIFY(std::abs(static_cast<double>(late.index) / 0x1.0p40 - share) < 1e-9);
        }
    }
};

QTEST_APPLESS_MAIN(TestBatchPlan)
#include "test_batch_plan.moc"
