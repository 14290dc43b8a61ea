// The engine behind core/engine/engine.h: each call runs on the compute thread.
#include "core/engine/engine.h"
#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/device/plugin.h"
#include "core/engine/bench/bench.h"
#include "core/engine/bench/curve_bench.h"
#include "core/engine/bench/kernel_bench.h"
#include "core/engine/bench/step_timing.h"
#include "core/engine/distributed/ranked_run.h"
#include "core/engine/loop/compute_thread.h"
#include "core/engine/loop/model_evaluation.h"
#include "core/engine/loop/training_run.h"

namespace tritlab {
namespace {

class TorchEngine final : public Engine {
public:
    TrainResult train(const TrainRequest& request) override {
        return onComputeThread<TrainResult>(
            [&] { return request.ranks.many() ? leadRun(request) : TrainingRun(request).run(); });
    }
    TrainResult follow(const FollowRequest& request) override {
        return onComputeThread<TrainResult>([&] { return followRun(request); });
    }
    std::vector<float> logits(const std::filesystem::path& modelFolder, std::span<const TokenId> tokens) override {
        return onComputeThread<std::vector<float>>([&] { return lastLogits(modelFolder, tokens); });
    }
    EvalResult perplexity(const std::filesystem::path& modelFolder, const std::filesystem::path& data,
                          std::int64_t windowLength, const StopToken& stop) override {
        return onComputeThread<EvalResult>([&] { return textPerplexity(modelFolder, data, windowLength, stop); });
    }
    BenchResult bench(const BenchRequest& request) override {
        return onComputeThread<BenchResult>([&] { return benchTraining(request); });
    }
    std::optional<Calibration> calibrate(const CalibrationRequest& request) override {
        std::optional<Calibration> calibration;
        ComputeThread::instance().runUnlessStopped([&] { calibration = timeSteps(request); }, request.stop);
        return calibration;
    }
    std::vector<LossCurves> compareCurves(const CurveRequest& request) override {
        return onComputeThread<std::vector<LossCurves>>([&] { return compareLossCurves(request); });
    }
    std::vector<KernelTiming> benchKernels(const KernelBenchRequest& request) override {
        return onComputeThread<std::vector<KernelTiming>>([&] { return benchKernelSets(request); });
    }
    void logitsOfTexts(const std::filesystem::path& modelFolder, std::span<const std::vector<TokenId>> texts,
                       Precision precision, const std::function<void(std::size_t, std::span<const float>)>& each,
                       const StopToken& stop) override {
        ComputeThread::instance().run([&] { textLogits(modelFolder, texts, precision, each, stop); });
    }

private:
    template <class Result, class Work>
    static Result onComputeThread(const Work& work) {
        Result result;
        ComputeThread::instance().run([&] { result = work(); });
        return result;
    }
};

}  // namespace
}  // namespace tritlab

// What loadEngine() looks up.
extern "C" __attribute__((visibility("default"))) tritlab::Engine* tritlabEngine() {
    static auto* engine = [] {
        try {
            if (tritlab::cudaState().usable()) tritlab::loadCudaPlugin();  // before LibTorch counts its devices
        } catch (const tritlab::Error&) {
            // A run that would train there says why it does not (core/engine/loop/training_device).
        }
        return new tritlab::TorchEngine;  // for the life of the process
    }();
    return engine;
}
