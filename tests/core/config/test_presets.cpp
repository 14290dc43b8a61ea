// Presets and estimates: each preset is sound, published sizes come out to the last parameter, memory adds up.
#include <QTest>

#include "core/base/error.h"
#include "core/config/fields.h"
#include "core/model/estimate.h"
#include "core/model/model_config.h"

using namespace tritlab;

class TestPresets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyPresetIsSound() {
        QVERIFY(presets().size() >= 15);
        for (const PresetInfo& info : presets()) {
            ConfigDraft draft = presetDraft(info.name);
            QVERIFY2(!info.title.empty() && !info.description.empty(), info.name.c_str());
            // the large ones leave it to the person
            if (draft.config().data.empty()) draft.setText("data", "builtin:bible");
            for (const Problem& problem : check(draft.config())) QFAIL((info.name + ": " + problem.message).c_str());
            QVERIFY2(configFromJson(toJson(draft.config())) == frozen(draft.config()), info.name.c_str());
        }
    }
    void unknownPresetNamesTheKnown() {
        try {
            presetDraft("huge");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("notebook-125m") != std::string::npos);
        }
    }
    // 2B4T (Module 7, 7.7): embedding 128256 x 2560 (the head is tied) = 328,335,360; in each of 30 layers q and o 2560
    // x 2560, k and v 640 x 2560, gate, up and down 6912 x 2560, and norms of 2560, 2560, 2560 and 6912: 69,482,752;
    // final norm 2560.
    void b2b4tHasThePublishedParameters() {
        const Estimate e = estimate(presetDraft("2b4t").config());
        const std::int64_t layer = 2 * 2560 * 2560 + 2 * 640 * 2560 + 3 * 6912 * 2560 + 3 * 2560 + 6912;
        QCOMPARE(layer, 69'482'752);
        QCOMPARE(e.parameters, 128256LL * 2560 + 30 * layer + 2560);
        QCOMPARE(e.parameters, 2'412'820'480);
        QCOMPARE(e.ternaryParameters, 30LL * (2 * 2560 * 2560 + 2 * 640 * 2560 + 3 * 6912 * 2560));
        QCOMPARE(e.embeddingParameters, 328'335'360);
        // 2 bits a ternary weight and a scale for each of 7 tensors a layer; embedding bf16; norms fp32.
        QCOMPARE(e.packedBytes,
                 e.ternaryParameters / 4 + 30 * 7 * 4 + 328'335'360LL * 2 + (30LL * (3 * 2560 + 6912) + 2560) * 4);
    }
    void sizesMatchTheirNames_data() {
        QTest::addColumn<double>("min");
        QTest::addColumn<double>("max");
        QTest::newRow("nano") << 0.05e6 << 0.3e6;
        QTest::newRow("tiny") << 4e6 << 6.5e6;
        QTest::newRow("demo") << 4e6 << 8e6;
        QTest::newRow("small") << 25e6 << 35e6;
        QTest::newRow("notebook-125m") << 105e6 << 135e6;
        QTest::newRow("notebook-350m") << 320e6 << 370e6;
        QTest::newRow("notebook-1b") << 1.0e9 << 1.4e9;
        QTest::newRow("notebook-3b") << 2.4e9 << 3.2e9;
        QTest::newRow("module7-125m") << 110e6 << 140e6;
        QTest::newRow("module7-1.3b") << 1.2e9 << 1.45e9;
        QTest::newRow("module7-7b") << 6e9 << 7.5e9;
        QTest::newRow("training-tips-700m") << 0.65e9 << 0.85e9;
        QTest::newRow("training-tips-1.3b") << 1.2e9 << 1.45e9;
        QTest::newRow("training-tips-3b") << 3.0e9 << 3.5e9;
    }
    void sizesMatchTheirNames() {
        QFETCH(double, min);
        QFETCH(double, max);
        const auto count = static_cast<double>(estimate(presetDraft(QTest::currentDataTag()).config()).parameters);
        QVERIFY2(count >= min && count <= max, std::to_string(count).c_str());
    }
    void recipesAreTheSources() {
        const RunConfig notebook = presetDraft("notebook-350m").config();
        QCOMPARE(notebook.learningRate, 1e-3);
        QCOMPARE(notebook.warmupSteps, 100);
        QCOMPARE(notebook.steps, 10000);
        QCOMPARE(notebook.batchSize * notebook.sequenceLength, 8 * 512);
        QCOMPARE(notebook.weightDecay, 0.0);
        const RunConfig module7 = presetDraft("module7-3b").config();
        QCOMPARE(module7.learningRate, 1.5e-4);
        QCOMPARE(module7.warmupSteps, 2000);
        QCOMPARE(module7.tokensPerStep(), 2 << 20);
        QCOMPARE(module7.lrFloor, 0.1);
        QCOMPARE(module7.weightDecay, 0.1);
        const RunConfig tips = presetDraft("training-tips-700m").config();
        QCOMPARE(tips.learningRate * tips.lrSecondPeak, 1e-3);
        QCOMPARE(tips.tokensPerStep(), 1 << 20);
        QVERIFY(std::abs(static_cast<double>(tips.tokensPerStep() * tips.steps) - 100e9) < 0.01e9);
        const RunConfig safe = presetDraft("llama-cpp-safe").config();
        QVERIFY(safe.subNorms && safe.gatedFfn && safe.tieEmbeddings && safe.activation == Activation::Silu);
        for (const TensorSpec& spec : tensorSpecs(modelConfig(safe, safe.vocabSize)))
            if (spec.ternary) QVERIFY2(spec.shape[1] % 256 == 0, spec.name.c_str());
    }
    void estimatesAddUp() {
        for (const PresetInfo& info : presets()) {
            const RunConfig config = presetDraft(info.name).config();
            const Estimate e = estimate(config);
            std::int64_t parameters = 0, ternary = 0;
            for (const TensorSpec& spec : tensorSpecs(modelConfig(config, config.vocabSize))) {
                std::int64_t count = 1;
                for (const std::int64_t length : spec.shape) count *= length;
                parameters += count;
                ternary += spec.ternary ? count : 0;
            }
            QCOMPARE(e.parameters, parameters);
            QCOMPARE(e.ternaryParameters, ternary);
            QCOMPARE(e.trainingBytes, e.weightBytes + e.gradientBytes + e.optimizerBytes + e.activationBytes +
                                          (e.onDevice ? 0 : e.programBytes));
            QCOMPARE(e.totalTokens, config.batchSize * config.sequenceLength * config.accumulation * config.steps);
            QVERIFY(e.activationBytes > 0 && e.packedBytes < e.weightBytes && e.flopsPerToken > 0);
        }
        RunConfig config = presetDraft("tiny").config();
        config.device = ComputeDevice::Cuda;
        const Estimate device = estimate(config);
        config.device = ComputeDevice::Cpu;
        const Estimate plain = estimate(config);
        QVERIFY(device.onDevice && !plain.onDevice);
        QVERIFY(device.activationBytes > plain.activationBytes && device.weightBytes == plain.weightBytes);
        config.activationCheckpointing = true;
        QVERIFY(estimate(config).activationBytes < plain.activationBytes / 2);
        // Sums of blocks wait for each other, at the same moment of the backward.
        config.accumulation = 2;
        const Estimate two = estimate(config);
        config.accumulation = 8;
        QCOMPARE(estimate(config).gradientBytes - two.gradientBytes, 2 * 4 * two.parameters);
        QCOMPARE(estimate(config).activationBytes, two.activationBytes);
        config.gradientBlocks = 1;
        QCOMPARE(estimate(config).gradientBytes, two.gradientBytes);
        QCOMPARE(estimate(config, 5096).parameters - estimate(config).parameters, 1000 * config.hiddenSize);
    }
};

QTEST_APPLESS_MAIN(TestPresets)
#include "test_presets.moc"
