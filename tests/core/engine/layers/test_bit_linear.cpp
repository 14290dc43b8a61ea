// BitLinear's node: each of its three paths against the formula written out, gradients against the straight-through
// ones and the prologue's against finite differences, one quantization a parameter version.
#include <QTest>
#include <cmath>
#include <functional>
#include <limits>

#include "core/engine/layers/bit_linear.h"
#include "core/engine/layers/prologue_node.h"
#include "core/kernels/quantizers.h"
#include "tests/core/engine/layers/tensors.h"

using namespace tritlab;
using namespace tritlab::test;

namespace {

at::Tensor leaf(at::IntArrayRef shape, std::uint64_t seed, double scale = 1.0) {
    return randomTensor(shape, seed, scale).requires_grad_(true);
}

struct QuantizedRows {
    at::Tensor codes, inverse;  // int64 [N, in], fp32 [N]
};
QuantizedRows quantizeRows(const at::Tensor& x) {
    const at::Tensor rows = x.detach().to(at::kFloat).contiguous();
    at::Tensor codes = at::empty(rows.sizes(), at::kChar), inverse = at::empty({rows.size(0)}, at::kFloat);
    const auto width = static_cast<std::size_t>(rows.size(1));
    for (std::int64_t r = 0; r < rows.size(0); ++r)
        inverse.data_ptr<float>()[r] = int8Codes({rows.data_ptr<float>() + r * rows.size(1), width},
                                                 {codes.data_ptr<std::int8_t>() + r * rows.size(1), width});
    return {codes.to(at::kLong), inverse};
}

struct QuantizedWeight {
    at::Tensor codes;  // int64
    float absmean = 0;
};
QuantizedWeight quantizeWeight(const at::Tensor& w) {
    const at::Tensor values = w.detach().contiguous();
    const std::span<const float> all(values.data_ptr<float>(), static_cast<std::size_t>(values.numel()));
    at::Tensor codes = at::empty(values.sizes(), at::kChar);
    const float mean = absmean(all);
    ternaryCodes(all, mean, {codes.data_ptr<std::int8_t>(), all.size()});
    return {codes.to(at::kLong), mean};
}

// float(sum) * (absmean * inverse), every operation in fp32, from sums in int64.
at::Tensor integerReference(const at::Tensor& x, const at::Tensor& w) {
    const QuantizedRows rows = quantizeRows(x);
    const QuantizedWeight weight = quantizeWeight(w);
    const at::Tensor sums = at::matmul(rows.codes, weight.codes.t());
    at::Tensor y = at::empty(sums.sizes(), at::kFloat);
    for (std::int64_t r = 0; r < sums.size(0); ++r)
        for (std::int64_t c = 0; c < sums.size(1); ++c)
            y[r][c] =
                static_cast<float>(sums[r][c].item<std::int64_t>()) * (weight.absmean * rows.inverse[r].item<float>());
    return y;
}

// A loss with a gradient that differs everywhere.
at::Tensor weighted(const at::Tensor& y, std::uint64_t seed) {
    return (y.to(at::kFloat) * randomTensor(y.sizes(), seed)).sum();
}

double finiteDifference(const std::function<double()>& f, float& value, float step) {
    const float kept = value;
    value = kept + step;
    const double high = f();
    const double reached = static_cast<double>(value);
    value = kept - step;
    const double low = f();
    const double span = reached - static_cast<double>(value);
    value = kept;
    return (high - low) / span;
}

constexpr Prologue normOnly{.norm = true};

}  // namespace

class TestBitLinear : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lambdaZeroIsDense() {
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
            const at::Tensor w = leaf({24, 40}, 1), x = randomTensor({7, 40}, 2, 1, type);
            BitLinear ternary({w}, type, WeightQuantizer{}), dense({w}, type, std::nullopt);
            const at::Tensor y = ternary.forward(x, {}, {}, 0, 0);
            QVERIFY(sameBits(y, dense.forward(x, {}, {}, 1, 0)));
            QVERIFY(sameBits(y, at::mm(x, w.detach().to(type).t())));
            QCOMPARE(ternary.quantizations(), std::uint64_t{0});
        }
    }

    void lambdaOneIsTheIntegerProduct_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("out");
        QTest::newRow("one") << 1 << 1 << 1;
        QTest::newRow("odd") << 5 << 37 << 19;
        QTest::newRow("blocks") << 33 << 128 << 65;
        QTest::newRow("deep") << 3 << 2048 << 8;
    }
    void lambdaOneIsTheIntegerProduct() {
        QFETCH(int, rows);
        QFETCH(int, in);
        QFETCH(int, out);
        const at::Tensor w = leaf({out, in}, 3, 0.05);
        const at::Tensor x = randomTensor({rows, in}, 4, 3, at::kBFloat16);  // exact in both types
        const at::Tensor reference = integerReference(x, w);
        BitLinear fp32({w}, at::kFloat, WeightQuantizer{}), bf16({w}, at::kBFloat16, WeightQuantizer{});
        QVERIFY(sameBits(fp32.forward(x.to(at::kFloat), {}, {}, 1, 0), reference));
        QVERIFY(sameBits(bf16.forward(x, {}, {}, 1, 0), reference.to(at::kBFloat16)));
    }

    void betweenIsBlended() {
        constexpr double lambda = 0.3;
        const at::Tensor w = leaf({9, 20}, 5), x = randomTensor({4, 20}, 6);
        const QuantizedRows rows = quantizeRows(x);
        const QuantizedWeight weight = quantizeWeight(w);
        const at::Tensor xq = rows.codes.to(at::kFloat) * rows.inverse.unsqueeze(1),
                         wq = weight.codes.to(at::kFloat) * weight.absmean;
        const at::Tensor reference = at::mm(x + lambda * (xq - x), (w.detach() + lambda * (wq - w.detach())).t());
        BitLinear group({w}, at::kFloat, WeightQuantizer{});
        QCOMPARE_LE(relativeDifference(group.forward(x, {}, {}, lambda, 0), reference), 1e-6);
        // Near its ends the blend comes near to the other two paths.
        QCOMPARE_LE(relativeDifference(group.forward(x, {}, {}, 1e-6, 0), group.forward(x, {}, {}, 0, 0)), 1e-4);
        QCOMPARE_LE(relativeDifference(group.forward(x, {}, {}, 1 - 1e-6, 0), group.forward(x, {}, {}, 1, 0)), 1e-4);
    }

    // A bias comes after the product, whatever lambda is, and its gradient is the sum of the rows.
    void biasesAreAddedAndSummed() {
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16})
            for (const double lambda : {0.0, 0.4, 1.0})
                for (const int rows : {1, 70, 3000}) {
                    const at::Tensor v = leaf({9, 20}, 7), w = leaf({5, 20}, 8), b = leaf({9}, 9), c = leaf({5}, 10);
                    const at::Tensor x = randomTensor({rows, 20}, 11, 1, type);
                    BitLinear with({v, w}, type, WeightQuantizer{}, {b, c}), without({v, w}, type, WeightQuantizer{});
                    const at::Tensor y = with.forward(x, {}, {}, lambda, 0);
                    const at::Tensor both = at::cat({b.detach(), c.detach()}).to(type);
                    QVERIFY(sameBits(y, without.forward(x, {}, {}, lambda, 0) + both));
                    const at::Tensor g = randomTensor({rows, 14}, 12, 1, type);
                    y.backward(g);
                    const at::Tensor sums = g.to(at::kDouble).sum(0);
                    QCOMPARE_LE(relativeDifference(b.grad(), sums.narrow(0, 0, 9).to(at::kFloat)), 1e-5);
                    QCOMPARE_LE(relativeDifference(c.grad(), sums.narrow(0, 9, 5).to(at::kFloat)), 1e-5);
                    QVERIFY(v.grad().defined() && w.grad().defined());
                }
    }

    // Straight through: dX = g W', dW = g^T X', with the operands that the forward used.
    void gradientsAreStraightThrough() {
        for (const double lambda : {0.0, 0.4, 1.0}) {
            const at::Tensor w = leaf({9, 20}, 7), x = leaf({6, 20}, 8);
            BitLinear group({w}, at::kFloat, WeightQuantizer{});
            weighted(group.forward(x, {}, {}, lambda, 0), 9).backward();
            const QuantizedRows rows = quantizeRows(x);
            const QuantizedWeight weight = quantizeWeight(w);
            const at::Tensor x0 = x.detach(), w0 = w.detach(), g = randomTensor({6, 9}, 9);
            const at::Tensor xUsed = x0 + lambda * (rows.codes.to(at::kFloat) * rows.inverse.unsqueeze(1) - x0);
            const at::Tensor wUsed = w0 + lambda * (weight.codes.to(at::kFloat) * weight.absmean - w0);
            QCOMPARE_LE(relativeDifference(x.grad(), at::mm(g, wUsed)), 2e-6);
            QCOMPARE_LE(relativeDifference(w.grad(), at::mm(g.t(), xUsed)), 2e-6);
        }
    }

    void bf16GradientsFollowFp32() {
        for (const double lambda : {0.0, 0.4, 1.0}) {
            const at::Tensor w = leaf({48, 64}, 10), x = leaf({32, 64}, 11);
            const at::Tensor norm = leaf({64}, 12);
            BitLinear fp32({w}, at::kFloat, WeightQuantizer{}), bf16({w}, at::kBFloat16, WeightQuantizer{});
            weighted(fp32.forward(x, normOnly, norm, lambda, 0), 13).backward();
            const at::Tensor dw = w.grad().clone(), dx = x.grad().clone(), dn = norm.grad().clone();
            for (const at::Tensor& t : {w, x, norm}) t.mutable_grad() = at::Tensor();
            weighted(bf16.forward(x.to(at::kBFloat16), normOnly, norm, lambda, 0), 13).backward();
            QCOMPARE_LE(relativeDifference(w.grad(), dw), 0.02);
            QCOMPARE_LE(relativeDifference(x.grad(), dx), 0.02);
            QCOMPARE_LE(relativeDifference(norm.grad(), dn), 0.02);
        }
    }

    // Several linears on one input: the same outputs to the bit, the same gradients.
    void groupEqualsItsParts() {
        for (const double lambda : {0.0, 0.4, 1.0}) {
            const at::Tensor a = leaf({8, 24}, 14, 0.1), b = leaf({4, 24}, 15, 3), c = leaf({12, 24}, 16);
            const at::Tensor x = leaf({10, 24}, 17), norm = leaf({24}, 18);
            BitLinear together({a, b, c}, at::kFloat, WeightQuantizer{}), first({a}, at::kFloat, WeightQuantizer{}),
                second({b}, at::kFloat, WeightQuantizer{}), third({c}, at::kFloat, WeightQuantizer{});
            const at::Tensor y = together.forward(x, normOnly, norm, lambda, 0);
            weighted(y, 19).backward();
            std::vector<at::Tensor> gradients;
            for (const at::Tensor& t : {a, b, c, x, norm}) {
                gradients.push_back(t.grad().clone());
                t.mutable_grad() = at::Tensor();
            }
            std::vector<at::Tensor> parts;
            for (BitLinear* group : {&first, &second, &third})
                parts.push_back(group->forward(x, normOnly, norm, lambda, 0));
            const at::Tensor apart = at::cat(parts, 1);
            if (lambda == 1.0) QVERIFY(sameBits(y, apart));
            else QCOMPARE_LE(relativeDifference(y, apart), 1e-6);
            weighted(apart, 19).backward();
            std::size_t i = 0;
            for (const at::Tensor& t : {a, b, c, x, norm})
                QCOMPARE_LE(relativeDifference(gradients[i++], t.grad()), 3e-6);
        }
    }

    void prologueGradientsAreFiniteDifferences_data() {
        QTest::addColumn<int>("activation");
        QTest::addColumn<bool>("gated");
        QTest::addColumn<bool>("norm");
        for (int activation = 0; activation <= static_cast<int>(lastActivation); ++activation)
            for (const bool gated : {false, true})
                for (const bool norm : {false, true})
                    QTest::addRow("%d %d %d", activation, gated, norm) << activation << gated << norm;
    }
    void prologueGradientsAreFiniteDifferences() {
        QFETCH(int, activation);
        QFETCH(bool, gated);
        QFETCH(bool, norm);
        const Prologue kind{static_cast<Activation>(activation), gated, norm, 1e-5F};
        const std::int64_t width = 6;
        const at::Tensor x = leaf({3, gated ? 2 * width : width}, 20, 2), w = norm ? leaf({width}, 21) : at::Tensor();
        const at::Tensor linear = leaf({5, width}, 22);
        BitLinear group({linear}, at::kFloat, std::nullopt);
        std::uint64_t version = 0;
        const auto loss = [&](bool inside) {
            const at::Tensor y =
                inside ? group.forward(x, kind, w, 0, version) : at::matmul(applyPrologue(x, kind, w), linear.t());
            return weighted(y, 23);
        };
        for (const bool inside : {true, false}) {
            for (const at::Tensor& t : {x, w, linear})
                if (t.defined()) t.mutable_grad() = at::Tensor();
            loss(inside).backward();
            const auto value = [&] {
                const at::NoGradGuard guard;
                ++version;
                return loss(inside).item<double>();
            };
            for (const at::Tensor& t : {x, w, linear}) {
                if (!t.defined()) continue;
                for (std::int64_t i = 0; i < t.numel(); ++i) {
                    float& element = t.data_ptr<float>()[i];
                    if (std::abs(element) < 0.02F) continue;  // next to the kink of relu
                    const double expected = finiteDifference(value, element, 5e-3F);
                    QVERIFY(std::abs(expected - t.grad().data_ptr<float>()[i]) <=
                            2e-3 * std::max(1.0, largest(t.grad())));
                }
            }
        }
    }

    void quantizedOncePerVersion() {
        const at::Tensor w = leaf({8, 16}, 24), x = leaf({4, 16}, 25);
        BitLinear group({w}, at::kFloat, WeightQuantizer{});
        for (int pass = 0; pass < 3; ++pass) weighted(group.forward(x, {}, {}, 1, 7), 26).backward();
        group.forward(x, {}, {}, 0.5, 7);
        QCOMPARE(group.quantizations(), std::uint64_t{1});
        const at::Tensor before = group.forward(x, {}, {}, 1, 7).detach().clone();
        {
            const at::NoGradGuard guard;
            w.neg_();
        }
        QVERIFY(sameBits(group.forward(x, {}, {}, 1, 7), before));  // only a new version is looked at
        QVERIFY(sameBits(group.forward(x, {}, {}, 1, 8), -before));
        QCOMPARE(group.quantizations(), std::uint64_t{2});
    }

    // A forward whose weights change before its backward keeps what it used.
    void backwardUsesWhatTheForwardUsed() {
        const at::Tensor w = leaf({8, 16}, 27), x = leaf({4, 16}, 28);
        BitLinear group({w}, at::kFloat, WeightQuantizer{});
        weighted(group.forward(x, {}, {}, 1, 0), 29).backward();
        const at::Tensor expected = x.grad().clone();
        x.mutable_grad() = at::Tensor();
        const at::Tensor y = group.forward(x, {}, {}, 1, 0);
        {
            const at::NoGradGuard guard;
            w.neg_();
        }
        group.forward(x, {}, {}, 1, 1);
        weighted(y, 29).backward();
        QVERIFY(sameBits(x.grad(), expected));
    }

    void nanReachesTheOutput() {
        const at::Tensor w = leaf({8, 16}, 30), x = randomTensor({4, 16}, 31);
        x.data_ptr<float>()[5] = std::numeric_limits<float>::quiet_NaN();
        BitLinear group({w}, at::kFloat, WeightQuantizer{});
        const at::Tensor y = group.forward(x, {}, {}, 1, 0);
        QVERIFY(y[0].isnan().all().item<bool>());
        QVERIFY(!y.narrow(0, 1, 3).isnan().any().item<bool>());
        w.detach().data_ptr<float>()[3] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(group.forward(x, {}, {}, 1, 1).isnan().all().item<bool>());
    }
};

QTEST_GUILESS_MAIN(TestBitLinear)
#include "test_bit_linear.moc"
