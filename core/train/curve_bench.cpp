#include "core/train/curve_bench.h"

#include <ATen/ops/full.h>
#include <functional>

#include "core/data/dataset.h"
#include "core/eval/held_out_loss.h"
#include "core/model/language_model.h"
#include "core/train/adamw.h"
#include "core/train/compute_thread.h"
#include "core/train/notebook_reference.h"
#include "core/train/schedules.h"

namespace tritlab {
namespace {

// Forward and backward of one batch; gives the mean loss.
using Pass = std::function<double(const BatchTensors& batch, double lambda)>;

Pass fastPass(LanguageModel& model) {
    return [&model](const BatchTensors& batch, double lambda) {
        const auto count = static_cast<double>(batch.targets.numel());
        const at::Tensor sum = model.lossSum(batch.tokens, batch.targets, {}, lambda);
        sum.backward(at::full({}, 1 / count, at::kFloat));
        return sum.item<double>() / count;
    };
}

Pass referencePass(LanguageModel& model) {
    std::map<std::string, at::Tensor> weights;
    for (const Parameter& parameter : model.parameters()) weights[parameter.name] = parameter.value;
    auto reference = std::make_shared<NotebookReference>(model.config(), std::move(weights));
    return [reference](const BatchTensors& batch, double lambda) {
        const at::Tensor loss = reference->loss(batch.tokens, batch.targets, lambda);
        loss.backward();
        return loss.item<double>();
    };
}

std::vector<double> curve(const CurveRequest& request, const RunConfig& config, const Dataset& data, bool reference) {
    LanguageModel model(modelConfig(config, data.tokenizer().size()), reference ? Precision::Fp32 : config.precision);
    model.initialize(config.initialization, config.initStd, static_cast<std::uint64_t>(config.seed));
    AdamW optimizer(model.parameters(), {config.beta1, config.beta2, config.adamEps, config.decayGroups});
    const Pass pass = reference ? referencePass(model) : fastPass(model);
    std::vector<double> losses;
    for (StepIndex step = 0; step < config.steps && !request.stop.stopRequested(); ++step) {
        losses.push_back(pass(toTensors(data.batch(step, 0)), lambdaAt(config, step)));
        optimizer.step(learningRateAt(config, step), weightDecayAt(config, step), clipFactor(optimizer.gradientNorm(), config.gradClip));
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
