// The way that training takes on a device, tried on CPU tensors: the ops of core/engine/layers/tensor_ops.h in their
// plain form and LibTorch's own beside the CPU's kernels. Pieces first, then gradients of one step, then twenty steps.
#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "core/engine/layers/attention.h"
#include "core/engine/layers/cross_entropy.h"
#include "core/engine/layers/tensor_kernels.h"
#include "tests/core/engine/loop/tiny_training.h"

using namespace tritlab;
using namespace tritlab::test;

namespace {

// While it lives, CPU tensors go the way of a device's.
struct DeviceWay {
    DeviceWay() { forceTensorOps(true); }
    ~DeviceWay() { forceTensorOps(false); }
};

}  // namespace

class TestDevicePath : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void weightsAreQuantizedAlike() {
        const std::vector<at::Tensor> weights{randomTensor({24, 40}, 1, 0.05), randomTensor({9, 40}, 2, 3)};
        TernaryCodes fast, plain;
        cpuTensorKernels().quantize(weights, {}, fast);
        opTensorKernels().quantize(weights, {}, plain);
        QVERIFY(sameBits(fast.codes, plain.codes));
        QCOMPARE_LE(relativeDifference(plain.columnScale, fast.columnScale), 1e-6);
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
            QVERIFY(sameBits(cpuTensorKernels().dense(weights, type), opTensorKernels().dense(weights, type)));
            QCOMPARE_LE(relativeDifference(opTensorKernels().blended(weights, plain, 0.3, type),
                                           cpuTensorKernels().blended(weights, fast, 0.3, type)),
                        type == at::kFloat ? 1e-6 : 8e-3);
            QVERIFY(sameBits(cpuTensorKernels().valuesOfCodes(fast.codes, type),
                             opTensorKernels().valuesOfCodes(fast.codes, type)));
        }
    }

    // Given the same codes and scales the sums are exact and the scaling rounds in the same order.
    void integerProductsAreEqual() {
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
            const std::vector<at::Tensor> weights{randomTensor({24, 52}, 3), randomTensor({7, 52}, 4)};
            TernaryCodes codes;
            cpuTensorKernels().quantize(weights, {}, codes);
            const at::Tensor x = at::randint(-128, 128, {33, 52}, at::kChar), scale = randomTensor({33}, 5).abs();
            QVERIFY(sameBits(cpuTensorKernels().integerProduct(x, scale, codes, type),
                             opTensorKernels().integerProduct(x, scale, codes, type)));
            const at::Tensor g = randomTensor({33, 31}, 6, 1, type);
            at::Tensor fastRow, fastColumn, plainRow, plainColumn;
            cpuTensorKernels().scaleGradient(g, scale, codes.columnScale, fastRow, &fastColumn);
            opTensorKernels().scaleGradient(g, scale, codes.columnScale, plainRow, &plainColumn);
            QVERIFY(sameBits(fastRow, plainRow) && sameBits(fastColumn, plainColumn));
            QVERIFY(sameBits(cpuTensorKernels().toFloat(g), opTensorKernels().toFloat(g)));
        }
    }

    void prologuesAreAlike_data() {
        QTest::addColumn<int>("activation");
        QTest::addColumn<bool>("gated");
        QTest::addColumn<bool>("norm");
        QTest::addColumn<bool>("bf16");
        for (int activation = 0; activation <= static_cast<int>(lastActivation); ++activation)
            for (const bool gated : {false, true})
                for (const bool norm : {false, true})
                    for (const bool bf16 : {false, true})
                        QTest::addRow("%d %d %d %s", activation, gated, norm, bf16 ? "bf16" : "fp32")
                            << activation << gated << norm << bf16;
    }
    void prologuesAreAlike() {
        QFETCH(int, activation);
        QFETCH(bool, gated);
        QFETCH(bool, norm);
        QFETCH(bool, bf16);
        const at::ScalarType type = bf16 ? at::kBFloat16 : at::kFloat;
        const double close = bf16 ? 8e-3 : 2e-6;
        const Prologue kind{static_cast<Activation>(activation), gated, norm, 1e-5F};
        const std::int64_t n = 21, width = 70;
        const at::Tensor x = randomTensor({n, gated ? 2 * width : width}, 7, 1.5, type),
                         weight = norm ? randomTensor({width}, 8, 0.3) + 1 : at::Tensor();
        const at::Tensor dy = randomTensor({n, width}, 9, 1, type);
        PrologueState fast = prologueState(x, kind, weight), plain = fast;
        QCOMPARE_LE(relativeDifference(opTensorKernels().prologue(plain, 0), cpuTensorKernels().prologue(fast, 0)),
                    close);
        if (norm) QCOMPARE_LE(relativeDifference(plain.rstd, fast.rstd), 1e-6);
        at::Tensor fastCodes, plainCodes, fastScale, plainScale, fastNorm, plainNorm;
        cpuTensorKernels().prologueCodes(fast, fastCodes, fastScale);
        opTensorKernels().prologueCodes(plain, plainCodes, plainScale);
        QCOMPARE_LE(relativeDifference(plainScale, fastScale), 2e-6);
        // A value on the edge between two codes may fall to either side.
        const at::Tensor off = (plainCodes.to(at::kInt) - fastCodes.to(at::kInt)).abs();
        QVERIFY(off.max().item<std::int32_t>() <= 1 && off.sum().item<std::int64_t>() <= 2);
        QVERIFY(sameBits(opTensorKernels().prologueCodeValues(plain), plainCodes.to(type)));
        QCOMPARE_LE(relativeDifference(opTensorKernels().prologueBackward(plain, dy, 0.7F, plainNorm),
                                       cpuTensorKernels().prologueBackward(fast, dy, 0.7F, fastNorm)),
                    close);
        if (norm) QCOMPARE_LE(relativeDifference(plainNorm, fastNorm), 2e-6);
    }

    void attentionIsAlike() {
        const QkvShape shape{3, 20, 6, 2, 16};
        const RopeTable rope = ropeTable(32, ropeFrequencies(16, 10000));
        const at::Tensor starts = at::zeros({3, 20}, at::kInt);
        starts.narrow(1, 9, 11).fill_(9);
        for (const at::ScalarType type : {at::kFloat, at::kBFloat16})
            for (const bool documents : {false, true}) {
                const at::Tensor a = randomTensor({60, shape.width()}, 10, 1, type).requires_grad_(true),
                                 b = a.detach().clone().requires_grad_(true);
                const at::Tensor g = randomTensor({60, 96}, 11, 1, type);
                const at::Tensor fast = attention(a, shape, rope, documents ? starts : at::Tensor());
                fast.backward(g);
                const DeviceWay way;
                const at::Tensor plain = attention(b, shape, rope, documents ? starts : at::Tensor());
                plain.backward(g);
                const double close = type == at::kFloat ? 1e-5 : 2e-2;
                QCOMPARE_LE(relativeDifference(plain, fast), close);
                QCOMPARE_LE(relativeDifference(b.grad(), a.grad()), close);
            }
    }

    void optimizerIsAlike() {
        std::vector<Parameter> parameters[2];
        for (auto& list : parameters)
            for (const auto& [name, ternary] : {std::pair{"norm.weight", false}, {"q_proj.weight", true}})
                list.push_back({name, randomTensor({31, 17}, ternary ? 12 : 13).requires_grad_(true), ternary});
        AdamW fast(parameters[0], {}), plain(parameters[1], {});
        for (int step = 0; step < 5; ++step) {
            for (auto& list : parameters)
                for (std::size_t i = 0; i < list.size(); ++i)
                    list[i].value.mutable_grad() =
                        randomTensor({31, 17}, 20 + static_cast<std::uint64_t>(2 * step) + i, 3);
            const double norm = fast.gradientNorm();
            fast.step(0.01, 0.1, clipFactor(norm, 1.0));
            const DeviceWay way;
            QVERIFY(std::abs(plain.gradientNorm() - norm) <= 1e-12 * norm);
            plain.step(0.01, 0.1, clipFactor(norm, 1.0));
        }
        for (std::size_t i = 0; i < parameters[0].size(); ++i) {
            QCOMPARE_LE(relativeDifference(parameters[1][i].value, parameters[0][i].value), 1e-6);
            QCOMPARE_LE(relativeDifference(plain.moments()[i].first, fast.moments()[i].first), 1e-6);
            QCOMPARE_LE(relativeDifference(plain.moments()[i].second, fast.moments()[i].second), 1e-6);
        }
    }

    // A target outside the vocabulary and a token outside it are told alike.
    void wrongTokensAreTold() {
        const DeviceWay way;
        const at::Tensor weight = randomTensor({10, 8}, 14).requires_grad_(true), hidden = randomTensor({2, 8}, 15);
        QVERIFY_THROWS_EXCEPTION(Error, crossEntropySum(hidden, weight, weight.detach(), at::full({2}, 10, at::kLong)));
        QVERIFY_THROWS_EXCEPTION(Error, embeddingRows(weight, at::full({2}, -1, at::kLong), at::kFloat));
    }

    void trainingIsAlike_data() {
        QTest::addColumn<std::size_t>("number");
        for (std::size_t i = 0; i < tinyCases().size(); ++i) QTest::newRow(tinyCases()[i].name().c_str()) << i;
    }
    void trainingIsAlike() {
        QFETCH(std::size_t, number);
        const TinyCase c = tinyCases()[number];
        const ModelConfig config = tinyConfig(c.block2b4t);
        const Trained fast = trainTiny(config, c.precision, c.lambda, 20);
        const DeviceWay way;
        const Trained plain = trainTiny(config, c.precision, c.lambda, 20);
        QVERIFY(sameBits(fast.codes, plain.codes));
        const Apart apart(plain, fast);
        qInfo("gradients within %.2g, losses within %.2g (from %.4f to %.4f)", apart.gradients, apart.losses,
              fast.losses.front(), fast.losses.back());
        QVERIFY(fast.losses.back() < 0.95 * fast.losses.front());  // it learns, so that steps add up
        QCOMPARE_LE(apart.gradients, c.gradients());
        QCOMPARE_LE(apart.losses, c.losses());
        QVERIFY(std::abs(plain.firstNorm - fast.firstNorm) <= c.gradients() * fast.firstNorm);
    }
};

QTEST_APPLESS_MAIN(TestDevicePath)
#include "test_device_path.moc"
