// The row kernels of training against float64 loops over random shapes and tails, and every set of kernels against the
// scalar one, to the bit.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/architecture/activations.h"
#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/kernels/quantizers.h"
#include "core/kernels/train_kernels.h"
#include "tests/core/kernels/activation_reference.h"

using namespace tritlab;

namespace {

double value(float x) { return static_cast<double>(x); }
double value(std::uint16_t x) { return static_cast<double>(bf16ToFloat(x)); }
void set(float& to, double x) { to = static_cast<float>(x); }
void set(std::uint16_t& to, double x) { to = floatToBf16(static_cast<float>(x)); }
template <typename T>
constexpr double roundingOf = sizeof(T) == 4 ? 2e-6 : 5e-3;  // relative to a row's largest value

template <typename T>
std::vector<T> randomRows(std::size_t n, std::uint64_t seed, double scale = 2) {
    std::vector<T> x(n);
    for (std::size_t i = 0; i < n; ++i) set(x[i], scale * (2 * randomUniform(seed, 3, i) - 1));
    return x;
}

struct Shape {
    Prologue kind;
    std::int64_t rows, width;
};

using reference::activate;
using reference::slope;

// One row in float64: value, and gradients of sum(dy * y). terms: the largest of the terms that dx is a difference of.
struct NaiveRow {
    std::vector<double> y, dx, dw;
    double terms = 1e-3;
};
template <typename T>
NaiveRow naiveRow(const Prologue& kind, const T* x, const float* w, std::int64_t width, const std::vector<double>& dy) {
    const auto n = static_cast<std::size_t>(width);
    std::vector<double> a(n), da = dy;
    for (std::size_t i = 0; i < n; ++i)
        a[i] = activate(kind.activation, value(x[i])) * (kind.gated ? value(x[n + i]) : 1);
    NaiveRow row{a, std::vector<double>(kind.gated ? 2 * n : n), std::vector<double>(n)};
    double rstd = 1;
    if (kind.norm) {
        double squares = 0, dot = 0;
        for (const double v : a) squares += v * v;
        rstd = 1 / std::sqrt(squares / static_cast<double>(width) + static_cast<double>(kind.eps));
        for (std::size_t i = 0; i < n; ++i) {
            row.y[i] = a[i] * rstd * value(w[i]);
            row.dw[i] = dy[i] * a[i] * rstd;
            dot += dy[i] * value(w[i]) * a[i] * rstd;
        }
        for (std::size_t i = 0; i < n; ++i)
            da[i] = rstd * (dy[i] * value(w[i]) - a[i] * rstd * dot / static_cast<double>(width));
    }
    for (std::size_t i = 0; i < n; ++i) {
        const double x0 = value(x[i]);
        const double factor = slope(kind.activation, x0) * (kind.gated ? value(x[n + i]) : 1);
        row.dx[i] = da[i] * factor;
        const double term = rstd * std::abs(dy[i]) * (kind.norm ? std::abs(value(w[i])) : 1);
        row.terms = std::max({row.terms, term * std::abs(factor), term * std::abs(activate(kind.activation, x0))});
        if (kind.gated) row.dx[n + i] = da[i] * activate(kind.activation, x0);
    }
    return row;
}

std::vector<const TrainKernels*> sets() {
    std::vector<const TrainKernels*> all;
    for (const char* name : {"scalar", "avx2", "avx512"})
        if (const TrainKernels* kernels = trainKernels(name)) all.push_back(kernels);
    return all;
}

template <typename T>
const RowKernels<T>& tableOf(const TrainKernels& kernels) {
    if constexpr (sizeof(T) == 4) return kernels.f32;
    else return kernels.bf16;
}

template <typename T>
void near(const T* actual, const std::vector<double>& expected, const char* what, double atLeast = 1e-3) {
    double largest = atLeast;
    for (const double v : expected) largest = std::max(largest, std::abs(v));
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY2(std::abs(value(actual[i]) - expected[i]) <= roundingOf<T> * largest, what);
}

std::vector<Shape> shapes() {
    std::vector<Shape> all;
    std::vector<Activation> kinds{Activation::None};
    for (const ActivationInfo& info : activations()) kinds.push_back(info.activation);
    for (const Activation activation : kinds)
        for (const bool gated : {false, true})
            for (const bool norm : {false, true})
                for (const std::int64_t width : {1, 5, 16, 40, 129})
                    if (activation != Activation::None || !gated)
                        all.push_back({{activation, gated, norm, 1e-5F}, 3, width});
    return all;
}

template <typename T>
struct PrologueRun {
    std::vector<T> y, blended, dx;
    std::vector<std::int8_t> codes;
    std::vector<float> inverse, rstd, dw;
    std::vector<T> codeValues;
};

template <typename T>
PrologueRun<T> runPrologue(const TrainKernels& machine, const Shape& s, const std::vector<T>& x,
                           const std::vector<float>& w, const std::vector<T>& dy) {
    const auto rows = static_cast<std::size_t>(s.rows), width = static_cast<std::size_t>(s.width);
    PrologueRun<T> run{std::vector<T>(rows * width), std::vector<T>(rows * width),
                       std::vector<T>(x.size()),     std::vector<std::int8_t>(rows * width),
                       std::vector<float>(rows),     std::vector<float>(rows),
                       std::vector<float>(width),    std::vector<T>(rows * width)};
    const PrologueRows<T> input{s.kind, x.data(), s.kind.norm ? w.data() : nullptr, run.rstd.data(), s.width};
    std::vector<float> scratch(2 * width);
    const RowKernels<T>& kernels = tableOf<T>(machine);
    kernels.prologue(input, 0, s.rows, 0, scratch.data(), run.y.data());
    kernels.prologue(input, 0, s.rows, 0.25F, scratch.data(), run.blended.data());
    kernels.prologueCodes(input, 0, s.rows, scratch.data(), run.codes.data(), run.inverse.data());
    kernels.prologueCodeValues(input, 0, s.rows, scratch.data(), run.codeValues.data());
    kernels.prologueBackward(input, 0, s.rows, dy.data(), 0.5F, scratch.data(), run.dw.data(), run.dx.data());
    return run;
}

template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <typename T>
void checkPrologue(const Shape& s, std::uint64_t seed) {
    const auto rows = static_cast<std::size_t>(s.rows), width = static_cast<std::size_t>(s.width);
    const std::size_t inputWidth = s.kind.gated ? 2 * width : width;
    const std::vector<T> x = randomRows<T>(rows * inputWidth, seed), dy = randomRows<T>(rows * width, seed + 1);
    const std::vector<float> w = randomRows<float>(width, seed + 2);
    const PrologueRun<T> scalar = runPrologue<T>(*trainKernels("scalar"), s, x, w, dy);
    std::vector<double> dw(width);
    for (std::size_t r = 0; r < rows; ++r) {
        std::vector<double> g(width);
        for (std::size_t i = 0; i < width; ++i) g[i] = 0.5 * value(dy[r * width + i]);
        const NaiveRow naive = naiveRow(s.kind, x.data() + r * inputWidth, w.data(), s.width, g);
        near(scalar.y.data() + r * width, naive.y, "prologue");
        near(scalar.dx.data() + r * inputWidth, naive.dx, "prologue backward", naive.terms);
        for (std::size_t i = 0; i < width; ++i) dw[i] += naive.dw[i];
        // The codes quantize the row as fp32 has it, and the blend lies a quarter of the way to them.
        double max = 1e-5;
        for (const double v : naive.y) max = std::max(max, std::abs(v));
        QVERIFY(std::abs(static_cast<double>(scalar.inverse[r]) * 127 - max) <= 3e-6 * max);
        std::vector<double> blend(width);
        for (std::size_t i = 0; i < width; ++i) {
            const double exact = naive.y[i] * 127 / max;
            QVERIFY(std::abs(exact - scalar.codes[r * width + i]) <= 0.5 + 1e-3);
            QCOMPARE(value(scalar.codeValues[r * width + i]), static_cast<double>(scalar.codes[r * width + i]));
            blend[i] = naive.y[i] + 0.25 * (scalar.codes[r * width + i] * max / 127 - naive.y[i]);
        }
        near(scalar.blended.data() + r * width, blend, "blend");
    }
    if (s.kind.norm) near(scalar.dw.data(), dw, "norm gradient");
    for (const TrainKernels* kernels : sets()) {
        const PrologueRun<T> run = runPrologue<T>(*kernels, s, x, w, dy);
        QVERIFY2(same(run.y, scalar.y) && same(run.blended, scalar.blended) && same(run.dx, scalar.dx),
                 kernels->name.data());
        QVERIFY2(same(run.codes, scalar.codes) && same(run.inverse, scalar.inverse) && same(run.dw, scalar.dw),
                 kernels->name.data());
        QVERIFY2(same(run.codeValues, scalar.codeValues), kernels->name.data());
    }
}

template <typename T>
void checkCrossEntropy(std::int64_t vocab, std::uint64_t seed) {
    const std::vector<T> logits = randomRows<T>(static_cast<std::size_t>(vocab), seed, 20);
    for (const std::int64_t target : {std::int64_t{0}, vocab / 2, vocab - 1}) {
        double mass = 0;
        for (const T v : logits) mass += std::exp(value(v));
        const double expected = std::log(mass) - value(logits[static_cast<std::size_t>(target)]);
        std::vector<double> gradient;
        for (const T v : logits) gradient.push_back(std::exp(value(v)) / mass);
        gradient[static_cast<std::size_t>(target)] -= 1;
        std::vector<T> first;
        for (const TrainKernels* kernels : sets()) {
            std::vector<T> row = logits;
            const float loss = tableOf<T>(*kernels).crossEntropy(row.data(), vocab, target, false);
            QVERIFY(same(row, logits));
            QVERIFY(std::abs(value(loss) - expected) <= 1e-5 * std::max(1.0, expected));
            QCOMPARE(tableOf<T>(*kernels).crossEntropy(row.data(), vocab, target, true), loss);
            near(row.data(), gradient, "softmax gradient", 5.0);  // e^x near x = 40 loses five bits of x
            if (first.empty()) first = row;
            QVERIFY2(same(row, first), kernels->name.data());
        }
    }
}

template <typename T>
void checkPasses(std::int64_t rows, std::int64_t columns) {
    const auto n = static_cast<std::size_t>(rows * columns);
    const std::vector<T> a = randomRows<T>(n, 1), b = randomRows<T>(n, 2);
    const std::vector<float> rowScale = randomRows<float>(static_cast<std::size_t>(rows), 3),
                             floats = randomRows<float>(n, 5);
    const std::vector<float> columnScale = randomRows<float>(static_cast<std::size_t>(columns), 4);
    std::vector<std::int32_t> sums(n);
    std::vector<std::int8_t> codes(n);
    for (std::size_t i = 0; i < n; ++i) {
        sums[i] = static_cast<std::int32_t>(randomBits(6, 1, i) % 400000) - 200000;
        codes[i] = static_cast<std::int8_t>(static_cast<int>(randomBits(7, 1, i) % 255) - 127);
    }
    for (const TrainKernels* kernels : sets()) {
        const RowKernels<T>& k = tableOf<T>(*kernels);
        std::vector<T> total(n), scaled(n), byRow(n), byColumn(n), fromCodes(n), fromFloat(n), blended(n);
        std::vector<float> toFloat(n), added = floats;
        k.add(a.data(), b.data(), rows * columns, total.data());
        k.scaleSums(sums.data(), 0, rows, columns, rowScale.data(), columnScale.data(), scaled.data());
        k.scaleGradient(a.data(), 0, rows, columns, rowScale.data(), columnScale.data(), byRow.data(), byColumn.data());
        k.fromCodes(codes.data(), rows * columns, fromCodes.data());
        k.fromFloat(floats.data(), rows * columns, fromFloat.data());
        k.toFloat(a.data(), rows * columns, toFloat.data());
        k.addToFloat(a.data(), rows * columns, 0.5F, added.data());
        k.blendWeights(floats.data(), codes.data(), 0.5F, 0.25F, rows * columns, blended.data());
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t r = i / static_cast<std::size_t>(columns), c = i % static_cast<std::size_t>(columns);
            const auto x = static_cast<float>(value(a[i]));
            T expected;
            set(expected, x + static_cast<float>(value(b[i])));
            QCOMPARE(total[i], expected);
            set(expected, static_cast<float>(sums[i]) * (columnScale[c] * rowScale[r]));
            QCOMPARE(scaled[i], expected);
            set(expected, x * rowScale[r]);
            QCOMPARE(byRow[i], expected);
            set(expected, x * columnScale[c]);
            QCOMPARE(byColumn[i], expected);
            set(expected, codes[i]);
            QCOMPARE(fromCodes[i], expected);
            set(expected, floats[i]);
            QCOMPARE(fromFloat[i], expected);
            QCOMPARE(toFloat[i], x);
            QCOMPARE(added[i], floats[i] + x * 0.5F);
            set(expected, floats[i] + 0.25F * (static_cast<float>(codes[i]) * 0.5F - floats[i]));
            QCOMPARE(blended[i], expected);
        }
    }
}

template <typename T>
void checkRotation(std::int64_t headSize) {
    constexpr std::int64_t rows = 6, period = 3, heads = 2, stride = 3;  // the third head stays as it is
    const std::int64_t half = headSize / 2;
    const std::vector<T> x = randomRows<T>(static_cast<std::size_t>(rows * stride * headSize), 11);
    std::vector<float> cosine, sine;
    for (std::int64_t i = 0; i < period * half; ++i) {
        cosine.push_back(std::cos(static_cast<float>(i)));
        sine.push_back(std::sin(static_cast<float>(i)));
    }
    for (const TrainKernels* kernels : sets()) {
        std::vector<T> y = x;
        const auto rotate = tableOf<T>(*kernels).rotate;
        rotate(y.data(), stride * headSize, 0, rows, period, heads, headSize, cosine.data(), sine.data(), 1);
        std::vector<double> expected;
        for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t h = 0; h < stride; ++h)
                for (std::int64_t i = 0; i < headSize; ++i) {
                    const std::int64_t j = i % half, at = (r * stride + h) * headSize, angle = r % period * half + j;
                    const double c = value(cosine[static_cast<std::size_t>(angle)]),
                                 s = value(sine[static_cast<std::size_t>(angle)]);
                    const double first = value(x[static_cast<std::size_t>(at + j)]),
                                 second = value(x[static_cast<std::size_t>(at + half + j)]);
                    expected.push_back(h == heads ? value(x[static_cast<std::size_t>(at + i)])
                                       : i < half ? first * c - second * s
                                                  : second * c + first * s);
                }
        near(y.data(), expected, "rotation");
        rotate(y.data(), stride * headSize, 0, rows, period, heads, headSize, cosine.data(), sine.data(), -1);
        std::vector<double> back;
        for (const T v : x) back.push_back(value(v));
        near(y.data(), back, "rotation back");
    }
}

}  // namespace

class TestTrainKernels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void prologue() {
        std::uint64_t seed = 100;
        for (const Shape& shape : shapes()) {
            checkPrologue<float>(shape, seed += 10);
            checkPrologue<std::uint16_t>(shape, seed += 10);
        }
    }
    void crossEntropy() {
        for (const std::int64_t vocab : {1, 2, 15, 16, 17, 48, 1003}) {
            checkCrossEntropy<float>(vocab, static_cast<std::uint64_t>(vocab));
            checkCrossEntropy<std::uint16_t>(vocab, static_cast<std::uint64_t>(vocab));
        }
    }
    void passes() {
        for (const std::int64_t columns : {1, 15, 16, 50}) {
            checkPasses<float>(3, columns);
            checkPasses<std::uint16_t>(3, columns);
        }
    }
    void rotation() {
        for (const std::int64_t headSize : {2, 8, 32, 40, 64}) {
            checkRotation<float>(headSize);
            checkRotation<std::uint16_t>(headSize);
        }
    }
    void allSetsOfThisMachineAreTested() { QCOMPARE(sets().back()->name, trainKernels().name); }
};

QTEST_APPLESS_MAIN(TestTrainKernels)
#include "test_train_kernels.moc"
