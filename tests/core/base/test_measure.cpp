// What benches measure with: the median against sorting, memory that is taken and given back, a clock that goes on.
#include <QTest>
#include <algorithm>
#include <cstring>
#include <memory>

#include "core/base/measure.h"
#include "core/base/random.h"

using namespace tritlab;

class TestMeasure : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void medianIsTheMiddleOfTheSorted() {
        QCOMPARE(median({}), 0.0);
        QCOMPARE(median({7}), 7.0);
        for (std::size_t size = 1; size < 40; ++size) {
            std::vector<double> values;
            for (std::size_t i = 0; i < size; ++i) values.push_back(static_cast<double>(randomBits(1, size, i) % 20));
            std::vector<double> sorted = values;
            std::sort(sorted.begin(), sorted.end());
            QCOMPARE(median(values), sorted[size / 2]);
        }
    }
    void memoryThatIsTouchedIsResident() {
        constexpr std::int64_t bytes = 64 << 20;
        forgetPeak();
        const std::int64_t before = residentBytes();
        {
            const auto block = std::make_unique_for_overwrite<char[]>(bytes);
            std::memset(block.get(), 1, bytes);
            QVERIFY(block[bytes / 2] == 1 && residentBytes() >= before + bytes / 2);
        }
        QVERIFY(peakResidentBytes() >= before + bytes / 2);
    }
    void theClockGoesOn() {
        const std::int64_t first = monotonicNs();
        QVERIFY(first > 0);
        QTest::qSleep(2);
        QVERIFY(monotonicNs() > first);
    }
};

QTEST_APPLESS_MAIN(TestMeasure)
#include "test_measure.moc"
