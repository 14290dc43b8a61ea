// AdamW against its formula in double, clipping, decay groups, and the gradient norm for any thread count.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <QTest>
#include <cmath>

#include "core/base/random.h"
#include "core/engine/optimizer/adamw.h"
#include "core/kernels/adamw_kernels.h"

using namespace tritlab;

namespace {

at::Tensor someTensor(std::vector<std::int64_t> shape, std::uint64_t stream, double scale) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        tensor.data_ptr<float>()[i] =
            static_cast<float>(scale * (randomUniform(3, stream, static_cast<std::uint64_t>(i)) - 0.5));
    return tensor;
}

std::vector<Parameter> someParameters() {
    std::vector<Parameter> parameters;
    parameters.push_back({"model.embed_tokens.weight", someTensor({70, 33}, 1, 0.1).requires_grad_(), false});
    parameters.push_back(
        {"model.layers.0.self_attn.q_proj.weight", someTensor({37, 41}, 2, 0.1).requires_grad_(), true});
    parameters.push_back({"model.norm.weight", someTensor({5}, 3, 1).requires_grad_(), false});
    return parameters;
}

// torch.optim.AdamW's documented formula, in double.
struct SlowAdamW {
    std::vector<double> w, m, v;
    int t = 0;
    explicit SlowAdamW(const at::Tensor& start) : m(static_cast<std::size_t>(start.numel())), v(m.size()) {
        for (std::int64_t i = 0; i < start.numel(); ++i) w.push_back(start.const_data_ptr<float>()[i]);
    }
    void step(const at::Tensor& gradient, double scale, double lr, double decay) {
        constexpr double beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
        ++t;
        for (std::size_t i = 0; i < w.size(); ++i) {
            const double g = gradient.const_data_ptr<float>()[i] * scale;
            w[i] -= lr * decay * w[i];
            m[i] = beta1 * m[i] + (1 - beta1) * g;
            v[i] = beta2 * v[i] + (1 - beta2) * g * g;
            w[i] -= lr * (m[i] / (1 - std::pow(beta1, t))) / (std::sqrt(v[i] / (1 - std::pow(beta2, t))) + eps);
        }
    }
};

}  // namespace

class TestAdamW : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void followsTheFormulaInDouble_data() {
        QTest::addColumn<int>("groups");
        QTest::addColumn<double>("decay");
        QTest::newRow("shadow weights") << static_cast<int>(DecayGroups::ShadowWeights) << 0.1;
        QTest::newRow("everything") << static_cast<int>(DecayGroups::Everything) << 0.1;
        QTest::newRow("no decay") << static_cast<int>(DecayGroups::Everything) << 0.0;
    }
    void followsTheFormulaInDouble() {
        QFETCH(int, groups);
        QFETCH(double, decay);
        std::vector<Parameter> parameters = someParameters();
        AdamW::Options options;
        options.decayGroups = static_cast<DecayGroups>(groups);
        AdamW optimizer(parameters, options);
        std::vector<SlowAdamW> slow;
        for (const Parameter& parameter : parameters) slow.emplace_back(parameter.value);
        for (int step = 0; step < 25; ++step) {
            const double lr = 1e-2 * (1 + step % 3);
            double squares = 0;
            for (std::size_t i = 0; i < parameters.size(); ++i) {
                const at::Tensor gradient =
                    someTensor(parameters[i].value.sizes().vec(), 100 + 10 * static_cast<unsigned>(step) + i, 3);
                squares += gradient.to(at::kDouble).pow(2).sum().item<double>();
                parameters[i].value.mutable_grad() = gradient;
            }
            const double norm = optimizer.gradientNorm();
            QVERIFY(std::abs(norm - std::sqrt(squares)) < 1e-9 * norm);
            const double scale = clipFactor(norm, 1.0);
            QVERIFY(std::abs(scale * norm - 1) < 1e-6);
            for (std::size_t i = 0; i < parameters.size(); ++i) {
                const bool decays = options.decayGroups == DecayGroups::Everything || i == 1;
                QCOMPARE(optimizer.decays(i), decays);
                slow[i].step(parameters[i].value.grad(), scale, lr, decays ? decay : 0);
            }
            optimizer.step(lr, decay, scale);
            optimizer.clearGradients();
        }
        QCOMPARE(optimizer.steps(), 25);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            for (std::size_t k = 0; k < slow[i].w.size(); ++k) {
                const double got = parameters[i].value.const_data_ptr<float>()[k];
                QVERIFY(std::abs(got - slow[i].w[k]) < 2e-6 * (1 + std::abs(slow[i].w[k])));
            }
        }
    }

    void clippingIsOffAtZeroAndNeverScalesUp() {
        QCOMPARE(clipFactor(100, 0), 1.0);
        QCOMPARE(clipFactor(0.5, 1), 1.0);
        QVERIFY(std::abs(clipFactor(4, 1) - 0.25) < 1e-6);
    }

    void aParameterWithoutGradientStays() {
        std::vector<Parameter> parameters = someParameters();
        const at::Tensor before = parameters[0].value.detach().clone();
        AdamW optimizer(parameters, {});
        parameters[1].value.mutable_grad() = someTensor({37, 41}, 9, 1);
        optimizer.step(0.1, 0.1, 1);
        QVERIFY(at::equal(parameters[0].value.detach(), before));
        QVERIFY(!parameters[0].value.grad().defined());
    }

    // Dense linears stand for BitLinears: they decay; embeddings, head and norms do not.
    void denseLinearsDecayLikeShadowWeights() {
        std::vector<Parameter> parameters;
        for (const char* name :
             {"model.layers.3.mlp.down_proj.weight", "lm_head.weight", "model.layers.3.input_layernorm.weight"})
            parameters.push_back({name, someTensor({4}, 1, 1), false});
        const AdamW optimizer(parameters, {});
        QVERIFY(optimizer.decays(0) && !optimizer.decays(1) && !optimizer.decays(2));
    }

    void normAndUpdateAreTheSameForAnyThreadCount() {
        std::vector<at::Tensor> results;
        std::vector<double> norms;
        for (const int threads : {1, 2, 3}) {
            at::set_num_threads(threads);
            std::vector<Parameter> parameters;
            parameters.push_back({"w", someTensor({301, 1009}, 4, 1), true});
            AdamW optimizer(parameters, {});
            parameters[0].value.mutable_grad() = someTensor({301, 1009}, 5, 1);
            norms.push_back(optimizer.gradientNorm());
            optimizer.step(1e-3, 0.1, 0.5);
            results.push_back(parameters[0].value);
        }
        for (std::size_t i = 1; i < norms.size(); ++i) {
            QVERIFY(norms[i] == norms[0]);
            QVERIFY(at::equal(results[i], results[0]));
        }
    }

    void aSumOfSquaresTellsOfEachNonFiniteElement() {
        for (const std::int64_t n : {1, 15, 16, 17, 1000}) {
            std::vector<float> x(static_cast<std::size_t>(n), 3e38F);
            QVERIFY(std::isfinite(squaredSum(x.data(), n)));  // huge is not infinite
            for (const std::int64_t at : {std::int64_t{0}, n - 1}) {
                x[static_cast<std::size_t>(at)] = std::numeric_limits<float>::infinity();
                QVERIFY(!std::isfinite(squaredSum(x.data(), n)));
                x[static_cast<std::size_t>(at)] = std::numeric_limits<float>::quiet_NaN();
                QVERIFY(!std::isfinite(squaredSum(x.data(), n)));
                x[static_cast<std::size_t>(at)] = 1;
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestAdamW)
#include "test_adamw.moc"
