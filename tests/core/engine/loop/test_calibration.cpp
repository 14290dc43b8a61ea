// What a calibration says: steps counted one by one, sums written out, which changes make it old; and a real one, of a
// nano run.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/engine/engine.h"
#include "core/model/estimate.h"
#include "core/run/schedules.h"
#include "tests/core/engine/loop/nano_run.h"

using namespace tritlab;

namespace {

constexpr double unmeasured = std::numeric_limits<double>::quiet_NaN();

std::size_t pathOf(double lambda) { return lambda == 0 ? 0 : lambda == 1 ? 2 : 1; }

// Powers of two: their sums are exact.
Calibration made(const RunConfig& config) { return {config, {{{0.5, 0.25}, {2, 1}, {0.125, unmeasured}}}, 1000}; }

}  // namespace

class TestCalibration : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stepsAreCountedByPath() {
        for (const LambdaSchedule schedule : {LambdaSchedule::None, LambdaSchedule::Linear, LambdaSchedule::Accelerated,
                                              LambdaSchedule::Exponential, LambdaSchedule::Sigmoid}) {
            for (const double reach : {0.3, 1.0}) {
                for (const double last : {1.0, 0.7, 0.0}) {
                    for (const bool ternary : {true, false}) {
                        RunConfig config;
                        config.lambdaSchedule = schedule;
                        config.lambdaReachOneAt = reach;
                        config.lambdaFinal = last;
                        config.ternaryLinears = ternary;
                        config.steps = 137;
                        for (const StepIndex first : {0, 1, 50, 137, 200}) {
                            std::array<StepIndex, lambdaPaths> counted{};
                            for (StepIndex step = first; step < config.steps; ++step)
                                ++counted[pathOf(lambdaAt(config, step))];
                            QCOMPARE(stepsByPath(config, first), counted);
                        }
                    }
                }
            }
        }
    }

    void aRunIsTheSumOfItsSteps() {
        RunConfig config;
        config.lambdaSchedule = LambdaSchedule::Accelerated;
        config.steps = 90;
        const Calibration calibration = made(config);
        const double seconds[] = {0.5, 2, 0.125};
        for (const StepIndex first : {0, 40}) {
            double sum = 0;
            for (StepIndex step = first; step < config.steps; ++step) sum += seconds[pathOf(lambdaAt(config, step))];
            QCOMPARE(calibration.runSeconds(config, first), sum);
        }
        config.lambdaSchedule = LambdaSchedule::Linear;
        config.lambdaFinal = 0.5;  // never the third path, whose further micro-batches were not measured
        config.accumulation = 4;
        QCOMPARE(calibration.runSeconds(config), 1 * (0.5 + 3 * 0.25) + 89 * (2 + 3 * 1.0));
    }

    void onlyWhatAltersTheSpeedMakesItOld() {
        RunConfig config;
        config.lambdaSchedule = LambdaSchedule::Linear;
        const Calibration calibration = made(config);
        const auto fits = [&](const auto& change) {
            RunConfig other = config;
            change(other);
            return calibration.fits(other);
        };
        QVERIFY(fits([](RunConfig&) {}));
        QVERIFY(fits([](RunConfig& c) { c.steps = 7; }));
        QVERIFY(fits([](RunConfig& c) { c.learningRate = 1; }));
        QVERIFY(fits([](RunConfig& c) { c.data = {{"other.txt", 1}}; }));
        QVERIFY(fits([](RunConfig& c) { c.lambdaSchedule = LambdaSchedule::None; }));
        QVERIFY(!fits([](RunConfig& c) { c.accumulation = 2; }));  // of the third path nothing is known there
        QVERIFY(!fits([](RunConfig& c) { c.hiddenSize = 512; }));
        QVERIFY(!fits([](RunConfig& c) { c.batchSize = 1; }));
        QVERIFY(!fits([](RunConfig& c) { c.vocabSize = 5000; }));
        QVERIFY(!fits([](RunConfig& c) { c.precision = Precision::Fp32; }));
        QVERIFY(!fits([](RunConfig& c) { c.threads = 1; }));
        QVERIFY(!fits([](RunConfig& c) { c.activationCheckpointing = true; }));
        Calibration plain = calibration;
        plain.seconds[1] = {unmeasured, unmeasured};
        QVERIFY(!plain.fits(config));
    }

    void stepsAreMeasured() {
        CalibrationRequest request;
        request.config = nanoConfig("none.txt", Precision::Bf16);  // the text is not read
        request.config.lambdaSchedule = LambdaSchedule::Accelerated;
        request.config.accumulation = 2;
        int calls = 0, last = -1, of = 0;
        request.progress = [&](int done, int all) {
            QVERIFY(done > last || calls == 0);
            last = done;
            of = all;
            ++calls;
        };
        const auto calibration = loadEngine().calibrate(request);
        QVERIFY(calibration.has_value());
        QVERIFY(calls > 1);
        QCOMPARE(last, of);
        for (const PathSeconds& each : calibration->seconds) QVERIFY(each.step > 0 && each.further > 0);
        QVERIFY(calibration->fits(request.config));
        QVERIFY(calibration->runSeconds(request.config) > 0);

        request.config.lambdaSchedule = LambdaSchedule::None;
        request.config.accumulation = 1;
        request.progress = {};
        const auto ternary = loadEngine().calibrate(request);
        QVERIFY(ternary && std::isnan(ternary->seconds[0].step) && std::isnan(ternary->seconds[1].step));
        QVERIFY(ternary->seconds[2].step > 0 && std::isnan(ternary->seconds[2].further));
    }

    void memoryIsMeasured() {
        CalibrationRequest request;
        request.config = nanoConfig("none.txt", Precision::Bf16);
        request.config.vocabSize = 20000;
        request.config.hiddenSize = 256;
        const auto calibration = loadEngine().calibrate(request);
        QVERIFY(calibration.has_value());
        // Weights, their gradients and both moments at least; and no more than the estimate allows for all.
        const Estimate expected = estimate(request.config);
        QVERIFY2(calibration->memoryBytes > 16 * expected.parameters, std::to_string(calibration->memoryBytes).c_str());
        QVERIFY2(calibration->memoryBytes < 2 * expected.trainingBytes,
                 std::to_string(calibration->memoryBytes).c_str());
    }

    void stoppedOrRefused() {
        CalibrationRequest request;
        request.config = nanoConfig("none.txt", Precision::Bf16);
        request.progress = [&](int done, int) {
            if (done == 1) request.stop.requestStop();
        };
        QVERIFY(!loadEngine().calibrate(request).has_value());
        request.config.hiddenSize = 1 << 17;  // no machine has room for it
        request.config.ffnSize = 1 << 19;
        request.config.layers = 100;
        try {
            (void)loadEngine().calibrate(request);
            QFAIL("a model of terabytes was taken on");
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains("free") && QString(error.what()).contains("smaller model"),
                     error.what());
        }
    }
};

QTEST_GUILESS_MAIN(TestCalibration)
#include "test_calibration.moc"
