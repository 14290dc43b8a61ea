// The fused attention kernels against attention written out in double, forward and every gradient, over shapes,
// document borders, grouped heads and rotation; and the fp32 forward that training shares with the packed engine.
#include <QTest>
#include <cmath>
#include <vector>

#include "core/base/random.h"
#include "core/device/processor.h"
#include "core/formats/safetensors.h"
#include "core/kernels/attention.h"
#include "core/kernels/attention_rows.h"

using namespace tritlab;

namespace {

struct Case {
    std::int64_t batch, length, heads, kvHeads, headSize;
    bool documents, rotation;
};

// Everything in double, [B, T, heads, D] without padding.
struct Reference {
    std::vector<double> out, logSumExp, queryGradient, keyGradient, valueGradient;
};

void rotate(std::vector<double>& rows, const Case& c, std::int64_t heads, const std::vector<float>& cosines,
            const std::vector<float>& sines, double direction) {
    if (!c.rotation) return;
    const std::int64_t d = c.headSize, half = d / 2;
    for (std::int64_t row = 0; row < c.batch * c.length * heads; ++row) {
        const std::int64_t t = row / heads % c.length;
        for (std::int64_t i = 0; i < half; ++i) {
            const double cosine = cosines[static_cast<std::size_t>(t * half + i)];
            const double sine = direction * sines[static_cast<std::size_t>(t * half + i)];
            double& x = rows[static_cast<std::size_t>(row * d + i)];
            double& y = rows[static_cast<std::size_t>(row * d + half + i)];
            const double rotated = x * cosine - y * sine;
            y = y * cosine + x * sine;
            x = rotated;
        }
    }
}

Reference reference(const Case& c, std::vector<double> q, std::vector<double> k, const std::vector<double>& v,
                    const std::vector<double>& g, const std::vector<std::int32_t>& starts,
                    const std::vector<float>& cosines, const std::vector<float>& sines) {
    rotate(q, c, c.heads, cosines, sines, 1);
    rotate(k, c, c.kvHeads, cosines, sines, 1);
    const std::int64_t d = c.headSize, group = c.heads / c.kvHeads;
    const double scale = 1 / std::sqrt(static_cast<double>(d));
    Reference r{std::vector<double>(q.size()), std::vector<double>(q.size() / static_cast<std::size_t>(d)),
                std::vector<double>(q.size()), std::vector<double>(k.size()), std::vector<double>(v.size())};
    const auto at = [&](std::int64_t b, std::int64_t t, std::int64_t h, std::int64_t heads) {
        return static_cast<std::size_t>(((b * c.length + t) * heads + h) * d);
    };
    for (std::int64_t b = 0; b < c.batch; ++b) {
        for (std::int64_t h = 0; h < c.heads; ++h) {
            for (std::int64_t t = 0; t < c.length; ++t) {
                const std::int64_t first = starts[static_cast<std::size_t>(b * c.length + t)];
                std::vector<double> p, dp;
                double total = 0, correction = 0;
                const std::size_t qi = at(b, t, h, c.heads);
                for (std::int64_t n = first; n <= t; ++n) {
                    const std::size_t ki = at(b, n, h / group, c.kvHeads);
                    double dot = 0;
                    for (std::int64_t i = 0; i < d; ++i) dot += q[qi + size_t(i)] * k[ki + size_t(i)];
                    p.push_back(std::exp(dot * scale));
                    total += p.back();
                }
                for (double& value : p) value /= total;
                r.logSumExp[qi / static_cast<std::size_t>(d)] = std::log(total);
                for (std::int64_t n = first; n <= t; ++n) {
                    const std::size_t vi = at(b, n, h / group, c.kvHeads);
                    double dot = 0;
                    for (std::int64_t i = 0; i < d; ++i) {
                        r.out[qi + size_t(i)] += p[size_t(n - first)] * v[vi + size_t(i)];
                        r.valueGradient[vi + size_t(i)] += p[size_t(n - first)] * g[qi + size_t(i)];
                        dot += g[qi + size_t(i)] * v[vi + size_t(i)];
                    }
                    dp.push_back(dot);
                    correction += dot * p[size_t(n - first)];
                }
                for (std::int64_t n = first; n <= t; ++n) {
                    const std::size_t ki = at(b, n, h / group, c.kvHeads);
                    const double ds = p[size_t(n - first)] * (dp[size_t(n - first)] - correction) * scale;
                    for (std::int64_t i = 0; i < d; ++i) {
                        r.queryGradient[qi + size_t(i)] += ds * k[ki + size_t(i)];
                        r.keyGradient[ki + size_t(i)] += ds * q[qi + size_t(i)];
                    }
                }
            }
        }
    }
    rotate(r.queryGradient, c, c.heads, cosines, sines, -1);
    rotate(r.keyGradient, c, c.kvHeads, cosines, sines, -1);
    return r;
}

std::vector<Bf16Bits> randomRows(std::int64_t count, std::uint64_t stream) {
    std::vector<Bf16Bits> rows(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = floatToBf16(
            static_cast<float>(3 * (randomUniform(3, stream, 2 * i) + randomUniform(3, stream, 2 * i + 1) - 1)));
    return rows;
}

std::vector<double> widen(const std::vector<Bf16Bits>& rows) {
    std::vector<double> out;
    for (const Bf16Bits bits : rows) out.push_back(bf16ToFloat(bits));
    return out;
}

double valueOf(Bf16Bits bits) { return bf16ToFloat(bits); }
double valueOf(float value) { return value; }

template <typename T>
double relativeError(const std::vector<T>& got, const std::vector<double>& want) {
    double error = 0, size = 0;
    for (std::size_t i = 0; i < want.size(); ++i) {
        error += std::pow(valueOf(got[i]) - want[i], 2);
        size += want[i] * want[i];
    }
    return std::sqrt(error / size);
}

// bf16 keeps 8 bits: probabilities and results rounded to it differ by 2^-9 each at most, a few roundings in a row.
constexpr double tolerance = 0.008;

// Random rows of a case, and what attention of them is.
struct Problem {
    Case c;
    std::int64_t rows = 0;
    std::vector<Bf16Bits> q, k, v, g;
    std::vector<std::int32_t> starts;
    std::vector<float> cosines, sines;
    Reference want;

    Problem(const QList<qint64>& shape, bool documents, bool rotation)
        : c{shape[0], shape[1], shape[2], shape[3], shape[4], documents, rotation}, rows(c.batch * c.length),
          q(randomRows(rows * c.heads * c.headSize, 1)), k(randomRows(rows * c.kvHeads * c.headSize, 2)),
          v(randomRows(rows * c.kvHeads * c.headSize, 3)), g(randomRows(rows * c.heads * c.headSize, 4)),
          starts(static_cast<std::size_t>(rows), 0) {
        const std::int64_t d = c.headSize;
        for (std::int64_t b = 0; b < c.batch && documents; ++b)
            for (std::int64_t t = 1; t < c.length; ++t)
                starts[size_t(b * c.length + t)] = randomBits(9, std::uint64_t(b), std::uint64_t(t)) % 50 == 0
                                                       ? static_cast<std::int32_t>(t)
                                                       : starts[size_t(b * c.length + t - 1)];
        for (std::int64_t t = 0; t < c.length; ++t) {
            for (std::int64_t i = 0; i < d / 2; ++i) {
                const double angle =
                    static_cast<double>(t) * std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(d));
                cosines.push_back(static_cast<float>(std::cos(angle)));
                sines.push_back(static_cast<float>(std::sin(angle)));
            }
        }
        want = reference(c, widen(q), widen(k), widen(v), widen(g), starts, cosines, sines);
    }
    [[nodiscard]] AttentionShape shape() const {
        const std::int64_t d = c.headSize;
        return {c.batch, c.length, c.heads, c.kvHeads, d, c.heads * d, c.kvHeads * d, c.kvHeads * d, c.heads * d};
    }
    [[nodiscard]] std::int64_t tasks() const { return c.batch * c.kvHeads; }
    [[nodiscard]] const std::int32_t* documentStart() const { return c.documents ? starts.data() : nullptr; }
    // In fp32, rotated.
    [[nodiscard]] std::vector<float> turned(const std::vector<Bf16Bits>& of, std::int64_t heads) const {
        std::vector<double> wide = widen(of);
        rotate(wide, c, heads, cosines, sines, 1);
        return {wide.begin(), wide.end()};
    }
};

void addShapes() {
    QTest::addColumn<QList<qint64>>("shape");
    QTest::addColumn<bool>("documents");
    QTest::addColumn<bool>("rotation");
    QTest::newRow("one block") << QList<qint64>{1, 64, 1, 1, 64} << false << false;
    QTest::newRow("blocks") << QList<qint64>{2, 192, 2, 2, 64} << false << true;
    QTest::newRow("tail") << QList<qint64>{1, 131, 2, 2, 32} << false << true;
    QTest::newRow("shorter than a block") << QList<qint64>{3, 7, 2, 1, 16} << false << true;
    QTest::newRow("one token") << QList<qint64>{2, 1, 1, 1, 16} << false << true;
    QTest::newRow("grouped heads") << QList<qint64>{1, 130, 6, 2, 48} << false << true;
    QTest::newRow("documents") << QList<qint64>{2, 200, 2, 1, 64} << true << true;
    QTest::newRow("wide heads") << QList<qint64>{1, 70, 2, 1, 128} << true << true;
    QTest::newRow("odd width") << QList<qint64>{1, 100, 3, 3, 80} << true << false;
}

Problem fetched() {
    QFETCH(QList<qint64>, shape);
    QFETCH(bool, documents);
    QFETCH(bool, rotation);
    return {shape, documents, rotation};
}

}  // namespace

class TestAttentionKernel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithAttentionWrittenOut_data() { addShapes(); }
    void agreesWithAttentionWrittenOut() {
        if (!fusedAttentionAvailable()) QSKIP("this processor has no AVX512-BF16");
        const Problem p = fetched();
        const AttentionShape shape = p.shape();
        const AttentionInputs inputs{p.q.data(),
                                     p.k.data(),
                                     p.v.data(),
                                     p.documentStart(),
                                     p.c.rotation ? p.cosines.data() : nullptr,
                                     p.c.rotation ? p.sines.data() : nullptr};
        std::vector<Bf16Bits> out(p.q.size()), dq(p.q.size()), dk(p.k.size()), dv(p.v.size());
        std::vector<float> lse(static_cast<std::size_t>(p.rows * p.c.heads));
        for (std::int64_t task = 0; task < p.tasks(); ++task)
            attentionForward(shape, inputs, out.data(), lse.data(), task, task + 1);
        QVERIFY2(relativeError(out, p.want.out) < tolerance,
                 qPrintable(QString::number(relativeError(out, p.want.out))));
        attentionBackward(shape, inputs, out.data(), p.g.data(), lse.data(), {dq.data(), dk.data(), dv.data()}, 0,
                          p.tasks());
        QVERIFY2(relativeError(dv, p.want.valueGradient) < tolerance,
                 qPrintable(QString::number(relativeError(dv, p.want.valueGradient))));
        if (p.c.length == 1) return;  // one key: the probabilities are 1 and these gradients 0
        QVERIFY2(relativeError(dq, p.want.queryGradient) < tolerance,
                 qPrintable(QString::number(relativeError(dq, p.want.queryGradient))));
        QVERIFY2(relativeError(dk, p.want.keyGradient) < tolerance,
                 qPrintable(QString::number(relativeError(dk, p.want.keyGradient))));
    }

    void floatRowsAgreeToo_data() {
        addShapes();
        QTest::newRow("no multiple of a lane") << QList<qint64>{2, 33, 6, 3, 20} << true << true;
    }
    void floatRowsAgreeToo() {
        const Problem p = fetched();
        const std::vector<float> q = p.turned(p.q, p.c.heads), k = p.turned(p.k, p.c.kvHeads);
        std::vector<float> v;
        for (const Bf16Bits bits : p.v) v.push_back(bf16ToFloat(bits));
        std::vector<float> out(q.size()), sums(static_cast<std::size_t>(p.rows * p.c.heads));
        for (std::int64_t task = 0; task < p.tasks(); ++task)
            attentionRows(p.shape(), {q.data(), k.data(), v.data(), p.documentStart()}, out.data(), sums.data(), task,
                          task + 1);
        QVERIFY2(relativeError(out, p.want.out) < 1e-6, qPrintable(QString::number(relativeError(out, p.want.out))));
        QVERIFY2(relativeError(sums, p.want.logSumExp) < 1e-6,
                 qPrintable(QString::number(relativeError(sums, p.want.logSumExp))));
    }
};

QTEST_APPLESS_MAIN(TestAttentionKernel)
#include "test_attention_kernel.moc"
