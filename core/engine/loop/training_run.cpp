#include "core/engine/loop/training_run.h"

#include <ATen/ops/full.h>
#include <cmath>
#include <numeric>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/number.h"
#include "core/base/profile.h"
#include "core/config/accumulation.h"
#include "core/config/fields.h"
#include "core/engine/loop/compute_thread.h"
#include "core/engine/loop/gradient_sum.h"
#include "core/engine/loop/held_out_loss.h"
#include "core/engine/loop/kernel_set.h"
#include "core/run/schedules.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// sums: of each micro-batch, the metrics one after another.
std::vector<StepEvent::Metric> meansOf(const std::vector<double>& sums, std::span<const char* const> keys,
                                       double count) {
    std::vector<StepEvent::Metric> means;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        double total = 0;
        for (std::size_t at = i; at < sums.size(); at += keys.size()) total += sums[at];
        means.push_back({keys[i], total / count});
    }
    return means;
}

}  // namespace

TrainingRun::TrainingRun(const TrainRequest& request, ProcessGroup* group)
    : request_(request), config_(request.config), group_(group), reporter_(request.observers),
      checkpoints_(request.workspace, request.runId, request.config.keepCheckpoints, reporter_),
      watch_(request.config.explodeFactor, request.config.warmupSteps), lastLoss_(nan), lastGradNorm_(nan),
      segmentStart_(Clock::now()), bestBy_(nan) {}

TrainResult TrainingRun::run() {
    reporter_.report(StateEvent{RunState::Preparing, 0, {}});
    try {
        prepare();
    } catch (const std::exception& error) {
        if (group_ != nullptr) group_->fail(error.what());
        if (request_.stop.stopRequested()) return end(RunState::Stopped, "Stopped before the first step.");
        reporter_.log(LogLevel::Error, -1, error.what());
        reporter_.report(StateEvent{RunState::Failed, done_, error.what()});
        throw;
    }
    try {
        return loop();
    } catch (const std::exception& error) {
        if (group_ != nullptr) group_->fail(error.what());
        const StepIndex newest = checkpoints_.newest();
        std::string text = std::string("Training failed at step ") + std::to_string(done_) + ": " + error.what() + ".";
        if (leads())
            text += newest >= 0 ? " The run can be resumed from " + checkpointName(newest) + "."
                                : " No checkpoint had been written yet.";
        reporter_.log(LogLevel::Error, done_, text);
        return end(RunState::Failed, text);
    }
}

TrainResult TrainingRun::loop() {
    segmentStart_ = Clock::now();
    reporter_.report(StateEvent{RunState::Running, done_, {}, bitEqual_});
    if (done_ == 0 && config_.healthEvery > 0 && leads()) reporter_.report(health_->snapshot(0));
    const bool pending = !evaluated_ || !sampled_;
    if (pending && (!evaluate() || !sample())) return endStopped();
    if (pending && done_ == config_.steps) writeCheckpoint();
    while (done_ < config_.steps) {
        const StepEnd ended = trainStep();
        if (ended == StepEnd::Diverged) return endDiverged();
        if (ended == StepEnd::Interrupted) return endStopped();
        const bool whole = boundary();
        if (divergence_) return endDiverged();
        if (!whole) return endStopped();
    }
    return endFinished();
}

TrainingRun::StepEnd TrainingRun::trainStep() {
    const Clock::time_point start = Clock::now();
    const double lambda = lambdaAt(config_, done_);
    const std::vector<std::int64_t> mine = microBatchesOf(config_, parallel_->rank(), parallel_->size());
    std::vector<BatchTensors> batches;
    const auto micros = static_cast<std::size_t>(config_.accumulation);
    std::vector<double> targets(micros), nats(micros);                   // of each micro-batch
    std::vector<double> metrics(micros * objective_->metrics().size());  // of each, one after another
    for (const std::int64_t micro : mine) {
        batches.push_back(toTensors(data_->batch(done_, micro)));
        targets[static_cast<std::size_t>(micro)] = static_cast<double>(objective_->count(batches.back()));
    }
    parallel_->gather(targets);
    const auto scored = static_cast<std::int64_t>(std::accumulate(targets.begin(), targets.end(), 0.0));
    // The mean over the whole token batch, whatever its parts: each part's sum enters with the same weight.
    const at::Tensor weight = at::full({}, 1.0 / static_cast<double>(std::max<std::int64_t>(scored, 1)),
                                       at::TensorOptions(device_.device).dtype(at::kFloat));
    bool finite = true;
    const auto pass = [&](std::int64_t index) {
        if (pollCommands()) return false;
        if (!finite) return true;
        const std::int64_t micro = mine[static_cast<std::size_t>(index)];
        const ObjectiveLoss loss = objective_->loss(*model_, batches[static_cast<std::size_t>(index)], lambda);
        const double sum = nats[static_cast<std::size_t>(micro)] = loss.sum.item<double>();
        std::copy(loss.metrics.begin(), loss.metrics.end(),
                  metrics.begin() + micro * static_cast<std::int64_t>(loss.metrics.size()));
        finite = std::isfinite(sum);
        if (finite) loss.sum.backward(weight);
        return true;
    };
    const auto own = static_cast<std::int64_t>(mine.size());
    bool whole =
        sumGradients(model_->parameters(), own, blocksOfRank(config_, parallel_->rank(), parallel_->size()), pass);
    // A rank that has fewer than another hears of commands as often.
    for (std::int64_t i = own; whole && i < roundsOf(config_, parallel_->size()); ++i) whole = !pollCommands();
    if (!whole) {
        // an unfinished step is dropped: resuming repeats it from its first micro-batch
        parallel_->clearGradients();
        return StepEnd::Interrupted;
    }
    parallel_->gather(nats);
    if (!metrics.empty()) parallel_->gather(metrics);
    const auto count = static_cast<double>(std::max<std::int64_t>(scored, 1));
    const double loss = std::accumulate(nats.begin(), nats.end(), 0.0) / count;
    objectiveMetrics_ = meansOf(metrics, objective_->metrics(), count);
    double gradNorm = nan;
    if (std::isfinite(loss)) {
        const ProfileScope scope("optimizer");
        parallel_->sumGradients(config_.gradientBlocks > 1);
        gradNorm = parallel_->gradientNorm();
        // they are gone when the snapshot that follows the step is taken
        if (leads() && healthDueAfter(done_ + 1)) health_->takeGradients();
        if (std::isfinite(gradNorm)) {
            parallel_->step(learningRateAt(config_, done_), weightDecayAt(config_, done_),
                            clipFactor(gradNorm, config_.gradClip));
        }
    }
    parallel_->clearGradients();
    model_->weightsChanged();
    finishStep(loss, gradNorm, secondsSince(start), config_.tokensPerStep());
    return divergence_ ? StepEnd::Diverged : StepEnd::Done;
}

void TrainingRun::finishStep(double loss, double gradNorm, double seconds, std::int64_t tokens) {
    tokens_ += tokens;
    lastLoss_ = loss;
    StepEvent event;
    event.step = done_;
    event.loss = loss;
    event.learningRate = learningRateAt(config_, done_);
    event.lambda = lambdaAt(config_, done_);
    event.weightDecay = weightDecayAt(config_, done_);
    event.gradNorm = gradNorm;
    event.tokensPerSecond = seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
    event.wallSeconds = wallSeconds();
    event.tokens = tokens_;
    event.memoryBytes = static_cast<double>(residentBytes());
    event.objective = std::move(objectiveMetrics_);
    reporter_.report(event);
    if (!std::isfinite(loss)) return setDivergence(DivergenceKind::LossNotFinite, loss);
    if (!std::isfinite(gradNorm)) return setDivergence(DivergenceKind::GradientNotFinite, loss);
    lastGradNorm_ = gradNorm;
    if (watch_.add(done_, loss)) return setDivergence(DivergenceKind::LossExploded, loss);
    ++done_;
    evaluated_ = !due(config_.evalEvery);
    sampled_ = !due(config_.sampleEvery);
}

bool TrainingRun::pollCommands() {
    constexpr unsigned bits = 3;
    const auto bit = [](RunCommand command) { return 1U << static_cast<unsigned>(command); };
    unsigned wanted = request_.stop.stopRequested() ? bit(RunCommand::Stop) : 0;
    if (request_.commands != nullptr)
        for (const RunCommand command : request_.commands->take()) wanted |= bit(command);
    wanted = parallel_->anyOf(wanted, bits);  // all ranks do the same
    if ((wanted & bit(RunCommand::Checkpoint)) != 0) writeCheckpoint();
    if ((wanted & bit(RunCommand::Snapshot)) != 0 && leads()) writeSnapshot();
    const bool stop = (wanted & bit(RunCommand::Stop)) != 0;
    if (stop) request_.stop.requestStop();
    return stop;
}

bool TrainingRun::boundary() {
    if (leads() && healthDueAfter(done_)) reporter_.report(health_->snapshot(done_));
    if (!evaluate() || !sample()) return false;
    if (due(config_.checkpointEvery)) writeCheckpoint();
    return true;
}

bool TrainingRun::evaluate() {
    const std::int64_t windows = data_->heldOutWindows();
    if (evaluated_ || windows == 0) {
        evaluated_ = true;
        return true;
    }
    const auto pass = [&](std::int64_t first, std::int64_t count, double lambda) {
        return parallel_->heldOut(*data_, first, count, config_.batchSize, lambda, [this] { return pollCommands(); });
    };
    EvaluationEvent event;
    event.step = done_;
    event.full = done_ == config_.steps;
    event.lambda = lambdaOfLastStep();
    const double judged = evaluationLambda(model_->config());
    // The first windows alone rank checkpoints, so that the last evaluation can be compared with those along the way.
    const std::int64_t wanted = (config_.evalTokens + config_.sequenceLength - 1) / config_.sequenceLength;
    const std::int64_t along = std::clamp<std::int64_t>(wanted, 1, windows);
    const std::int64_t all = event.full ? windows : along;
    std::optional<LossTotals> totals = pass(0, along, judged);
    if (!totals) return false;
    const double ranking = totals->mean();
    if (all > along) {
        const std::optional<LossTotals> rest = pass(along, all - along, judged);
        if (!rest) return false;
        totals->add(*rest);
    }
    event.loss = event.lossAtLambda = totals->mean();
    if (event.lambda != judged && model_->config().ternaryLinears) {
        const std::optional<LossTotals> blended = pass(0, all, event.lambda);
        if (!blended) return false;
        event.lossAtLambda = blended->mean();
    }
    event.perplexity = std::exp(event.loss);
    event.tokens = totals->tokens;
    event.bytes = data_->heldOutBytes(all);
    event.bitsPerByte = bitsPerByte(totals->nats, event.bytes);
    bestBy_ = ranking;
    evaluation_ = event;
    evaluated_ = true;
    reporter_.report(event);
    return true;
}

bool TrainingRun::writeCheckpoint() {
    // nothing has changed since
    if (checkpointAt_ == done_ && evaluated_ && sampled_ && done_ < config_.steps) return true;
    std::vector<Moments> moments = parallel_->gatherOptimizerState();
    const TrainingState state{*model_, moments, *health_};
    if (!parallel_->agree(leads() && allFinite(state))) {
        setDivergence(DivergenceKind::WeightsNotFinite, lastLoss_);
        return false;
    }
    CheckpointManifest manifest;
    manifest.step = done_;
    manifest.tokens = tokens_;
    manifest.wallSeconds = wallSeconds();
    manifest.lastLoss = lastLoss_;
    manifest.dataHash = data_->manifestHash();
    manifest.tokenizerHash = data_->tokenizer().hash();
    manifest.kernels = kernelSet(device_.name);
    manifest.threads = ComputeThread::threads();
    manifest.ranks = parallel_->size();
    manifest.lossWatch = watch_.state();
    manifest.config = toJson(config_);
    manifest.evaluation = evaluation_;
    manifest.evaluated = evaluated_;
    manifest.sampled = sampled_;
    manifest.bestBy = bestBy_;
    std::optional<Error> error;
    if (leads()) error = checkpoints_.write(state, description(), data_->tokenizerPath(), manifest);
    checkpointFailure_ = parallel_->agree(error ? std::string(error->what()) : std::string());
    if (checkpointFailure_.empty()) checkpointAt_ = done_;
    else
        reporter_.log(LogLevel::Error, done_,
                      "Checkpoint " + checkpointName(done_) + " was not written: " + checkpointFailure_ +
                          ". Earlier checkpoints are untouched.");
    return checkpointFailure_.empty();
}

}  // namespace tritlab
