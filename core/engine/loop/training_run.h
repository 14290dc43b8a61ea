// One training run from its frozen config to its last checkpoint: the loop that core/engine/engine.h promises. Runs on
// the compute thread. What it does not do: store anything (observers do) and decide what is due when between processes
// (the run's lock does).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/data/dataset.h"
#include "core/engine/distributed/data_parallel.h"
#include "core/engine/engine.h"
#include "core/engine/loop/health_tracker.h"
#include "core/engine/loop/run_checkpoints.h"
#include "core/engine/loop/training_device.h"
#include "core/engine/model/language_model.h"
#include "core/engine/objective/objective.h"
#include "core/run/divergence.h"
#include "core/run/loss_watch.h"
#include "core/run/run_reporter.h"

namespace tritlab {

class TrainingRun {
public:
    // group: the ranks that train together; null: this process alone.
    explicit TrainingRun(const TrainRequest& request, ProcessGroup* group = nullptr);
    // As Engine::train.
    TrainResult run();

private:
    enum class StepEnd { Done, Interrupted, Diverged };
    struct MicroLosses;

    void prepare();
    void openData();
    void openDataInTurn();
    void requireWorkForAll() const;
    CheckpointManifest readNewestCheckpoint();
    void startFresh();
    void resume();
    std::string changesSince(const CheckpointManifest& manifest) const;

    TrainResult loop();
    StepEnd trainStep();
    void finishStep(double loss, double gradNorm, double seconds, std::int64_t tokens);
    bool pollCommands();  // commands and stop token; true: stop now
    bool boundary();      // what is due after a step; false: interrupted
    bool evaluate();
    bool sample();
    bool writeSnapshot();
    bool writeCheckpoint();  // false: not written, checkpointFailure_ says why
    [[nodiscard]] bool due(std::int64_t every) const { return dueAfter(done_, every); }
    [[nodiscard]] bool dueAfter(StepIndex steps, std::int64_t every) const {
        return steps == config_.steps || (every > 0 && steps % every == 0);
    }
    [[nodiscard]] bool healthDueAfter(StepIndex steps) const {
        return config_.healthEvery > 0 && dueAfter(steps, config_.healthEvery);
    }
    [[nodiscard]] double lambdaOfLastStep() const;
    [[nodiscard]] double wallSeconds() const;
    [[nodiscard]] ModelDescription description() const;
    [[nodiscard]] bool leads() const { return group_ == nullptr || group_->leads(); }

    void setDivergence(DivergenceKind kind, double loss);
    TrainResult end(RunState state, const std::string& explanation);
    TrainResult endStopped();
    TrainResult endDiverged();
    TrainResult endFinished();

    const TrainRequest& request_;
    const RunConfig& config_;
    ProcessGroup* group_;
    RunReporter reporter_;
    RunCheckpoints checkpoints_;
    TrainingDevice device_;
    std::unique_ptr<Dataset> data_;
    std::unique_ptr<LanguageModel> model_;
    std::unique_ptr<Objective> objective_;
    std::vector<StepEvent::Metric> objectiveMetrics_;  // of the step that was done last
    std::unique_ptr<DataParallel> parallel_;
    std::unique_ptr<HealthTracker> health_;
    LossWatch watch_;

    StepIndex done_ = 0;  // steps done
    std::int64_t tokens_ = 0;
    double lastLoss_, lastGradNorm_;
    double wallBefore_ = 0;  // active seconds of earlier segments
    std::chrono::steady_clock::time_point segmentStart_;
    std::optional<EvaluationEvent> evaluation_;
    double bestBy_;                           // loss of the last evaluation along the way
    bool evaluated_ = true, sampled_ = true;  // false: due at this step and not done yet
    bool bitEqual_ = true;
    StepIndex checkpointAt_ = -1;  // where this segment wrote its last one
    std::string checkpointFailure_;
    std::optional<Divergence> divergence_;
};

}  // namespace tritlab
