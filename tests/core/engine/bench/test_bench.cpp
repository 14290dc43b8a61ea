// The bench's own figures: plausible loss, parameters and memory, parts that add up to the step, bad requests refused.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/config/fields.h"
#include "core/device/plugin.h"
#include "core/engine/engine.h"
#include "core/model/estimate.h"
#include "tests/core/engine/loop/nano_run.h"

using namespace tritlab;

class TestBench : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void benchTellsWhereTheTimeGoes() {
        BenchRequest request;
        request.shape = "tiny";
        request.mode = "bitnet";
        request.steps = 1;
        request.threads = 2;
        request.device = ComputeDevice::Cpu;
        request.activationCheckpointing = true;
        const BenchResult small = loadEngine().bench(request);
        request.activationCheckpointing = false;
        const BenchResult result = loadEngine().bench(request);
        QVERIFY(std::abs(result.loss - std::log(4096.0)) < 0.5);  // random tokens
        QCOMPARE(result.parameters, 4096 * 256 + 6 * (12 * 256 * 256 + 2 * 256) + 256);
        QVERIFY(result.tokensPerSecond > 0 && result.medianStepSeconds > 0);
        // Weights, gradients and both moments are in memory at least.
        QVERIFY(result.peakMemoryBytes > 16.0 * static_cast<double>(result.parameters));
        QVERIFY(result.healthSeconds > 0);
        QVERIFY(result.productFlops > 0 && result.machineFlops > 0);
        QCOMPARE(result.gemmShare, result.productFlops / result.machineFlops);
        QCOMPARE(small.loss, result.loss);
#if !defined(__SANITIZE_ADDRESS__)  // under which freed memory stays
        QVERIFY2(small.peakMemoryBytes < 0.9 * result.peakMemoryBytes, std::to_string(small.peakMemoryBytes).c_str());
        // The estimate of the same shape, from its config alone.
        RunConfig config = presetDraft("tiny").config();
        config.device = ComputeDevice::Cpu;
        for (const auto& [bench, checkpointing] : {std::pair{&result, false}, {&small, true}}) {
            config.activationCheckpointing = checkpointing;
            const double ratio = static_cast<double>(estimate(config).trainingBytes) / bench->peakMemoryBytes;
            QVERIFY2(std::abs(ratio - 1) < 0.1, std::to_string(ratio).c_str());
        }
#endif
        double sum = 0;
        for (const BenchPart& part : result.parts) sum += part.share;
        QVERIFY2(sum > 0.8 && sum < 1.01, std::to_string(sum).c_str());
        // Our own kernels run on as many threads as they were given, not only LibTorch's.
        QCOMPARE(result.threads, 2);
        QCOMPARE(result.device, std::string());
        request.threads = 1;
        QCOMPARE(loadEngine().bench(request).threads, 1);
        request.mode = "fast";
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().bench(request));
        request.mode = "dense";
        request.shape = "huge";
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().bench(request));
        request.shape = "tiny";
        request.steps = 0;
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().bench(request));
    }

    void aDeviceIsNamedOrRefused() {
        BenchRequest request;
        request.shape = "tiny";
        request.mode = "reference";
        request.device = ComputeDevice::Cuda;
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().bench(request));  // wherever it runs
        request.mode = "bitnet";
        request.steps = 1;
        if (cudaState().usable()) {
            const BenchResult result = loadEngine().bench(request);
            QCOMPARE(result.device, cudaState().devices[0]);
            QVERIFY(std::abs(result.loss - std::log(4096.0)) < 0.5 &&
                    result.peakMemoryBytes > 16.0 * static_cast<double>(result.parameters));
        } else {
            QVERIFY_THROWS_EXCEPTION(Error, loadEngine().bench(request));
            request.device = ComputeDevice::Auto;
            QCOMPARE(loadEngine().bench(request).device, std::string());
        }
    }

    void everyKernelIsTimedBesideItsReference() {
        KernelBenchRequest request;
        request.rows = 256;
        request.width = 64;
        request.repeats = 1;
        const std::vector<KernelTiming> timings = loadEngine().benchKernels(request);
        std::map<std::string, int> variants;
        for (const KernelTiming& timing : timings) {
            QVERIFY2(timing.seconds > 0 && timing.speedup > 0, timing.kernel.c_str());
            if (variants[timing.kernel]++ == 0) QCOMPARE(timing.speedup, 1.0);
        }
        QCOMPARE(variants.size(), std::size_t{9});
        QVERIFY(variants.at("attention forward") == 2 && variants.at("their backward") >= 1);
        request.width = 8;
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().benchKernels(request));
        request.width = 64;
        request.stop.requestStop();
        QVERIFY(loadEngine().benchKernels(request).empty());
    }

    void theFastEngineLearnsAsTheReferenceDoes() {
        QTemporaryDir folder;
        const std::filesystem::path home = folder.path().toStdString();
        writeNanoText(home / "text.txt");
        CurveRequest request{
            nanoConfig(home / "text.txt", Precision::Bf16), Workspace(home / "workspace"), {1, 2}, {}, {}};
        request.config.normPlacement = NormPlacement::Post;
        request.config.gatedFfn = request.config.subNorms = false;
        request.config.steps = 40;
        int calls = 0;
        request.progress = [&](std::int64_t, bool, StepIndex, double) { ++calls; };
        const std::vector<LossCurves> curves = loadEngine().compareCurves(request);
        QCOMPARE(curves.size(), std::size_t{2});
        QCOMPARE(calls, 160);
        for (const LossCurves& pair : curves) {
            QCOMPARE(pair.fast.size(), std::size_t{40});
            QVERIFY(std::abs(pair.fast[0] - pair.reference[0]) < 0.01 * pair.reference[0]);
            QVERIFY(pair.reference.back() < 0.9 * pair.reference.front());  // it learns
            QVERIFY(std::abs(pair.fast.back() - pair.reference.back()) < 0.03 * pair.reference.back());
        }
        request.config.subNorms = true;  // has no reference
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().compareCurves(request));
    }
};

QTEST_GUILESS_MAIN(TestBench)
#include "test_bench.moc"
