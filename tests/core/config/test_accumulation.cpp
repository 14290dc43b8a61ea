// Micro-batches among ranks: every one has its place, and the sums written out as text show which counts of ranks add
// in the order of one.
#include <QTest>
#include <algorithm>
#include <string>

#include "core/config/accumulation.h"

using namespace tritlab;

namespace {

RunConfig stepOf(std::int64_t accumulation, std::int64_t blocks) {
    RunConfig config;
    config.accumulation = accumulation;
    config.gradientBlocks = blocks;
    return config;
}

std::string sum(const std::string& a, const std::string& b) {
    return a.empty() ? b : b.empty() ? a : "(" + a + "+" + b + ")";
}

// As a rank adds its own: in blocks, each one after the other.
std::string ownSum(const std::vector<std::int64_t>& micros, std::size_t first, std::size_t count, std::int64_t blocks) {
    if (count > 3 && blocks > 1) {
        const std::size_t half = (count + 1) / 2;
        return sum(ownSum(micros, first, half, blocks / 2), ownSum(micros, first + half, count - half, blocks / 2));
    }
    std::string text;
    for (std::size_t i = first; i < first + count; ++i) text = sum(text, std::to_string(micros[i]));
    return text;
}

// As the ranks add theirs: in halves, the larger first.
std::string allSums(const std::vector<std::string>& ranks, std::size_t first, std::size_t count) {
    if (count == 1) return ranks[first];
    const std::size_t half = (count + 1) / 2;
    return sum(allSums(ranks, first, half), allSums(ranks, first + half, count - half));
}

std::string sumOf(const RunConfig& config, int ranks) {
    std::vector<std::string> sums;
    for (int rank = 0; rank < ranks; ++rank) {
        const std::vector<std::int64_t> mine = microBatchesOf(config, rank, ranks);
        sums.push_back(ownSum(mine, 0, mine.size(), blocksOfRank(config, rank, ranks)));
    }
    return allSums(sums, 0, sums.size());
}

}  // namespace

class TestAccumulation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theOrderIsTheOneThatIsPromised() {
        QCOMPARE(sumOf(stepOf(3, 4), 1), std::string("((0+1)+2)"));
        QCOMPARE(sumOf(stepOf(4, 4), 1), std::string("((0+1)+(2+3))"));
        QCOMPARE(sumOf(stepOf(6, 4), 1), std::string("(((0+1)+2)+((3+4)+5))"));
        QCOMPARE(sumOf(stepOf(8, 4), 1), std::string("(((0+1)+(2+3))+((4+5)+(6+7)))"));
        QCOMPARE(sumOf(stepOf(8, 2), 1), std::string("((((0+1)+2)+3)+(((4+5)+6)+7))"));
        QCOMPARE(sumOf(stepOf(4, 1), 1), std::string("(((0+1)+2)+3)"));
        QVERIFY(microBatchesOf(stepOf(5, 1), 1, 2) ==
                (std::vector<std::int64_t>{1, 3}));  // as before there were blocks
        QVERIFY(microBatchesOf(stepOf(5, 4), 1, 2) == (std::vector<std::int64_t>{3, 4}));
    }

    void everyMicroBatchHasOneRank() {
        for (const std::int64_t blocks : {1, 2, 4, 8})
            for (std::int64_t micros = 1; micros <= 40; ++micros)
                for (int ranks = 1; ranks <= micros && ranks <= 17; ++ranks) {
                    const RunConfig config = stepOf(micros, blocks);
                    std::vector<int> owners(static_cast<std::size_t>(micros));
                    std::size_t most = 0, least = static_cast<std::size_t>(micros);
                    for (int rank = 0; rank < ranks; ++rank) {
                        const auto mine = microBatchesOf(config, rank, ranks);
                        for (const std::int64_t micro : mine) ++owners[static_cast<std::size_t>(micro)];
                        most = std::max(most, mine.size());
                        least = std::min(least, mine.size());
                    }
                    QCOMPARE(std::count(owners.begin(), owners.end(), 1), micros);
                    QVERIFY(least >= 1);
                    QCOMPARE(roundsOf(config, ranks), static_cast<std::int64_t>(most));
                    if (micros % ranks == 0) QCOMPARE(most, least);
                }
    }

    // 1, 2 and 4 ranks wherever there are as many micro-batches, evenly divided or not; more with more blocks.
    void ranksAddInTheOrderOfOne() {
        for (const std::int64_t blocks : {2, 4, 8})
            for (std::int64_t micros = 1; micros <= 64; ++micros)
                for (int ranks = 1; ranks <= std::min<std::int64_t>(micros, 16); ++ranks) {
                    const RunConfig config = stepOf(micros, blocks);
                    const bool same = sumOf(config, ranks) == sumOf(config, 1);
                    const std::string which = std::to_string(micros) + " in " + std::to_string(blocks) + " blocks by " +
                                              std::to_string(ranks) + " ranks";
                    QVERIFY2(sumsAsOneRank(config, ranks) == same, which.c_str());
                    if ((ranks & (ranks - 1)) == 0 && ranks <= blocks) QVERIFY2(same, which.c_str());
                }
        QVERIFY(sumsAsOneRank(stepOf(3, 4), 3) && !sumsAsOneRank(stepOf(6, 4), 3));
        QVERIFY(!sumsAsOneRank(stepOf(64, 4), 8) && sumsAsOneRank(stepOf(64, 8), 8));
        QVERIFY(!sumsAsOneRank(stepOf(2, 4), 3));  // a rank with nothing to do
        // One after the other: two ranks with one each.
        QVERIFY(sumsAsOneRank(stepOf(2, 1), 2) && !sumsAsOneRank(stepOf(4, 1), 2) && !sumsAsOneRank(stepOf(3, 1), 3));
    }

    void fewGradientsAreHeld() {
        for (const std::int64_t micros : {1, 2, 3}) QCOMPARE(heldGradients(stepOf(micros, 4)), 0);
        QCOMPARE(heldGradients(stepOf(4, 4)), 1);
        QCOMPARE(heldGradients(stepOf(6, 4)), 1);
        QCOMPARE(heldGradients(stepOf(8, 4)), 2);
        QCOMPARE(heldGradients(stepOf(2048, 4)), 2);  // of a large preset
        QCOMPARE(heldGradients(stepOf(2048, 8)), 3);
        QCOMPARE(heldGradients(stepOf(2048, 1)), 0);
    }
};

QTEST_APPLESS_MAIN(TestAccumulation)
#include "test_accumulation.moc"
