// How a training run begins and ends: preparing, resuming, and what is said when it is over. The loop is in
// training_run.cpp.
#include <cmath>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/number.h"
#include "core/config/accumulation.h"
#include "core/config/fields.h"
#include "core/engine/loop/compute_thread.h"
#include "core/engine/loop/kernel_set.h"
#include "core/engine/loop/samples.h"
#include "core/engine/loop/training_run.h"
#include "core/run/schedules.h"

namespace tritlab {
namespace {

// Whether a checkpoint was written under this config. A field that has come into the program since is at its default
// there.
bool isConfig(const nlohmann::json& stored, const RunConfig& config) {
    try {
        return toJson(configFromJson(stored)) == toJson(config);
    } catch (const Error&) {
        return false;  // a field that this program does not know, or no longer takes
    }
}

}  // namespace

void TrainingRun::prepare() {
    if (leads()) checkpoints_.cleanUp();
    if (leads() && !request_.resume && !checkpoints_.empty()) {
        throw Error("this run has been trained before", request_.workspace.checkpoints(request_.runId).string(),
                    "Resume it, or start a new run");
    }
    requireWorkForAll();
    device_ = trainingDevice(config_.device, request_.ranks);
    if (!device_.name.empty()) reporter_.log(LogLevel::Info, -1, "Trains on " + device_.name);
    if (!device_.remark.empty()) reporter_.log(LogLevel::Warning, -1, device_.remark);
    if (group_ != nullptr) reporter_.log(LogLevel::Info, -1, "Tensors travel by " + group_->useDevice(device_.device));
    ComputeThread::setThreads(request_.ranks.threads(static_cast<int>(config_.threads)));
    openDataInTurn();
    objective_ = makeObjective(config_);
    model_ = std::make_unique<LanguageModel>(modelConfig(config_, data_->tokenizer().size()), config_.precision,
                                             device_.device);
    model_->setRecompute(config_.activationCheckpointing);
    parallel_ = std::make_unique<DataParallel>(
        group_, *model_, AdamW::Options{config_.beta1, config_.beta2, config_.adamEps, config_.decayGroups});
    parallel_->requireSame("training text", data_->manifestHash());
    health_ = std::make_unique<HealthTracker>(*model_, config_.deadZoneWidth);
    if (parallel_->agree(leads() && request_.resume && !checkpoints_.empty())) resume();
    else startFresh();
}

void TrainingRun::requireWorkForAll() const {
    if (group_ == nullptr || group_->size() <= config_.accumulation) return;
    throw Error("a step of this run has " + std::to_string(config_.accumulation) + " micro-batches, and there are " +
                    std::to_string(group_->size()) + " ranks",
                "accumulation", "Start as many ranks as micro-batches at most");
}

// Rank 0 reads the text and trains the tokenizer; the others find the cache filled, or fill that of their own machine.
void TrainingRun::openDataInTurn() {
    if (!leads()) group_->barrier();
    openData();
    if (leads() && group_ != nullptr) group_->barrier();
}

void TrainingRun::openData() {
    const PrepareProgress progress = [this](const std::string& what, double done) {
        reporter_.report(ProgressEvent{what, done});
        if (request_.commands == nullptr) return;
        for (const RunCommand command : request_.commands->take())
            if (command == RunCommand::Stop) request_.stop.requestStop();
    };
    data_ = openDataset(config_, request_.workspace, progress, request_.stop);
    for (const SourceSummary& source : data_->sources()) {
        reporter_.log(LogLevel::Info, -1,
                      source.path + ": " + std::to_string(source.documents) + " documents, " +
                          std::to_string(source.trainTokens) + " tokens to train on, " +
                          std::to_string(source.heldOutTokens) + " held out");
        if (source.skips.skipped() > 0)
            reporter_.log(source.skips.losesMuch() ? LogLevel::Warning : LogLevel::Info, -1,
                          source.path + ": " + source.skips.text());
    }
    if (data_->heldOutWindows() == 0)
        reporter_.log(LogLevel::Warning, -1, "No text is held out: nothing will be evaluated");
}

void TrainingRun::startFresh() {
    if (request_.resume)
        reporter_.log(LogLevel::Info, -1, "The run has no checkpoint yet: it starts from its first step");
    model_->initialize(config_.initialization, config_.initStd, static_cast<std::uint64_t>(config_.seed));
    reporter_.log(LogLevel::Info, -1,
                  "The model has " + humanCount(static_cast<double>(parameterCount(model_->config()))) + " parameters");
}

void TrainingRun::resume() {
    const CheckpointManifest manifest = readNewestCheckpoint();
    if (manifest.tokenizerHash != data_->tokenizer().hash()) {
        throw Error("the run's data gives another tokenizer than the one that its checkpoint was trained with",
                    data_->tokenizerPath().string(), "Put the data back as it was, or start a new run");
    }
    parallel_->optimizer().setSteps(manifest.step);
    done_ = checkpointAt_ = manifest.step;
    tokens_ = manifest.tokens;
    wallBefore_ = manifest.wallSeconds;
    lastLoss_ = manifest.lastLoss;
    watch_.restore(manifest.lossWatch);
    evaluation_ = manifest.evaluation;
    bestBy_ = manifest.bestBy;
    evaluated_ = manifest.evaluated;
    sampled_ = manifest.sampled;
    reporter_.log(LogLevel::Info, done_, "Resumed from " + checkpointName(done_));
    const std::string changes = changesSince(manifest);
    bitEqual_ = changes.empty();
    if (!bitEqual_)
        reporter_.log(LogLevel::Warning, done_,
                      "From here on not bit-equal to a run that was never stopped: " + changes);
}

// Rank 0 reads it; weights and moments go to the others from there, so that they need not see its disk.
CheckpointManifest TrainingRun::readNewestCheckpoint() {
    if (!leads()) group_->barrier();
    std::vector<Moments> moments = parallel_->momentsToFill();
    CheckpointManifest manifest;
    if (leads()) manifest = checkpoints_.resume({*model_, moments, *health_});
    if (group_ == nullptr) return manifest;
    if (leads()) group_->barrier();
    manifest = manifestOfText(parallel_->agree(leads() ? manifestText(manifest) : std::string()));
    parallel_->spreadWeights();
    parallel_->takeMoments(moments);
    return manifest;
}

std::string TrainingRun::changesSince(const CheckpointManifest& manifest) const {
    if (manifest.step == 0) return {};  // nothing has been computed yet that could come out differently
    std::string changes;
    const auto add = [&](const std::string& change) { changes += (changes.empty() ? "" : "; ") + change; };
    if (manifest.threads != ComputeThread::threads()) {
        add(std::to_string(ComputeThread::threads()) + " threads instead of " + std::to_string(manifest.threads));
    }
    const bool sameSums = sumsAsOneRank(config_, manifest.ranks) && sumsAsOneRank(config_, parallel_->size());
    if (manifest.ranks != parallel_->size() && !sameSums) {
        add(std::to_string(parallel_->size()) + (parallel_->size() == 1 ? " rank" : " ranks") + " instead of " +
            std::to_string(manifest.ranks));
    }
    if (const std::string kernels = kernelSet(device_.name); manifest.kernels != kernels)
        add("kernels " + kernels + " instead of " + manifest.kernels);
    else if (!device_.device.is_cpu()) add("sums have no fixed order on this device");
    if (manifest.dataHash != data_->manifestHash()) add("the data has changed");
    if (!isConfig(manifest.config, config_)) add("the config has changed");
    return changes;
}

bool TrainingRun::sample() {
    if (sampled_) return true;
    bool whole = true;
    if (leads() && !config_.samplePrompts.empty() && writeSnapshot()) {
        whole = sampleFixedPrompts(
            request_.workspace.snapshot(request_.runId), config_, done_,
            [this](const SampleEvent& event) { reporter_.report(event); }, request_.stop);
    }
    return sampled_ = parallel_->agree(whole);
}

bool TrainingRun::writeSnapshot() {
    try {
        writeFolderAtomically(request_.workspace.snapshot(request_.runId), [this](const std::filesystem::path& folder) {
            writeModelFolder(folder, *model_, description(), data_->tokenizerPath());
        });
        return true;
    } catch (const std::exception& error) {
        reporter_.log(LogLevel::Error, done_, std::string("The snapshot was not written: ") + error.what());
        return false;
    }
}

double TrainingRun::lambdaOfLastStep() const { return lambdaAt(config_, std::max<StepIndex>(done_ - 1, 0)); }

double TrainingRun::wallSeconds() const { return wallBefore_ + secondsSince(segmentStart_); }

ModelDescription TrainingRun::description() const {
    ModelDescription description;
    description.config = model_->config();
    description.storage = WeightStorage::Master;
    description.chatTemplate = config_.chatTemplate;
    description.lambda = lambdaOfLastStep();
    description.origin = "tritlab";
    return description;
}

void TrainingRun::setDivergence(DivergenceKind kind, double loss) {
    Divergence divergence;
    divergence.kind = kind;
    divergence.step = kind == DivergenceKind::WeightsNotFinite ? std::max<StepIndex>(done_ - 1, 0) : done_;
    divergence.loss = loss;
    const StepIndex scheduled = std::min(divergence.step, config_.steps - 1);
    divergence.learningRate = learningRateAt(config_, scheduled);
    divergence.lambda = lambdaAt(config_, scheduled);
    divergence.gradNorm = lastGradNorm_;
    divergence.smoothed = watch_.smoothed();
    divergence.best = watch_.best();
    divergence.checkpoint = checkpoints_.newest();
    divergence_ = divergence;
}

TrainResult TrainingRun::end(RunState state, const std::string& explanation) {
    reporter_.report(StateEvent{state, done_, explanation});
    TrainResult result;
    result.state = state;
    result.steps = done_;
    result.tokens = tokens_;
    result.finalLoss = lastLoss_;
    if (evaluation_ && evaluation_->full) result.evaluation = evaluation_;
    result.explanation = explanation;
    if (data_)
        for (const SourceSummary& source : data_->sources()) result.skips.add(source.skips);
    return result;
}

TrainResult TrainingRun::endStopped() {
    const bool saved = checkpointAt_ == done_ || writeCheckpoint();
    if (divergence_) return endDiverged();
    if (saved)
        return end(RunState::Stopped,
                   "Stopped after " + std::to_string(done_) + " steps; resuming goes on from there.");
    const StepIndex newest = checkpoints_.newest();
    return end(RunState::Stopped, "Stopped after " + std::to_string(done_) +
                                      " steps, but its checkpoint could not be written (" + checkpointFailure_ +
                                      "). Resuming goes on from " +
                                      (newest >= 0 ? checkpointName(newest) : "the start") + ".");
}

TrainResult TrainingRun::endDiverged() {
    const std::string explanation = explain(*divergence_, config_);
    reporter_.log(LogLevel::Error, divergence_->step, explanation);
    return end(RunState::Diverged, explanation);
}

TrainResult TrainingRun::endFinished() {
    if (divergence_) return endDiverged();
    if (checkpointFailure_.empty()) return end(RunState::Finished, {});
    const StepIndex newest = checkpoints_.newest();
    const std::string explanation = "All steps are done, but the last checkpoint could not be written (" +
                                    checkpointFailure_ + "). Mend that and resume: training goes on from " +
                                    (newest >= 0 ? checkpointName(newest) : "the start") + ".";
    return end(RunState::Failed, explanation);
}

}  // namespace tritlab
