#include "core/library/recorded_run.h"

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/run/run_reporter.h"
#include "core/store/record_events.h"
#include "core/store/store_writer.h"

namespace tritlab {
namespace {

// Between the store and the trainer: a store that cannot be written would lose what is trained from here on, so that
// the trainer is asked to stop, which writes a checkpoint.
class StoreGuard : public RunObserver, public CommandSource {
public:
    StoreGuard(RunRecorder& recorder, const std::vector<RunObserver*>& observers)
        : recorder_(recorder), reporter_(observers) {}

    std::vector<RunCommand> take() override {
        std::vector<RunCommand> commands = recorder_.take();
        if (!failure_) {
            failure_ = recorder_.failure();
            if (!failure_) return commands;
            reporter_.log(LogLevel::Error, steps_ - 1,
                          "The store cannot be written: " + *failure_ + ". The run is stopped with a checkpoint.");
        }
        commands.push_back(RunCommand::Stop);
        return commands;
    }
    void onStep(const StepEvent& event) override { steps_ = event.step + 1; }
    void onState(const StateEvent& event) override { ended_ = !isGoing(event.state); }

    // Of the whole run, after its last event.
    [[nodiscard]] std::optional<std::string> failure() const { return failure_ ? failure_ : recorder_.failure(); }
    [[nodiscard]] bool ended() const { return ended_; }

private:
    RunRecorder& recorder_;
    RunReporter reporter_;
    std::optional<std::string> failure_;
    StepIndex steps_ = 0;
    bool ended_ = false;
};

void describeFailure(RecordedRun& run, const Workspace& workspace, const std::string& id) {
    if (const auto checkpoints = listCheckpoints(workspace.checkpoints(id)); !checkpoints.empty())
        run.lastCheckpoint = checkpoints.back().step;
    if (run.allStored) return;
    try {
        if (const auto stored = RunStore(workspace).run(id)) run.storedSteps = stored->steps;
    } catch (const std::exception& error) {
        logWarning(std::string("how much of the run is stored cannot be read: ") + error.what());
    }
}

// A run in the trash would train unseen, and may be deleted for ever.
void requireUntrashed(const Workspace& workspace, const std::string& id) {
    const auto run = RunStore(workspace).run(id);
    if (run && run->trashed) throw Error("the run is in the trash", id, "Restore it first, then it can be trained");
}

// Gives what went wrong, where the store cannot take even that.
std::optional<std::string> markFailed(StoreWriter& writer, const std::string& run, const std::string& reason) {
    try {
        writer.setState(run, StateEvent{RunState::Failed, 0, reason});
        return std::nullopt;
    } catch (const std::exception& error) {
        return error.what();
    }
}

}  // namespace

std::string RecordedRun::message() const {
    if (!storeFailure) return result.explanation;
    std::string text = "The store could not be written: " + *storeFailure + ". ";
    if (allStored) text += "All that the run reported is stored by now. ";
    else if (storedSteps >= 0) text += "It holds the run up to step " + std::to_string(storedSteps) + ". ";
    text += result.state == RunState::Finished ? "All steps are done." : result.explanation;
    if (lastCheckpoint < 0) return text + " No checkpoint has been written.";
    const std::string name = checkpointName(lastCheckpoint);
    return result.explanation.find(name) != std::string::npos ? text : text + " The last checkpoint is " + name + ".";
}

RecordedRun trainRecorded(StoreWriter& writer, TrainRequest request, const std::function<Engine&()>& engine) {
    requireUntrashed(writer.workspace(), request.runId);
    RecordedRun run;
    bool ended = false;
    try {
        Engine& trainer = engine();
        RunRecorder recorder(writer, request.runId);
        request.observers.insert(request.observers.begin(), &recorder);
        StoreGuard guard(recorder, request.observers);
        request.observers.push_back(&guard);
        request.workspace = writer.workspace();
        request.commands = &guard;
        try {
            run.result = trainer.train(request);
        } catch (...) {
            ended = guard.ended();
            throw;
        }
        recorder.sync();
        run.storeFailure = guard.failure();
        run.allStored = !recorder.failure();
    } catch (const std::exception& error) {
        const auto* known = dynamic_cast<const Error*>(&error);
        const ErrorKind kind = known != nullptr ? known->kind() : ErrorKind::Failed;
        if (kind == ErrorKind::Busy || ended) throw;
        if (const auto second = markFailed(writer, request.runId, error.what()))
            throw Error(error.what(), {}, "The run could not be marked as failed: " + *second, kind);
        throw;
    }
    if (run.storeFailure) describeFailure(run, writer.workspace(), request.runId);
    return run;
}

}  // namespace tritlab
