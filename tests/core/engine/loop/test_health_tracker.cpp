// Gradient norms of BitLinear layers in health snapshots, against sums written out.
#include <QTest>
#include <cmath>

#include "core/engine/loop/health_tracker.h"
#include "tiny_training.h"

using namespace tritlab;
using namespace tritlab::test;

class TestHealthTracker : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gradientNormsAreThoseOfTheGradients_data() {
        QTest::addColumn<double>("lambda");
        for (const double lambda : {0.0, 0.5, 1.0}) QTest::addRow("lambda %g", lambda) << lambda;
    }
    void gradientNormsAreThoseOfTheGradients() {
        QFETCH(double, lambda);
        const ModelConfig config = tinyConfig(true);
        LanguageModel model(config, Precision::Fp32, at::kCPU);
        model.initialize(Initialization::Normal, 0.05, 7);
        HealthTracker tracker(model, 0.1);
        for (const LayerHealth& layer : tracker.snapshot(0).layers) QVERIFY(std::isnan(layer.gradientNorm));
        const TinyBatch batch(1, config.vocabSize);
        model.lossSum(batch.tokens, batch.targets, batch.documentStart, lambda).backward();
        tracker.takeGradients();
        std::vector<double> expected;
        for (Parameter& parameter : model.parameters()) {
            if (parameter.ternary) {
                const at::Tensor gradient = parameter.value.grad().contiguous();
                double sum = 0;
                for (std::int64_t i = 0; i < gradient.numel(); ++i)
                    sum += std::pow(static_cast<double>(gradient.const_data_ptr<float>()[i]), 2);
                expected.push_back(std::sqrt(sum));
            }
            parameter.value.mutable_grad().reset();  // the step is over
        }
        const HealthEvent found = tracker.snapshot(1);
        QCOMPARE(found.layers.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(expected[i] > 0);
            QVERIFY(std::abs(found.layers[i].gradientNorm - expected[i]) < 1e-12 * expected[i]);
        }
        // They are told once: a snapshot without a step before it has none.
        for (const LayerHealth& layer : tracker.snapshot(2).layers) QVERIFY(std::isnan(layer.gradientNorm));
    }
};

QTEST_APPLESS_MAIN(TestHealthTracker)
#include "test_health_tracker.moc"
