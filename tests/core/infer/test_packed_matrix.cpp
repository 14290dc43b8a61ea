// bf16 in twelve bits: every weight to the bit, whatever the values, and products as of the same matrix in sixteen.
#include <QTest>
#include <bit>
#include <cmath>

#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/infer/packed_matrix.h"

using namespace tritlab;

namespace {

using Values = std::function<float(std::int64_t row, std::int64_t column)>;

PackedMatrix packed(DenseFormat format, std::int64_t rows, std::int64_t columns, const Values& values) {
    return packDenseMatrix(format, rows, columns, [&](std::int64_t row, float* out) {
        for (std::int64_t column = 0; column < columns; ++column) out[column] = values(row, column);
    });
}

// Twelve uniform numbers' sum.
float gaussian(std::int64_t row, std::int64_t column) {
    double sum = -6;
    for (std::int64_t i = 0; i < 12; ++i)
        sum += randomUniform(1, static_cast<std::uint64_t>(row), static_cast<std::uint64_t>(12 * column + i));
    return static_cast<float>(sum * 0.02);
}

std::int64_t exceptionCount(const PackedMatrix& matrix) {
    return matrix.exceptions.size() / static_cast<std::int64_t>(sizeof(Bf16Exception));
}

void holdsTheBits(const PackedMatrix& matrix, const Values& values) {
    std::vector<float> row(static_cast<std::size_t>(matrix.columns));
    for (std::int64_t r = 0; r < matrix.rows; ++r) {
        matrix.row(r, row.data());
        for (std::int64_t c = 0; c < matrix.columns; ++c)
            QCOMPARE(std::bit_cast<std::uint32_t>(row[static_cast<std::size_t>(c)]),
                     std::bit_cast<std::uint32_t>(bf16ToFloat(floatToBf16(values(r, c)))));
    }
}

}  // namespace

class TestPackedMatrix : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyWeightKeepsItsBits() {
        // Rows of very different size within one tile, zeros of both signs, subnormal and huge numbers among them.
        const Values odd = [](std::int64_t row, std::int64_t column) {
            if (column % 400 == 1) return -0.f;
            if (column % 400 == 2) return 1e-39f;
            if (column % 400 == 3) return row % 2 == 0 ? 3e38f : -1e30f;
            return gaussian(row, column) * (row % 16 == 5 ? 0.1f : 1.f);
        };
        for (const auto& [rows, columns] : {std::pair{1, 1200}, {16, 1200}, {37, 1237}, {64, 2044}}) {
            const PackedMatrix matrix = packed(DenseFormat::Bf16Short, rows, columns, odd);
            QCOMPARE(matrix.dense, DenseFormat::Bf16Short);
            QVERIFY(exceptionCount(matrix) > 0);
            holdsTheBits(matrix, odd);
        }
    }

    void trainedLookingWeightsTakeThreeQuarters() {
        const PackedMatrix matrix = packed(DenseFormat::Bf16Short, 512, 2560, gaussian),
                           plain = packed(DenseFormat::Bf16, 512, 2560, gaussian);
        const double exceptions = static_cast<double>(exceptionCount(matrix)) / (512 * 2560);
        qInfo("%.5f of the weights are exceptions, %.4f of the memory", exceptions,
              static_cast<double>(matrix.bytes()) / static_cast<double>(plain.bytes()));
        QVERIFY(exceptions > 0 && exceptions < 0.001);
        QVERIFY(static_cast<double>(matrix.bytes()) < 0.76 * static_cast<double>(plain.bytes()));
        holdsTheBits(matrix, gaussian);
    }

    void weightsOfEverySizeStayInSixteenBits() {
        const Values wild = [](std::int64_t row, std::int64_t column) {
            return std::ldexp(gaussian(row, column), static_cast<int>((row * 7 + column * 13) % 200) - 100);
        };
        const PackedMatrix matrix = packed(DenseFormat::Bf16Short, 40, 300, wild);
        QCOMPARE(matrix.dense, DenseFormat::Bf16);
        QCOMPARE(matrix.exceptions.size(), 0);
        holdsTheBits(matrix, wild);
    }

    void productsAreThoseOfSixteenBits() {
        constexpr std::int64_t rows = 70, columns = 1236, tokens = 9;
        const Values some = [](std::int64_t row, std::int64_t column) {
            return (row * columns + column) % 501 == 7 ? std::ldexp(1.f, static_cast<int>((row + column) % 60) - 30)
                                                       : gaussian(row, column);
        };
        const PackedMatrix matrix = packed(DenseFormat::Bf16Short, rows, columns, some),
                           plain = packed(DenseFormat::Bf16, rows, columns, some);
        QCOMPARE(matrix.dense, DenseFormat::Bf16Short);
        QVERIFY(exceptionCount(matrix) > 100);
        const std::int64_t xStride = lengthOf(columns), yStride = matrix.tiles() * tileRows;
        std::vector<float> x(static_cast<std::size_t>(tokens * xStride));
        for (std::int64_t t = 0; t < tokens; ++t)
            for (std::int64_t c = 0; c < columns; ++c)
                x[static_cast<std::size_t>(t * xStride + c)] = gaussian(1000 + t, c) * 50;
        for (const KernelSet set : availableKernelSets()) {
            const auto product = [&](const PackedMatrix& weights) {
                std::vector<float> y(static_cast<std::size_t>(tokens * yStride));
                ProductInput input;
                input.x = x.data();
                input.xStride = xStride;
                input.coded.count = tokens;
                // in two parts, as threads take them
                multiplyTiles(kernels(set), weights, 0, 2, input, y.data(), yStride);
                multiplyTiles(kernels(set), weights, 2, weights.tiles(), input, y.data(), yStride);
                return y;
            };
            const std::vector<float> got = product(matrix), expected = product(plain);
            for (std::int64_t t = 0; t < tokens; ++t)
                for (std::int64_t r = 0; r < rows; ++r) {
                    double exact = 0, magnitude = 0;
                    for (std::int64_t c = 0; c < columns; ++c) {
                        const double term = static_cast<double>(bf16ToFloat(floatToBf16(some(r, c)))) *
                                            x[static_cast<std::size_t>(t * xStride + c)];
                        exact += term;
                        magnitude += std::fabs(term);
                    }
                    const auto at = static_cast<std::size_t>(t * yStride + r);
                    QVERIFY(std::fabs(got[at] - exact) <= 4e-6 * magnitude);
                    QVERIFY(std::fabs(expected[at] - exact) <= 4e-6 * magnitude);
                }
        }
        // Without exceptions the sums are the same bits.
        const Values few = [](std::int64_t row, std::int64_t column) {
            return static_cast<float>((row * 31 + column * 17) % 201 - 100);
        };
        const PackedMatrix exact = packed(DenseFormat::Bf16Short, rows, columns, few),
                           same = packed(DenseFormat::Bf16, rows, columns, few);
        QCOMPARE(exceptionCount(exact), 0);
        for (const KernelSet set : availableKernelSets()) {
            std::vector<float> a(static_cast<std::size_t>(tokens * yStride)), b = a;
            const auto run = [&](const PackedMatrix& weights, std::vector<float>& y) {
                kernels(set).dense[static_cast<int>(weights.dense)](weights.data.as<std::byte>(), weights.tiles(),
                                                                    columns / 4, x.data(), xStride, tokens, y.data(),
                                                                    yStride);
            };
            run(exact, a);
            run(same, b);
            QVERIFY(a == b);
        }
    }
};

QTEST_APPLESS_MAIN(TestPackedMatrix)
#include "test_packed_matrix.moc"
