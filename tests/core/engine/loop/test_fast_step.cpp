// The fast step against slow ones: the model against the plain reference of the notebook's block, and ten optimizer
// steps against PyTorch's losses.
#include <ATen/ATen.h>
#include <QTest>
#include <cmath>

#include "core/engine/model/notebook_reference.h"
#include "core/engine/optimizer/adamw.h"
#include "core/interop/model_folder.h"
#include "tests/core/engine/layers/tensors.h"

using namespace tritlab;
using namespace tritlab::test;

namespace {

ModelConfig notebookConfig() {
    ModelConfig config;
    config.vocabSize = 97;
    config.hiddenSize = 32;
    config.layers = 2;
    config.heads = config.kvHeads = 4;
    config.headSize = 8;
    config.ffnSize = 96;
    config.contextLength = 24;
    config.normEps = 1e-6;
    config.normPlacement = NormPlacement::Post;
    config.gatedFfn = config.subNorms = false;
    return config;
}

}  // namespace

class TestFastStep : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void modelEqualsThePlainReference_data() {
        QTest::addColumn<double>("lambda");
        QTest::addColumn<int>("precision");
        QTest::addColumn<double>("lossWithin");
        QTest::addColumn<double>("gradientsWithin");
        const int fp32 = static_cast<int>(Precision::Fp32), bf16 = static_cast<int>(Precision::Bf16);
        // A rounding difference flips an int8 code now and then, so the ternary rows are looser than the dense one.
        QTest::newRow("dense fp32") << 0.0 << fp32 << 1e-5 << 1e-4;
        QTest::newRow("blended fp32") << 0.5 << fp32 << 1e-3 << 2e-2;
        QTest::newRow("ternary fp32") << 1.0 << fp32 << 1e-3 << 2e-2;
        QTest::newRow("dense bf16") << 0.0 << bf16 << 5e-3 << 5e-2;
        QTest::newRow("ternary bf16") << 1.0 << bf16 << 5e-3 << 1e-1;
    }
    void modelEqualsThePlainReference() {
        QFETCH(double, lambda);
        QFETCH(int, precision);
        QFETCH(double, lossWithin);
        QFETCH(double, gradientsWithin);
        LanguageModel model(notebookConfig(), static_cast<Precision>(precision));
        model.initialize(Initialization::Normal, 0.1, 3);
        std::map<std::string, at::Tensor> weights;
        for (const Parameter& p : model.parameters()) weights[p.name] = p.value.detach().clone().requires_grad_();
        const NotebookReference reference(notebookConfig(), weights);
        at::Generator generator = at::detail::createCPUGenerator(9);
        const at::Tensor stream = at::randint(0, 97, {3, 25}, generator, at::kLong);
        const at::Tensor tokens = stream.slice(1, 0, 24).contiguous(), targets = stream.slice(1, 1).contiguous();
        const at::Tensor slow = reference.loss(tokens, targets, lambda);
        slow.backward();
        const at::Tensor fast = model.lossSum(tokens, targets, {}, lambda) / 72.0;
        fast.backward();
        const double away = std::abs(fast.item<double>() - slow.item<double>());
        QVERIFY2(away < lossWithin, std::to_string(away).c_str());
        for (const Parameter& p : model.parameters()) {
            const at::Tensor expected = weights.at(p.name).grad();
            const double relative = ((p.value.grad() - expected).norm() / expected.norm()).item<double>();
            QVERIFY2(relative < gradientsWithin, (p.name + ": " + std::to_string(relative)).c_str());
        }
    }

    // tests/fixtures/make_parity.py: transformers' LLaMA under torch.optim.AdamW, learning rate 1e-3, decay 0.1 on
    // everything.
    void tenStepsEqualPyTorchs_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("untied, grouped queries") << "llama-untied-gqa";
        QTest::newRow("tied") << "llama-tied";
    }
    void tenStepsEqualPyTorchs() {
        QFETCH(QString, name);
        const std::filesystem::path folder =
            std::filesystem::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/parity" / name.toStdString();
        const SafetensorsFile oracle(folder / "oracle.safetensors");
        const ModelDescription description = readModelDescription(folder);
        LanguageModel model(description.config, Precision::Fp32);
        model.load(ModelWeights(folder), description.storage);
        AdamW::Options options;
        options.decayGroups = DecayGroups::Everything;
        AdamW optimizer(model.parameters(), options);
        const at::Tensor tokens = tensorOf(oracle.tensor("tokens")), targets = tensorOf(oracle.tensor("targets"));
        const at::Tensor losses = tensorOf(oracle.tensor("losses"));
        QCOMPARE(losses.size(0), 10);
        for (std::int64_t step = 0; step < 10; ++step) {
            const at::Tensor loss = model.lossSum(tokens, targets, {}, 0.0) / static_cast<double>(targets.numel());
            const double away = std::abs(loss.item<double>() - losses[step].item<double>());
            QVERIFY2(away < 1e-3, std::to_string(away).c_str());
            loss.backward();
            optimizer.step(1e-3, 0.1, 1.0);
            optimizer.clearGradients();
            model.weightsChanged();
        }
        QVERIFY(losses[9].item<double>() < losses[0].item<double>() - 1e-2);
    }
};

QTEST_APPLESS_MAIN(TestFastStep)
#include "test_fast_step.moc"
