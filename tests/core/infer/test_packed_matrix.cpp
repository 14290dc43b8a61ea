// What a matrix holds, to the bit, and what products with it give: bf16 in twelve bits, groups with a scale each,
// ternary rows.
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

    // Every form, with scales that f16 holds and with others; rows and columns that fill no tile.
    void groupsKeepTheirWeights() {
        std::uint64_t stream = 0;
        for (const int bits : {2, 4, 8})
            for (const std::int64_t size : {16, 32, 64, 128})
                for (const bool minimums : {false, true})
                    for (const float unit : {0.25F, 0.1F}) {
                        const std::int64_t rows = 37, columns = 3 * size, groups = 3;
                        GroupedWeights weights{{bits, size, minimums}, {}, {}, {}};
                        const int lowest = bits == 8 ? -128 : minimums ? 0 : bits == 4 ? -8 : -1;
                        ++stream;
                        const auto random = [&](std::uint64_t i) {
                            return static_cast<int>(randomBits(4, stream, i) >> 40);
                        };
                        for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows * columns); ++i)
                            weights.codes.push_back(static_cast<std::int8_t>(lowest + random(i) % (1 << bits)));
                        for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows * groups); ++i) {
                            weights.scales.push_back(unit * static_cast<float>(random(1000000 + i) % 200));
                            if (minimums)
                                weights.minimums.push_back(-unit * static_cast<float>(random(2000000 + i) % 99));
                        }
                        const PackedMatrix matrix = packGroupedMatrix(weights, rows, columns);
                        QCOMPARE(matrix.grouped->half, unit == 0.25F);
                        QCOMPARE(matrix.bytes(), 3 * groupedTileBytes(*matrix.grouped, columns));
                        std::vector<float> row(static_cast<std::size_t>(columns));
                        for (std::int64_t r = 0; r < rows; ++r) {
                            matrix.row(r, row.data());
                            for (std::int64_t c = 0; c < columns; ++c) {
                                const auto group = static_cast<std::size_t>(r * groups + c / size);
                                const float product =
                                    weights.scales[group] *
                                    static_cast<float>(weights.codes[static_cast<std::size_t>(r * columns + c)]);
                                QCOMPARE(row[static_cast<std::size_t>(c)],
                                         minimums ? product + weights.minimums[group] : product);
                            }
                        }
                    }
    }

    void ternaryRowsHaveAScaleEach() {
        constexpr std::int64_t rows = 35, columns = 100;
        std::vector<std::int8_t> codes(rows * columns), x(static_cast<std::size_t>(lengthOf(columns)), 0);
        std::vector<float> scales;
        for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int8_t>(randomBits(5, 0, i) % 3) - 1;
        for (std::int64_t r = 0; r < rows; ++r) scales.push_back(0.5F + 0.01F * static_cast<float>(r));
        std::int32_t sum = 0;
        for (std::int64_t c = 0; c < columns; ++c)
            sum += x[static_cast<std::size_t>(c)] =
                static_cast<std::int8_t>(randomBits(5, 1, static_cast<std::uint64_t>(c)));
        const float inverse = 0.125F;
        for (const TernaryFormat format : {TernaryFormat::TwoBit, TernaryFormat::FiveTrits}) {
            const PackedMatrix matrix = packTernaryMatrix(format, codes, rows, columns, scales);
            for (const KernelSet set : availableKernelSets()) {
                ProductInput input;
                input.coded = {x.data(), lengthOf(columns), &sum, &inverse, 1};
                std::vector<float> y(static_cast<std::size_t>(matrix.tiles() * tileRows), -7.F), row(columns);
                multiplyTiles(kernels(set), matrix, 0, matrix.tiles(), input, y.data(), matrix.tiles() * tileRows);
                for (std::int64_t r = 0; r < rows; ++r) {
                    std::int32_t exact = 0;
                    matrix.row(r, row.data());
                    for (std::int64_t c = 0; c < columns; ++c) {
                        const int code = codes[static_cast<std::size_t>(r * columns + c)];
                        exact += code * x[static_cast<std::size_t>(c)];
                        QCOMPARE(row[static_cast<std::size_t>(c)],
                                 static_cast<float>(code) * scales[static_cast<std::size_t>(r)]);
                    }
                    QCOMPARE(y[static_cast<std::size_t>(r)],
                             static_cast<float>(exact) * inverse * scales[static_cast<std::size_t>(r)]);
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestPackedMatrix)
#include "test_packed_matrix.moc"
