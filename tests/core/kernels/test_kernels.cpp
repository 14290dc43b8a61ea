// Every kernel table against naive loops and against the scalar table: integer sums exactly, fp32 to the bit between
// tables.
#include <QTest>
#include <bit>
#include <cmath>
#include <vector>

#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/kernels/amx_tiles.h"
#include "core/kernels/kernels.h"
#include "core/kernels/ternary_pack.h"
#include "tests/core/kernels/activation_reference.h"

using namespace tritlab;

namespace {

class Random {
public:
    explicit Random(std::uint64_t seed) : seed_(seed) {}
    std::uint64_t bits() { return randomBits(seed_, 0, next_++); }
    int below(int n) { return static_cast<int>(bits() % static_cast<std::uint64_t>(n)); }
    float real(float scale = 1) { return static_cast<float>(randomUniform(seed_, 1, next_++) * 2 - 1) * scale; }

private:
    std::uint64_t seed_, next_ = 0;
};

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

std::vector<float> randomVector(std::int64_t n, Random& random, float scale = 1) {
    std::vector<float> v(size(n));
    for (float& x : v) x = random.real(scale);
    return v;
}

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i])) return false;
    return a.size() == b.size();
}

// Bf16Short by the header's words: high bytes enter the tile's table as they come, after 0.
void putShort(std::uint8_t* tile, std::int64_t row, std::int64_t column, float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value) >> 16;
    int index = 0;
    while (tile[index] != bits >> 8 && (index == 0 || tile[index] != 0)) ++index;
    QVERIFY(index < 16);
    tile[index] = static_cast<std::uint8_t>(bits >> 8);
    std::uint8_t* block = tile + 64 + column / 8 * 192;
    const std::int64_t at = 16 * (row / 4) + 8 * (column % 4 / 2) + 2 * (row % 4) + column % 2;
    block[column % 8 / 4 * 64 + at] = static_cast<std::uint8_t>(bits);
    block[128 + at] = static_cast<std::uint8_t>(block[128 + at] | index << (column % 8 / 4 * 4));
}

std::string label(KernelSet set) { return std::string("kernels ") + kernelSetName(set); }

// What AMX does, in arrays: signed activations times unsigned codes, four columns at a time.
struct ArrayTiles {
    std::int32_t sums[64][16] = {};
    template <int N>
    void clear() {
        for (auto& row : sums) std::fill(std::begin(row), std::end(row), 0);
    }
    template <int N>
    void multiply(const std::uint8_t* weights, const std::int8_t* x, std::int64_t xStride) {
        for (int token = 0; token < 16 * N; ++token)
            for (int quad = 0; quad < 16; ++quad)
                for (int row = 0; row < 16; ++row)
                    for (int i = 0; i < 4; ++i)
                        sums[token][row] += weights[64 * quad + 4 * row + i] * x[token * xStride + 4 * quad + i];
    }
    template <int N>
    void store(std::int32_t* out) {
        for (int token = 0; token < 16 * N; ++token)
            std::copy(std::begin(sums[token]), std::end(sums[token]), out + 16 * token);
    }
};

void ternaryOnArrays(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x,
                     float absmean, float* y, std::int64_t yStride) {
    tiledTwoBit<ArrayTiles>(kernels(KernelSet::Scalar).ternary[0], weights, tiles, blocks, x, absmean, y, yStride);
}

// Packs, runs and compares one ternary product with three nested loops.
void checkTernary(const std::string& name, Kernels::Ternary product, TernaryFormat format, std::int64_t rows,
                  std::int64_t columns, std::int64_t tokens, const std::vector<std::int8_t>& codes,
                  const std::vector<std::int8_t>& x) {
    std::vector<std::uint8_t> packed(size(ternaryBytes(format, rows, columns)));
    packTernary(format, codes, rows, columns, packed);
    QVERIFY(validTernary(format, packed));
    std::vector<std::int8_t> back(codes.size());
    unpackTernary(format, packed, rows, columns, back);
    QVERIFY(back == codes);

    const std::int64_t stride = lengthOf(columns), yStride = roundUp(rows, 16) + 16;
    std::vector<std::int8_t> padded(size(tokens * stride), 0);
    std::vector<std::int32_t> xSums(size(tokens), 0);
    std::vector<float> inverse(size(tokens)), y(size(tokens * yStride), 12345);
    for (std::int64_t t = 0; t < tokens; ++t) {
        inverse[size(t)] = 0.01f * static_cast<float>(t + 1);
        for (std::int64_t c = 0; c < columns; ++c) {
            padded[size(t * stride + c)] = x[size(t * columns + c)];
            xSums[size(t)] += x[size(t * columns + c)];
        }
    }
    constexpr float absmean = 0.37f;
    const std::int64_t tiles = roundUp(rows, 16) / 16;
    product(packed.data(), tiles, ternaryBlocks(format, columns),
            {padded.data(), stride, xSums.data(), inverse.data(), tokens}, absmean, y.data(), yStride);
    for (std::int64_t t = 0; t < tokens; ++t) {
        for (std::int64_t r = 0; r < rows; ++r) {
            std::int32_t sum = 0;
            for (std::int64_t c = 0; c < columns; ++c) sum += codes[size(r * columns + c)] * x[size(t * columns + c)];
            const float expected = static_cast<float>(sum) * (absmean * inverse[size(t)]);
            if (y[size(t * yStride + r)] != expected)
                QFAIL(qPrintable(QString("%1: %2 rows, %3 columns, %4 tokens: token %5 row %6 is %7, not %8")
                                     .arg(name.c_str())
                                     .arg(rows)
                                     .arg(columns)
                                     .arg(tokens)
                                     .arg(t)
                                     .arg(r)
                                     .arg(static_cast<double>(y[size(t * yStride + r)]))
                                     .arg(static_cast<double>(expected))));
        }
        for (std::int64_t r = rows; r < tiles * 16; ++r) QCOMPARE(y[size(t * yStride + r)], 0.f);
        QCOMPARE(y[size(t * yStride + tiles * 16)], 12345.f);
    }
}

struct NamedProduct {
    std::string name;
    Kernels::Ternary product;
    TernaryFormat format;
};
// Of every set that runs here, in both formats, and the tiled form over arrays: so that it is tested where there is no
// AMX.
std::vector<NamedProduct> ternaryProducts() {
    std::vector<NamedProduct> all{{"tiles as arrays", ternaryOnArrays, TernaryFormat::TwoBit}};
    for (const KernelSet set : availableKernelSets())
        for (const auto format : {TernaryFormat::TwoBit, TernaryFormat::FiveTrits})
            all.push_back({label(set), kernels(set).ternary[static_cast<int>(format)], format});
    return all;
}

}  // namespace

class TestKernels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theBestSetRunsHere() {
        const auto sets = availableKernelSets();
        QVERIFY(!sets.empty());
        QCOMPARE(sets.front(), KernelSet::Scalar);
        for (const KernelSet set : sets) {
            QCOMPARE(kernels(set).set, set);
            QCOMPARE(parseKernelSet(kernelSetName(set)), set);
        }
        QVERIFY_EXCEPTION_THROWN(parseKernelSet("sse9"), Error);
    }

    void ternarySumsOverRandomShapes() {
        for (const auto& [name, product, format] : ternaryProducts()) {
            Random random(7);
            for (int round = 0; round < 60; ++round) {
                const std::int64_t rows = 1 + random.below(70), columns = 1 + random.below(300),
                                   tokens = 1 + random.below(150);
                std::vector<std::int8_t> codes(size(rows * columns)), x(size(tokens * columns));
                for (auto& c : codes) c = static_cast<std::int8_t>(random.below(3) - 1);
                for (auto& c : x) c = static_cast<std::int8_t>(random.below(256) - 128);
                checkTernary(name, product, format, rows, columns, tokens, codes, x);
                if (QTest::currentTestFailed()) return;
            }
        }
    }

    void ternarySumsAtTheExtremes() {
        for (const auto& [name, product, format] : ternaryProducts())
            for (const int weight : {-1, 0, 1})
                for (const int activation : {-128, 127})
                    for (const std::int64_t tokens : {1, 3, 33}) {
                        const std::int64_t rows = 17, columns = 7001;
                        const std::vector<std::int8_t> codes(size(rows * columns), static_cast<std::int8_t>(weight));
                        const std::vector<std::int8_t> x(size(tokens * columns), static_cast<std::int8_t>(activation));
                        checkTernary(name, product, format, rows, columns, tokens, codes, x);
                        if (QTest::currentTestFailed()) return;
                    }
    }

    void ternarySumsOfTheWidestMatrix() {
        const std::int64_t columns = 262144;
        const std::vector<std::int8_t> codes(size(columns), 1), x(size(columns), -128);
        for (const auto& [name, product, format] : ternaryProducts())
            checkTernary(name, product, format, 1, columns, 1, codes, x);
    }

    void alteredTernaryBytesAreSeen() {
        std::vector<std::uint8_t> bytes(64, 0x55);
        QVERIFY(validTernary(TernaryFormat::TwoBit, bytes));
        for (const int shift : {0, 2, 4, 6}) {
            bytes[9] = static_cast<std::uint8_t>(3 << shift);
            QVERIFY(!validTernary(TernaryFormat::TwoBit, bytes));
        }
        bytes[9] = 242;
        QVERIFY(validTernary(TernaryFormat::FiveTrits, bytes));
        bytes[9] = 243;
        QVERIFY(!validTernary(TernaryFormat::FiveTrits, bytes));
    }

    void denseSums() {
        Random random(11);
        for (int round = 0; round < 30; ++round) {
            const std::int64_t tiles = 1 + random.below(3), quads = 1 + random.below(60), tokens = 1 + random.below(15);
            const std::int64_t columns = 4 * quads, xStride = lengthOf(columns), yStride = tiles * 16 + 16;
            const auto x = randomVector(tokens * xStride, random);
            for (const auto format : {DenseFormat::F32, DenseFormat::Bf16, DenseFormat::Int8, DenseFormat::Bf16Short}) {
                // Weights that every format holds exactly, laid out here by the header's words.
                std::vector<float> w(size(tiles * 16 * columns));
                std::vector<std::uint8_t> data(size(tiles * denseTileBytes(format, columns)));
                for (std::int64_t r = 0; r < tiles * 16; ++r)
                    for (std::int64_t c = 0; c < columns; ++c) {
                        const int value = random.below(256) - 128;
                        const auto real = static_cast<float>(value);
                        w[size(r * columns + c)] = real;
                        const std::int64_t block = (r / 16 * quads + c / 4) * 64;
                        const std::int64_t lane = r % 16, k = c % 4;
                        if (format == DenseFormat::F32)
                            reinterpret_cast<float*>(data.data())[block + 16 * k + lane] = real;
                        else if (format == DenseFormat::Bf16)
                            reinterpret_cast<std::uint16_t*>(data.data())[block + k / 2 * 32 + 2 * lane + k % 2] =
                                static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(real) >> 16);
                        else if (format == DenseFormat::Int8)
                            data[size(block + 16 * k + lane)] = static_cast<std::uint8_t>(value);
                        else putShort(data.data() + r / 16 * denseTileBytes(format, columns), lane, c, real);
                    }
                std::vector<float> reference;
                for (const KernelSet set : availableKernelSets()) {
                    std::vector<float> y(size(tokens * yStride), -7.f);
                    kernels(set).dense[static_cast<int>(format)](data.data(), tiles, quads, x.data(), xStride, tokens,
                                                                 y.data(), yStride);
                    for (std::int64_t t = 0; t < tokens; ++t)
                        for (std::int64_t r = 0; r < tiles * 16; ++r) {
                            double expected = 0, magnitude = 1;
                            for (std::int64_t c = 0; c < columns; ++c) {
                                const double term =
                                    static_cast<double>(w[size(r * columns + c)]) * x[size(t * xStride + c)];
                                expected += term;
                                magnitude += std::fabs(term);
                            }
                            QVERIFY(std::fabs(y[size(t * yStride + r)] - expected) <= 1e-6 * magnitude);
                        }
                    if (set == KernelSet::Scalar) reference = y;
                    QVERIFY2(sameBits(y, reference), label(set).c_str());
                    // Alone or beside others, a token's sums are the same.
                    std::vector<float> alone(size(yStride), -7.f);
                    kernels(set).dense[static_cast<int>(format)](data.data(), tiles, quads,
                                                                 x.data() + (tokens - 1) * xStride, xStride, 1,
                                                                 alone.data(), yStride);
                    QVERIFY(sameBits(alone, {y.end() - yStride, y.end()}));
                }
            }
        }
    }

    // Weights in groups, laid out here by the header's words, against sums over the weights themselves.
    void groupedSums() {
        Random random(29);
        for (int round = 0; round < 120; ++round) {
            GroupedFormat format;
            format.bits = 2 << random.below(3);
            format.columns = 16 << random.below(4);
            format.minimums = random.below(2) == 1;
            format.half = random.below(2) == 1;
            const std::int64_t tiles = 1 + random.below(3), groups = 1 + random.below(5), tokens = 1 + random.below(21);
            const std::int64_t columns = groups * format.columns, yStride = tiles * 16 + 16;
            const std::int64_t stride = lengthOf(columns), groupStride = groups + 3, width = 32 / format.bits;
            const std::int64_t tileBytes = groupedTileBytes(format, columns);
            // f16 holds these: quarters below 64.
            const auto number = [&] { return static_cast<float>(random.below(511) - 255) / 4.f; };
            std::vector<std::uint8_t> data(size(tiles * tileBytes));
            std::vector<float> scales(size(tiles * 16 * groups)), minimums(scales.size(), 0.f);
            std::vector<int> codes(size(tiles * 16 * columns));
            const auto put = [&](std::uint8_t* tile, std::int64_t at, float value) {
                if (format.half) reinterpret_cast<std::uint16_t*>(tile)[at] = floatToF16(value);
                else reinterpret_cast<float*>(tile)[at] = value;
            };
            for (std::int64_t row = 0; row < tiles * 16; ++row) {
                std::uint8_t* tile = data.data() + row / 16 * tileBytes;
                for (std::int64_t group = 0; group < groups; ++group) {
                    put(tile, group * 16 + row % 16, scales[size(row * groups + group)] = number());
                    if (format.minimums)
                        put(tile, (groups + group) * 16 + row % 16, minimums[size(row * groups + group)] = number());
                }
                for (std::int64_t column = 0; column < columns; ++column) {
                    const int stored = round == 0 ? (1 << format.bits) - 1 : random.below(1 << format.bits);
                    codes[size(row * columns + column)] = stored - format.offset();
                    std::uint8_t& byte =
                        tile[groupedHeadBytes(format, groups) + column / width * 64 + 4 * (row % 16) + column % 4];
                    byte = static_cast<std::uint8_t>(byte | stored << (column % width / 4 * format.bits));
                }
            }
            std::vector<std::int8_t> x(size(tokens * stride), 0);
            std::vector<float> xScales(size(tokens * groupStride));
            std::vector<std::int32_t> xSums(size(tokens * groupStride), 0);
            for (std::int64_t token = 0; token < tokens; ++token)
                for (std::int64_t column = 0; column < columns; ++column) {
                    const std::int64_t at = token * groupStride + column / format.columns;
                    xScales[size(at)] = 0.01f * static_cast<float>(1 + at % 7);
                    const int value = round < 2 ? (round == 0 ? -127 : 127) : random.below(255) - 127;
                    xSums[size(at)] += x[size(token * stride + column)] = static_cast<std::int8_t>(value);
                }
            const GroupedTokens input{x.data(), stride, xScales.data(), xSums.data(), groupStride, tokens};
            std::vector<float> reference;
            for (const KernelSet set : availableKernelSets()) {
                std::vector<float> y(size(tokens * yStride), -7.f);
                kernels(set).grouped(format, data.data(), tiles, groups, input, y.data(), yStride);
                for (std::int64_t token = 0; token < tokens; ++token) {
                    for (std::int64_t row = 0; row < tiles * 16; ++row) {
                        double expected = 0, magnitude = 1;
                        for (std::int64_t column = 0; column < columns; ++column) {
                            const std::int64_t group = column / format.columns;
                            const double weight = static_cast<double>(scales[size(row * groups + group)]) *
                                                      codes[size(row * columns + column)] +
                                                  static_cast<double>(minimums[size(row * groups + group)]);
                            const double term = weight * x[size(token * stride + column)] *
                                                static_cast<double>(xScales[size(token * groupStride + group)]);
                            expected += term;
                            magnitude += std::fabs(term);
                        }
                        QVERIFY2(std::fabs(y[size(token * yStride + row)] - expected) <= 1e-6 * magnitude,
                                 label(set).c_str());
                    }
                    QCOMPARE(y[size(token * yStride + tiles * 16)], -7.f);
                }
                if (set == KernelSet::Scalar) reference = y;
                QVERIFY2(sameBits(y, reference), label(set).c_str());
                // Alone or beside others, a token's sums are the same.
                std::vector<float> alone(size(yStride), -7.f);
                kernels(set).grouped(format, data.data(), tiles, groups, input.part(tokens - 1, 1), alone.data(),
                                     yStride);
                QVERIFY(sameBits(alone, {y.end() - yStride, y.end()}));
            }
        }
    }

    void quantizing() {
        Random random(3);
        for (int round = 0; round < 200; ++round) {
            const std::int64_t n = 16 * (1 + random.below(20));
            auto x = randomVector(n, random, std::exp2f(static_cast<float>(random.below(40) - 25)));
            if (round % 5 == 0)  // many values halfway between two codes
                for (float& v : x) v = static_cast<float>(random.below(255) - 127) / 2.f;
            if (round == 1) std::fill(x.begin(), x.end(), 0.f);
            if (round == 2) x[5] = 3e38f;
            float max = 0;
            for (const float v : x) max = std::max(max, std::fabs(v));
            max = std::max(max, 1e-5f);
            const float scale = 127.f / max;
            for (const KernelSet set : availableKernelSets()) {
                std::vector<std::int8_t> codes(size(n));
                std::int32_t sum = -1, expectedSum = 0;
                const float inverse = kernels(set).quantize(x.data(), n, codes.data(), &sum);
                QCOMPARE(inverse, max / 127.f);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const float expected = std::clamp(std::nearbyint(x[i] * scale), -128.f, 127.f);
                    QCOMPARE(static_cast<float>(codes[i]), expected);
                    expectedSum += codes[i];
                }
                QCOMPARE(sum, expectedSum);
            }
        }
    }

    void elementwise() {
        Random random(5);
        for (int round = 0; round < 50; ++round) {
            const std::int64_t n = 16 * (1 + random.below(30)), width = n - random.below(16);
            auto x = randomVector(n, random, round % 2 ? 30.f : 1.f), weight = randomVector(n, random),
                 up = randomVector(n, random);
            for (std::int64_t i = width; i < n; ++i) x[size(i)] = weight[size(i)] = up[size(i)] = 0;
            double squares = 0;
            for (const float v : x) squares += static_cast<double>(v) * v;
            const double inverse = 1 / std::sqrt(squares / static_cast<double>(width) + 1e-5);
            std::vector<std::vector<float>> scalar;
            for (const KernelSet set : availableKernelSets()) {
                const Kernels& k = kernels(set);
                const std::size_t functions = 2 + 2 * activations().size();
                std::vector<std::vector<float>> out(functions, std::vector<float>(size(n)));
                k.rmsNorm(x.data(), weight.data(), n, width, 1e-5f, out[0].data());
                k.add(x.data(), up.data(), n, out[1].data());
                for (std::size_t a = 0; a < activations().size(); ++a) {
                    k.activate(activations()[a].activation, x.data(), n, out[2 + 2 * a].data());
                    k.activateGate(activations()[a].activation, x.data(), up.data(), n, out[3 + 2 * a].data());
                }
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const double v = x[i];
                    std::vector<double> expected{v * inverse * weight[i], v + up[i]};
                    for (const ActivationInfo& info : activations()) {
                        const double activated = reference::activate(info.activation, v);
                        expected.insert(expected.end(), {activated, activated * up[i]});
                    }
                    for (std::size_t f = 0; f < functions; ++f)
                        QVERIFY(std::fabs(out[f][i] - expected[f]) <= 1e-6 + 1e-6 * std::fabs(expected[f]));
                }
                if (set == KernelSet::Scalar) scalar = out;
                for (std::size_t f = 0; f < functions; ++f) QVERIFY2(sameBits(out[f], scalar[f]), label(set).c_str());
                std::vector<std::uint16_t> bf16(size(n));
                k.toBf16(x.data(), n, bf16.data());
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const float rounded = std::bit_cast<float>(static_cast<std::uint32_t>(bf16[i]) << 16);
                    QVERIFY(std::fabs(rounded - x[i]) <= std::fabs(x[i]) * 0x1p-8f);
                }
            }
        }
    }

    void attention() {
        Random random(13);
        for (int round = 0; round < 40; ++round) {
            const std::int64_t rows = 1 + random.below(5), group = 1 + random.below(5),
                               stride = 16 * (1 + random.below(5));
            const std::int64_t firstPositions = 1 + random.below(200), positions = firstPositions + rows - 1,
                               rowStride = group * stride + 16;
            const auto queries = randomVector(rows * rowStride, random, 3);
            std::vector<std::int8_t> keyCodes(size(positions * stride)), valueCodes(keyCodes.size());
            for (auto& c : keyCodes) c = static_cast<std::int8_t>(random.below(256) - 128);
            for (auto& c : valueCodes) c = static_cast<std::int8_t>(random.below(256) - 128);
            const auto keyScales = randomVector(positions, random, 0.01f),
                       valueScales = randomVector(positions, random, 0.01f);
            for (const auto format : {CacheFormat::F32, CacheFormat::Bf16, CacheFormat::Int8}) {
                // The same numbers in each format: codes, and in Int8 their scales.
                std::vector<float> keys(keyCodes.begin(), keyCodes.end()), values(valueCodes.begin(), valueCodes.end());
                std::vector<std::uint16_t> keyBits(keys.size()), valueBits(keys.size());
                for (std::size_t i = 0; i < keys.size(); ++i) {
                    keyBits[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(keys[i]) >> 16);
                    valueBits[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(values[i]) >> 16);
                }
                const bool scaled = format == CacheFormat::Int8;
                const float scale = scaled ? 0.3f : 0.001f;
                std::vector<double> expected(queries.size(), 0), expectedSums;
                for (std::int64_t q = 0; q < rows * group; ++q) {
                    const std::int64_t seen = firstPositions + q / group,
                                       at = q / group * rowStride + q % group * stride;
                    std::vector<double> weights(size(seen));
                    double top = -1e300, total = 0;
                    for (std::int64_t p = 0; p < seen; ++p) {
                        double score = 0;
                        for (std::int64_t i = 0; i < stride; ++i)
                            score += static_cast<double>(queries[size(at + i)]) * keys[size(p * stride + i)];
                        weights[size(p)] = score * scale * (scaled ? keyScales[size(p)] : 1.f);
                        top = std::max(top, weights[size(p)]);
                    }
                    for (double& w : weights) total += w = std::exp(w - top);
                    expectedSums.push_back(top + std::log(total));
                    for (std::int64_t p = 0; p < seen; ++p)
                        for (std::int64_t i = 0; i < stride; ++i)
                            expected[size(at + i)] += weights[size(p)] / total * values[size(p * stride + i)] *
                                                      (scaled ? valueScales[size(p)] : 1.f);
                }
                std::vector<float> reference;
                for (const KernelSet set : availableKernelSets()) {
                    std::vector<float> scores(size(rows * group * roundUp(positions, 16))), out(queries.size()),
                        sums(size(rows * group));
                    AttentionTask task{queries.data(),
                                       rows,
                                       group,
                                       rowStride,
                                       keys.data(),
                                       values.data(),
                                       keyScales.data(),
                                       valueScales.data(),
                                       firstPositions,
                                       stride,
                                       scale,
                                       scores.data(),
                                       out.data(),
                                       sums.data()};
                    if (format == CacheFormat::Bf16) task.keys = keyBits.data(), task.values = valueBits.data();
                    if (format == CacheFormat::Int8) task.keys = keyCodes.data(), task.values = valueCodes.data();
                    const auto attend = kernels(set).attention[static_cast<int>(format)];
                    attend(task);
                    for (std::size_t i = 0; i < out.size(); ++i) QVERIFY(std::fabs(out[i] - expected[i]) <= 1e-3);
                    for (std::size_t q = 0; q < sums.size(); ++q)
                        QVERIFY(std::fabs(sums[q] - expectedSums[q]) <= 1e-5 * (1 + std::fabs(expectedSums[q])));
                    if (set == KernelSet::Scalar) reference = out;
                    QVERIFY2(sameBits(out, reference), label(set).c_str());
                    // A row alone gives the same bits.
                    task.logSumExp = nullptr;
                    std::vector<float> alone(out.size());
                    for (std::int64_t row = 0; row < rows; ++row) {
                        task.queries = queries.data() + row * rowStride;
                        task.out = alone.data() + row * rowStride;
                        task.rows = 1;
                        task.positions = firstPositions + row;
                        attend(task);
                    }
                    QVERIFY2(sameBits(alone, reference), label(set).c_str());
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestKernels)
#include "test_kernels.moc"
