#include "core/engine/bench/curve_bench.h"

#include "core/data/dataset.h"
#include "core/engine/loop/compute_thread.h"
#include "core/engine/loop/held_out_loss.h"
#include "core/engine/loop/training_pass.h"
#include "core/engine/model/language_model.h"
#include "core/engine/optimizer/adamw.h"
#include "core/run/schedules.h"

namespace tritlab {
namespace {

std::vector<double> curve(const CurveRequest& request, const RunConfig& config, const Dataset& data, bool reference) {
    LanguageModel model(modelConfig(config, data.tokenizer().size()), reference ? Precision::Fp32 : config.precision);
    model.initialize(config.initialization, config.initStd, static_cast<std::uint64_t>(config.seed));
    AdamW optimizer(model.parameters(), {config.beta1, config.beta2, config.adamEps, config.decayGroups});
    const TrainingPass pass = reference ? referencePass(model) : fastPass(model);
    std::vector<double> losses;
    for (StepIndex step = 0; step < config.steps && !request.stop.stopRequested(); ++step) {
        const BatchTensors batch = toTensors(data.batch(step, 0));
        losses.push_back(pass(batch.tokens, batch.targets, lambdaAt(config, step)));
        optimizer.step(learningRateAt(config, step), weightDecayAt(config, step),
                       clipFactor(optimizer.gradientNorm(), config.gradClip));
        optimizer.clearGradients();
        model.weightsChanged();
        if (request.progress) request.progress(config.seed, reference, step + 1, losses.back());
    }
    return losses;
}

}  // namespace

std::vector<LossCurves> compareLossCurves(const CurveRequest& request) {
    ComputeThread::setThreads(static_cast<int>(request.config.threads));
    std::vector<LossCurves> curves;
    for (const std::int64_t seed : request.seeds) {
        RunConfig config = request.config;
        config.seed = seed;
        const auto data = openDataset(config, request.workspace, {}, request.stop);
        // Separate calls: each frees its model before the next is made.
        std::vector<double> fast = curve(request, config, *data, false);
        curves.push_back({seed, std::move(fast), curve(request, config, *data, true)});
    }
    return curves;
}

}  // namespace tritlab
