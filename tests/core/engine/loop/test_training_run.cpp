// The training loop end to end on nano runs: learning, events, equal bits twice, accumulation, lambda, divergence,
// commands.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/interop/model_folder.h"
#include "core/run/schedules.h"
#include "tests/core/engine/loop/nano_run.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestTrainingRun : public QObject {
    Q_OBJECT
    QTemporaryDir shared_;
    fs::path text_;

    [[nodiscard]] fs::path folder(const QTemporaryDir& dir) const { return dir.path().toStdString(); }
    Engine& engine() { return loadEngine(); }

private Q_SLOTS:
    void initTestCase() {
        text_ = folder(shared_) / "text.txt";
        writeNanoText(text_);
    }

    void learnsAndReportsAll_data() {
        QTest::addColumn<int>("precision");
        QTest::newRow("fp32") << static_cast<int>(Precision::Fp32);
        QTest::newRow("bf16") << static_cast<int>(Precision::Bf16);
    }
    void learnsAndReportsAll() {
        QFETCH(int, precision);
        RunConfig config = nanoConfig(text_, static_cast<Precision>(precision));
        config.steps = 120;
        config.evalEvery = config.sampleEvery = config.healthEvery = config.checkpointEvery = 40;
        config.keepCheckpoints = 1;
        const QTemporaryDir home;
        Recorder events;
        const TrainResult result = engine().train(nanoRequest(config, folder(home), events));
        QVERIFY2(result.state == RunState::Finished, result.explanation.c_str());
        QCOMPARE(result.steps, 120);
        QCOMPARE(result.tokens, 120 * 4 * 32);
        QCOMPARE(events.steps.size(), 120U);
        QVERIFY(result.finalLoss == events.steps.back().loss);
        // Random: ln 320 = 5.77. The text's own entropy is far below 1 nat a piece.
        QVERIFY2(events.steps.front().loss > 5.0, std::to_string(events.steps.front().loss).c_str());
        QVERIFY2(result.finalLoss < 3.0, std::to_string(result.finalLoss).c_str());
        for (std::size_t i = 0; i < events.steps.size(); ++i) {
            const StepEvent& step = events.steps[i];
            QCOMPARE(step.step, static_cast<StepIndex>(i));
            QVERIFY(step.learningRate == learningRateAt(config, step.step) &&
                    step.lambda == lambdaAt(config, step.step));
            QVERIFY(step.gradNorm > 0 && step.tokensPerSecond > 0 && step.memoryBytes > 1e6);
            QCOMPARE(step.tokens, static_cast<std::int64_t>(i + 1) * 4 * 32);
            if (i > 0) QVERIFY(step.wallSeconds >= events.steps[i - 1].wallSeconds);
        }
        QCOMPARE(events.states.front().state, RunState::Preparing);
        QCOMPARE(events.states[1].state, RunState::Running);
        QCOMPARE(events.states.back().state, RunState::Finished);
        QVERIFY(events.progress > 0);

        QCOMPARE(events.evaluations.size(), 3U);
        QVERIFY(events.evaluations[0].step == 40 && !events.evaluations[0].full && events.evaluations[2].full);
        QVERIFY(result.evaluation && result.evaluation->loss == events.evaluations[2].loss);
        for (const EvaluationEvent& evaluation : events.evaluations) {
            QVERIFY(std::abs(evaluation.perplexity - std::exp(evaluation.loss)) < 1e-9 * evaluation.perplexity);
            QVERIFY(evaluation.tokens > 0 && evaluation.bytes > evaluation.tokens);
            const double bits = evaluation.loss * static_cast<double>(evaluation.tokens) / std::log(2.0) /
                                static_cast<double>(evaluation.bytes);
            QVERIFY(std::abs(evaluation.bitsPerByte - bits) < 1e-9);
            QVERIFY(evaluation.loss == evaluation.lossAtLambda);  // no lambda schedule: trained at 1
        }
        QVERIFY(events.evaluations[2].loss < events.evaluations[0].loss);
        QVERIFY(events.evaluations[2].tokens > events.evaluations[0].tokens);

        QCOMPARE(events.samples.size(), 6U);
        QCOMPARE(events.samples[0].prompt, std::string("The king"));
        QVERIFY(!events.samples.back().text.empty());

        QCOMPARE(events.health.size(), 4U);  // step 0 too: what flips are counted against
        QCOMPARE(events.health[0].layers.size(), 14U);
        QCOMPARE(events.health[0].layers[0].layer, std::string("model.layers.0.self_attn.q_proj"));
        double flips = 0;
        for (const LayerHealth& layer : events.health[1].layers) flips += layer.flipRate;
        QVERIFY(flips > 0);
        // The gradient of the step that has just been done: a part of the whole, whose norm the step told.
        for (const LayerHealth& layer : events.health[0].layers) QVERIFY(std::isnan(layer.gradientNorm));
        for (std::size_t i = 1; i < events.health.size(); ++i) {
            double squares = 0;
            for (const LayerHealth& layer : events.health[i].layers) {
                QVERIFY(layer.gradientNorm > 0);
                squares += layer.gradientNorm * layer.gradientNorm;
            }
            const StepEvent& step = events.steps[static_cast<std::size_t>(events.health[i].step) - 1];
            QVERIFY(std::sqrt(squares) < step.gradNorm && std::sqrt(squares) > step.gradNorm / 100);
        }

        const fs::path checkpoints = folder(home) / "runs/r-test/checkpoints";
        QCOMPARE(events.checkpoints.size(), 3U);
        QVERIFY(events.syncs >= 3);
        QCOMPARE(events.checkpoints.back().path, std::string("checkpoints/step-00000120"));
        QVERIFY(events.checkpoints.back().best);
        QCOMPARE(events.checkpoints.back().removed, std::vector<StepIndex>{80});
        QCOMPARE(listCheckpoints(checkpoints).size(), 1U);
        QCOMPARE(readModelDescription(checkpoints / "step-00000120").config.hiddenSize, 32);
        QCOMPARE(readCheckedManifest(checkpoints / "step-00000120").bytes, events.checkpoints.back().bytes);
    }

    void sameSeedSameBits() {
        const RunConfig config = nanoConfig(text_, Precision::Bf16);
        const QTemporaryDir home;
        std::vector<std::string> weights;
        std::vector<Recorder> events(2);
        for (int i = 0; i < 2; ++i) {
            const fs::path own = folder(home) / std::to_string(i);
            engine().train(nanoRequest(config, own, events[static_cast<std::size_t>(i)]));
            weights.push_back(readFile(own / "runs/r-test/checkpoints/step-00000024/model.safetensors"));
        }
        QCOMPARE(events[0].steps.size(), events[1].steps.size());
        for (std::size_t i = 0; i < events[0].steps.size(); ++i) {
            QVERIFY(events[0].steps[i].loss == events[1].steps[i].loss);
            QVERIFY(events[0].steps[i].gradNorm == events[1].steps[i].gradNorm);
        }
        QVERIFY(weights[0] == weights[1]);
        for (std::size_t i = 0; i < events[0].samples.size(); ++i)
            QVERIFY(events[0].samples[i].text == events[1].samples[i].text);
        RunConfig other = config;
        other.seed = 2;
        Recorder different;
        engine().train(nanoRequest(other, folder(home) / "other", different));
        QVERIFY(different.steps[0].loss != events[0].steps[0].loss);
    }

    // Two micro-batches of half the size hold the same sequences as one whole batch: the same step but for rounding.
    void accumulationEqualsOneLargeBatch() {
        RunConfig whole = nanoConfig(text_, Precision::Fp32);
        whole.ternaryLinears = false;  // a rounding difference of 1e-7 can flip an int8 code
        whole.steps = 3;
        RunConfig halves = whole;
        halves.batchSize = 2;
        halves.accumulation = 2;
        const QTemporaryDir home;
        Recorder one, two;
        engine().train(nanoRequest(whole, folder(home) / "one", one));
        engine().train(nanoRequest(halves, folder(home) / "two", two));
        for (std::size_t i = 0; i < 3; ++i) {
            QVERIFY(std::abs(one.steps[i].loss - two.steps[i].loss) < 1e-4);
            QVERIFY(std::abs(one.steps[i].gradNorm - two.steps[i].gradNorm) < 1e-3 * one.steps[i].gradNorm);
        }
    }

    void lambdaIsExactlyOneAtTheLastStep() {
        RunConfig config = nanoConfig(text_, Precision::Bf16);
        config.lambdaSchedule = LambdaSchedule::Linear;
        config.steps = 16;
        const QTemporaryDir home;
        Recorder events;
        const TrainResult result = engine().train(nanoRequest(config, folder(home), events));
        QVERIFY(result.state == RunState::Finished);
        QVERIFY(events.steps[0].lambda == 0 && events.steps[8].lambda > 0.3 && events.steps[8].lambda < 1);
        QVERIFY(events.steps.back().lambda == 1.0);
        QVERIFY(events.evaluations[0].lambda < 1 && events.evaluations[0].loss != events.evaluations[0].lossAtLambda);
        QVERIFY(events.evaluations.back().lambda == 1 &&
                events.evaluations.back().loss == events.evaluations.back().lossAtLambda);
    }

    void aDenseModelTrainsAtLambdaZero() {
        RunConfig config = nanoConfig(text_, Precision::Fp32);
        config.ternaryLinears = false;
        const QTemporaryDir home;
        Recorder events;
        const TrainResult result = engine().train(nanoRequest(config, folder(home), events));
        QVERIFY2(result.state == RunState::Finished, result.explanation.c_str());
        QVERIFY(events.steps.back().lambda == 0 && events.steps.back().loss < events.steps.front().loss - 1);
    }

    void anAbsurdLearningRateDivergesAndKeepsTheLastGoodCheckpoint_data() {
        QTest::addColumn<double>("learningRate");
        QTest::addColumn<bool>("ternary");
        QTest::addColumn<QString>("said");
        QTest::newRow("the loss explodes") << 30.0 << false << "exploded";
        QTest::newRow("the loss is no number") << 1e18 << false << "is nan";
        QTest::newRow("the gradient is not finite") << 3e38 << true << "gradient of step";
    }
    void anAbsurdLearningRateDivergesAndKeepsTheLastGoodCheckpoint() {
        QFETCH(double, learningRate);
        QFETCH(bool, ternary);
        QFETCH(QString, said);
        RunConfig config = nanoConfig(text_, Precision::Fp32);
        config.ternaryLinears = ternary;
        config.lrSchedule = LrSchedule::Constant;
        config.warmupSteps = 6;
        config.learningRate = learningRate;
        config.gradClip = 0;
        config.checkpointEvery = 1;
        const QTemporaryDir home;
        Recorder events;
        const TrainResult result = engine().train(nanoRequest(config, folder(home), events));
        QVERIFY2(result.state == RunState::Diverged, result.explanation.c_str());
        QVERIFY2(QString::fromStdString(result.explanation).contains(said), result.explanation.c_str());
        QCOMPARE(std::isnan(events.steps.back().loss), said.contains("nan"));
        QCOMPARE(std::isnan(result.finalLoss), said.contains("nan"));
        QCOMPARE(events.states.back().state, RunState::Diverged);
        QVERIFY(!events.checkpoints.empty());
        const auto left = listCheckpoints(folder(home) / "runs/r-test/checkpoints");
        QVERIFY(!left.empty());
        readCheckedManifest(left.back().path);
        QVERIFY(QString::fromStdString(result.explanation).contains(checkpointName(left.back().step).c_str()));
        const ModelWeights weights(left.back().path);
        for (const std::string& name : weights.names()) {
            const TensorView* tensor = weights.find(name);
            for (const float value : weights.floats(name, tensor->shape)) QVERIFY(std::isfinite(value));
        }
    }

    void commandsAreObeyedBetweenMicroBatches() {
        RunConfig config = nanoConfig(text_, Precision::Bf16);
        config.checkpointEvery = config.sampleEvery = config.evalEvery = 0;
        const QTemporaryDir home;
        Recorder events;
        CommandQueue commands;
        events.eachStep = [&](const StepEvent& step) {
            if (step.step == 3) commands.waiting = {RunCommand::Checkpoint, RunCommand::Snapshot};
            if (step.step == 9) commands.waiting = {RunCommand::Stop};
        };
        TrainRequest request = nanoRequest(config, folder(home), events);
        request.commands = &commands;
        const TrainResult result = engine().train(request);
        QCOMPARE(result.state, RunState::Stopped);
        QCOMPARE(result.steps, 10);
        QCOMPARE(events.checkpoints.size(), 2U);
        QVERIFY(events.checkpoints[0].step == 4 && events.checkpoints[1].step == 10);
        const fs::path snapshot = folder(home) / "runs/r-test/snapshot";
        QVERIFY(fs::exists(snapshot / "tokenizer.model") && !fs::exists(snapshot / "optimizer.safetensors"));
        const ModelWeights weights(snapshot);
        QVERIFY(!weights.names().empty());
    }

    void whatCannotStartThrowsAndSaysSo() {
        const QTemporaryDir home;
        RunConfig config = nanoConfig(folder(home) / "missing.txt", Precision::Bf16);
        Recorder events;
        QVERIFY_THROWS_EXCEPTION(Error, engine().train(nanoRequest(config, folder(home), events)));
        QCOMPARE(events.states.back().state, RunState::Failed);
        QVERIFY(events.states.back().explanation.find("missing.txt") != std::string::npos);
        QVERIFY(events.steps.empty());
    }

    void aRunIsNotTrainedTwice() {
        RunConfig config = nanoConfig(text_, Precision::Bf16);
        config.steps = 2;
        const QTemporaryDir home;
        Recorder events;
        engine().train(nanoRequest(config, folder(home), events));
        QVERIFY_THROWS_EXCEPTION(Error, engine().train(nanoRequest(config, folder(home), events)));
    }
};

QTEST_GUILESS_MAIN(TestTrainingRun)
#include "test_training_run.moc"
