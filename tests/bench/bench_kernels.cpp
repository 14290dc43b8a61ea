// Training kernels on one thread: the integer product and fused attention. `tritlab-cli bench quant` compares each with
// its reference on all threads.
#include <QTest>
#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/device/processor.h"
#include "core/formats/safetensors.h"
#include "core/kernels/attention.h"
#include "core/kernels/int8_product.h"

using namespace tritlab;

namespace {

std::vector<std::int8_t> randomCodes(std::int64_t count, std::uint64_t stream, bool ternary) {
    std::vector<std::int8_t> codes;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::uint64_t bits = randomBits(1, stream, static_cast<std::uint64_t>(i));
        codes.push_back(ternary ? static_cast<std::int8_t>(static_cast<int>(bits % 3) - 1)
                                : static_cast<std::int8_t>(bits));
    }
    return codes;
}

std::vector<Bf16Bits> randomRows(std::int64_t count, std::uint64_t stream) {
    std::vector<Bf16Bits> rows;
    for (std::int64_t i = 0; i < count; ++i)
        rows.push_back(
            floatToBf16(static_cast<float>(2 * randomUniform(2, stream, static_cast<std::uint64_t>(i)) - 1)));
    return rows;
}

}  // namespace

class BenchKernels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void int8Products_data() {
        QTest::addColumn<qint64>("columns");
        QTest::addColumn<qint64>("depth");
        for (const auto& [columns, depth] :
             {std::pair<qint64, qint64>{768, 256}, {1024, 256}, {256, 1024}, {2048, 512}, {512, 2048}})
            QTest::newRow(qPrintable(QString("4096 x %1 x %2").arg(columns).arg(depth))) << columns << depth;
    }
    void int8Products() {
        QFETCH(qint64, columns);
        QFETCH(qint64, depth);
        constexpr std::int64_t rows = 4096;
        const std::vector<std::int8_t> x = randomCodes(rows * depth, 1, false),
                                       w = randomCodes(columns * depth, 2, true);
        const std::vector<float> rowScale(rows, 0.5F), columnScale(static_cast<std::size_t>(columns), 0.25F);
        PackedCodes packed;
        packed.pack(w.data(), columns, depth);
        std::vector<Bf16Bits> y(static_cast<std::size_t>(rows * columns));
        QBENCHMARK { int8Product(packed, {x.data(), rowScale.data(), columnScale.data()}, 0, rows, y.data(), columns); }
    }

    void attention_data() {
        QTest::addColumn<bool>("backward");
        QTest::newRow("forward, 16 x 256, 4 heads of 64") << false;
        QTest::newRow("backward, 16 x 256, 4 heads of 64") << true;
    }
    void attention() {
        if (!fusedAttentionAvailable()) QSKIP("this processor has no AVX512-BF16");
        QFETCH(bool, backward);
        constexpr std::int64_t batch = 16, length = 256, heads = 4, d = 64, count = batch * length * heads * d;
        const std::vector<Bf16Bits> q = randomRows(count, 1), k = randomRows(count, 2), v = randomRows(count, 3),
                                    g = randomRows(count, 4);
        std::vector<Bf16Bits> out(q.size()), dq(q.size()), dk(q.size()), dv(q.size());
        std::vector<float> lse(static_cast<std::size_t>(batch * length * heads));
        const AttentionShape shape{batch, length, heads, heads, d, heads * d, heads * d, heads * d, heads * d};
        const AttentionInputs inputs{q.data(), k.data(), v.data()};
        attentionForward(shape, inputs, out.data(), lse.data(), 0, batch * heads);
        QBENCHMARK {
            if (backward)
                attentionBackward(shape, inputs, out.data(), g.data(), lse.data(), {dq.data(), dk.data(), dv.data()}, 0,
                                  batch * heads);
            else attentionForward(shape, inputs, out.data(), lse.data(), 0, batch * heads);
        }
    }
};

QTEST_APPLESS_MAIN(BenchKernels)
#include "bench_kernels.moc"
