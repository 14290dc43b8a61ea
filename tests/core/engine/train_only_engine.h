// An engine for tests that script what a run does: train() is theirs, all else is not asked of it.
#pragma once

#include "core/engine/engine.h"

namespace tritlab {

class TrainOnlyEngine : public Engine {
public:
    std::vector<float> logits(const std::filesystem::path&, std::span<const TokenId>) override { return {}; }
    EvalResult perplexity(const std::filesystem::path&, const std::filesystem::path&, std::int64_t,
                          const StopToken&) override {
        return {};
    }
    BenchResult bench(const BenchRequest&) override { return {}; }
    std::vector<KernelTiming> benchKernels(const KernelBenchRequest&) override { return {}; }
    std::optional<Calibration> calibrate(const CalibrationRequest&) override { return std::nullopt; }
    std::vector<LossCurves> compareCurves(const CurveRequest&) override { return {}; }
    TrainResult follow(const FollowRequest&) override { return {}; }
    void logitsOfTexts(const std::filesystem::path&, std::span<const std::vector<TokenId>>, Precision,
                       const std::function<void(std::size_t, std::span<const float>)>&, const StopToken&) override {}
};

}  // namespace tritlab
