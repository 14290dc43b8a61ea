// The integer product of the training forward: the packed layout and the scalar loop against sums written out in 64
// bits, the vector kernel against the scalar one to the bit, over random shapes, tails and the extremes of the codes.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/kernels/int8_tiles.h"

using namespace tritlab;

namespace {

struct Problem {
    std::int64_t rows, columns, depth;
    std::vector<std::int8_t> x, w;
    std::vector<float> rowScale, columnScale;
};

Problem randomProblem(std::int64_t rows, std::int64_t columns, std::int64_t depth, bool extremes, std::uint64_t seed) {
    Problem p{rows, columns, depth, {}, {}, {}, {}};
    for (std::int64_t i = 0; i < rows * depth; ++i)
        p.x.push_back(extremes ? std::int8_t{-128} : static_cast<std::int8_t>(randomBits(seed, 1, std::uint64_t(i))));
    for (std::int64_t i = 0; i < columns * depth; ++i)
        p.w.push_back(extremes ? std::int8_t{-1}
                               : static_cast<std::int8_t>(randomBits(seed, 2, std::uint64_t(i)) % 3) - 1);
    for (std::int64_t i = 0; i < rows; ++i)
        p.rowScale.push_back(static_cast<float>(randomUniform(seed, 3, std::uint64_t(i))));
    for (std::int64_t i = 0; i < columns; ++i)
        p.columnScale.push_back(static_cast<float>(randomUniform(seed, 4, std::uint64_t(i))));
    return p;
}

// What AMX does, on arrays: tdpbsud of signed rows and unsigned quads of columns.
struct ArrayTiles {
    std::int32_t sums[tileSide][tileSide] = {};
    void clear() {
        for (auto& row : sums)
            for (std::int32_t& sum : row) sum = 0;
    }
    void multiply(const std::int8_t* x, std::int64_t xStride, const std::uint8_t* weights) {
        for (std::int64_t m = 0; m < tileSide; ++m)
            for (std::int64_t n = 0; n < tileSide; ++n)
                for (std::int64_t k = 0; k < tileDepth; ++k)
                    sums[m][n] += x[m * xStride + k] * weights[k / 4 * 256 + n * 4 + k % 4];
    }
    void store(std::int32_t* target) const { std::memcpy(target, sums, sizeof sums); }
};

}  // namespace

class TestInt8Product : public QObject {
    Q_OBJECT
    static void compare(const Problem& p) {
        PackedCodes packed;
        packed.pack(p.w.data(), p.columns, p.depth);
        const Int8Rows x{p.x.data(), p.rowScale.data(), p.columnScale.data()};
        const auto count = static_cast<std::size_t>(p.rows * p.columns);
        std::vector<float> scalar(count), fast(count);
        std::vector<std::uint16_t> scalarHalf(count), fastHalf(count);
        int8_scalar::product(packed, x, 0, p.rows, scalar.data(), p.columns);
        int8_scalar::product(packed, x, 0, p.rows, scalarHalf.data(), p.columns);
        for (std::int64_t m = 0; m < p.rows; ++m) {
            for (std::int64_t n = 0; n < p.columns; ++n) {
                std::int64_t sum = 0;
                for (std::int64_t k = 0; k < p.depth; ++k)
                    sum += p.x[size_t(m * p.depth + k)] * p.w[size_t(n * p.depth + k)];
                const float want = static_cast<float>(sum) * (p.columnScale[size_t(n)] * p.rowScale[size_t(m)]);
                QCOMPARE(scalar[size_t(m * p.columns + n)], want);
                QCOMPARE(scalarHalf[size_t(m * p.columns + n)], floatToBf16(want));
            }
        }
        if (!int8ProductHas(KernelSet::Avx2)) return;
        int8_avx2::product(packed, x, 0, p.rows, fast.data(), p.columns);
        int8_avx2::product(packed, x, 0, p.rows, fastHalf.data(), p.columns);
        QVERIFY(fast == scalar);
        QVERIFY(fastHalf == scalarHalf);
        if (!int8ProductHas(KernelSet::Avx512Vnni)) return;
        int8_avx512vnni::product(packed, x, 0, p.rows, fast.data(), p.columns);
        int8_avx512vnni::product(packed, x, 0, p.rows, fastHalf.data(), p.columns);
        QVERIFY(fast == scalar);
        QVERIFY(fastHalf == scalarHalf);
        std::fill(fast.begin(), fast.end(), -1.0F);
        int8Product(packed, x, 0, p.rows, fast.data(), p.columns);  // AMX and what it leaves over, where there is AMX
        QVERIFY(fast == scalar);
        if (p.rows % tileSide != 0 || p.depth % tileDepth != 0) return;
        tiledInt8Product<ArrayTiles>(packed, x, 0, p.rows, fast.data(), p.columns);
        tiledInt8Product<ArrayTiles>(packed, x, 0, p.rows, fastHalf.data(), p.columns);
        QVERIFY(fast == scalar && fastHalf == scalarHalf);
        if (!int8ProductHas(KernelSet::Amx)) return;
        int8_amx::product(packed, x, 0, p.rows, fastHalf.data(), p.columns);
        QVERIFY(fastHalf == scalarHalf);
    }

private Q_SLOTS:
    void agreesOverShapes() {
        for (std::uint64_t round = 0; round < 60; ++round)
            compare(randomProblem(1 + std::int64_t(randomBits(1, 1, round) % 60),
                                  1 + std::int64_t(randomBits(1, 2, round) % 200),
                                  1 + std::int64_t(randomBits(1, 3, round) % 300), false, round));
    }
    void agreesInTiles() {
        for (std::uint64_t round = 0; round < 6; ++round)
            compare(randomProblem(32 * (1 + std::int64_t(randomBits(2, 1, round) % 6)),
                                  1 + std::int64_t(randomBits(2, 2, round) % 150),
                                  64 * (1 + std::int64_t(randomBits(2, 3, round) % 4)), round == 0, round));
        if (!int8ProductHas(KernelSet::Amx)) qInfo("this processor has no AMX: its tiles were tested as arrays");
    }
    void agreesAtTheExtremes() { compare(randomProblem(7, 65, 8192, true, 1)); }
    void rangesOfRowsAreIndependent() {
        const Problem p = randomProblem(101, 130, 96, false, 5);
        PackedCodes packed;
        packed.pack(p.w.data(), p.columns, p.depth);
        const Int8Rows x{p.x.data(), p.rowScale.data(), p.columnScale.data()};
        std::vector<float> whole(static_cast<std::size_t>(p.rows * p.columns)), parts(whole.size());
        int8Product(packed, x, 0, p.rows, whole.data(), p.columns);
        for (std::int64_t first = 0; first < p.rows; first += 13)
            int8Product(packed, x, first, std::min(first + 13, p.rows), parts.data(), p.columns);
        QVERIFY(whole == parts);
    }
    void notANumberStaysOne() {
        Problem p = randomProblem(1, 64, 64, false, 6);
        p.rowScale[0] = std::numeric_limits<float>::quiet_NaN();
        PackedCodes packed;
        packed.pack(p.w.data(), p.columns, p.depth);
        std::vector<std::uint16_t> y(64);
        int8Product(packed, {p.x.data(), p.rowScale.data(), p.columnScale.data()}, 0, 1, y.data(), 64);
        for (const std::uint16_t bits : y) QVERIFY(std::isnan(bf16ToFloat(bits)));
    }
};

QTEST_APPLESS_MAIN(TestInt8Product)
#include "test_int8_product.moc"
