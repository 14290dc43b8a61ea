#include "app/cli/training.h"

#include <atomic>
#include <cmath>
#include <filesystem>
#include <optional>
#include <system_error>

#include "app/cli/progress.h"
#include "app/cli/run_json.h"
#include "app/cli/signals.h"
#include "core/base/number.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/data/dataset.h"
#include "core/library/recorded_run.h"
#include "core/run/metrics.h"
#include "core/store/record_events.h"

namespace tritlab::cli {
namespace {

void fillResult(Session& session, const std::string& id, const TrainResult& result) {
    auto& json = session.result;
    json["run"] = id;
    json["state"] = runStateKey(result.state);
    json["final_loss"] = result.finalLoss;
    json["steps"] = result.steps;
    json["tokens"] = result.tokens;
    if (result.evaluation)
        for (const Metric& metric : metrics())
            if (const auto value = valueIn(*result.evaluation, metric); value && isOf(metric, InReports))
                json[metric.name] = *value;
    if (!result.explanation.empty()) json["explanation"] = result.explanation;
    json["data"] = result.skips.summary();
}

void printSummary(const Session& session, const std::string& id, const TrainResult& result) {
    session.printLine("run " + id + " " + runStateKey(result.state) + " after " + std::to_string(result.steps) +
                      " steps and " + humanCount(static_cast<double>(result.tokens)) + " tokens, loss " +
                      fixed(result.finalLoss, 4));
    if (result.evaluation) session.printLine(evaluationText(*result.evaluation));
    printSkips(session, result.skips);
    if (result.state == RunState::Stopped) session.printLine("`tritlab-cli resume " + id + "` goes on with it.");
}

// From the first step on a stop is waited for: it is heard between two micro-batches, and a checkpoint is written.
// Before that there is nothing to keep.
class StopNotice : public RunObserver {
public:
    // resumed: another process may be training it, until the first word of it comes.
    explicit StopNotice(bool resumed) : open_(!resumed) {}
    // Whether the run is this process's, and has not ended.
    [[nodiscard]] bool open() const { return open_; }
    void onState(const StateEvent& event) override {
        open_ = isGoing(event.state);
        if (event.state == RunState::Running)
            waits_.emplace("stopping: a checkpoint is written first. A second Ctrl-C ends the run without one.");
    }

private:
    std::atomic<bool> open_;
    std::optional<EndsByItself> waits_;
};

// A run that a signal ends at once is stopped, not killed: its record says so, and where it goes on.
void recordEndBySignal(LastWords& words, StoreWriter& writer, const std::string& id) {
    const auto checkpoints = listCheckpoints(writer.workspace().checkpoints(id));
    const std::string from = checkpoints.empty()
                                 ? "There is no checkpoint yet: resuming begins at the first step."
                                 : "Resuming goes on from " + checkpointName(checkpoints.back().step) + ".";
    words.message = "run " + id + " stopped at once. " + from;
    words.result["run"] = id;
    words.result["state"] = runStateKey(RunState::Stopped);
    writer.setState(id, StateEvent{RunState::Stopped, 0, "Stopped at once by a signal. " + from});
}

}  // namespace

void requireSources(const RunConfig& config) {
    for (const DataSource& source : config.data) {
        const std::filesystem::path path = resolveSource(source.path);
        std::error_code error;
        if (std::filesystem::exists(path, error)) continue;
        const bool builtIn = source.path.starts_with("builtin:");
        throw Error(
            "there is no such text", builtIn ? source.path + " (" + path.string() + ")" : path.string(),
            builtIn ? "Built-in text is made at set-up: run ./start or resources/setup/corpora" : "Check the path");
    }
}

Exit followRun(Session& session, const Ranks& ranks) {
    session.json = false;  // standard output is rank 0's
    const std::string me = "rank " + std::to_string(ranks.rank);
    const EndsByItself waits("");  // all ranks stop together
    const AtSignalExit silent([me](LastWords& words) {
        words.json = false;
        words.message = me + " stopped at once";
    });
    try {
        const TrainResult result = loadEngine().follow({ranks, session.workspace, session.stop});
        if (result.state == RunState::Finished) return done;
        if (result.state == RunState::Stopped) return stopped;
        std::fputs(("tritlab-cli: " + me + ": " + result.explanation + "\n").c_str(), stderr);
        return failed;
    } catch (const Error& error) {
        throw Error(error.whatHappened(), error.where().empty() ? me : me + ": " + error.where(), error.hint(),
                    error.kind());
    }
}

Exit trainRun(Session& session, StoreWriter& writer, const std::string& id, const RunConfig& config, bool resume,
              const Ranks& ranks) {
    RecordedRun run;
    StopNotice notice(resume);
    const AtSignalExit record([&](LastWords& words) {
        if (notice.open()) recordEndBySignal(words, writer, id);
    });
    {
        ProgressPrinter printer(config);
        TrainRequest request{id, config, session.workspace, resume, {&printer, &notice}, nullptr, session.stop, ranks};
        run = trainRecorded(writer, std::move(request), loadEngine);
    }
    const TrainResult& result = run.result;
    fillResult(session, id, result);
    printSummary(session, id, result);
    if (!run.storeFailure) {
        if (result.state == RunState::Finished) return done;
        if (result.state == RunState::Stopped) return stopped;
    }
    const std::string message = run.message();
    session.result["error"] = message;
    if (!message.empty()) std::fputs(("tritlab-cli: " + message + "\n").c_str(), stderr);
    return failed;
}

Exit resumeRun(Session& session, StoreWriter& writer, const RunSummary& run, const Ranks& ranks) {
    if (run.trashed)
        throw Error("the run is in the trash", run.id,
                    "`tritlab-cli runs restore " + run.id + "` brings it back, then it can go on");
    if (run.foreign)
        throw Error("the run was trained by another program: there is nothing of it to go on from", run.id,
                    "`tritlab-cli import` takes in its model, if you have that");
    if (run.state == RunState::Finished)
        throw Error(
            "the run has finished its " + std::to_string(run.config.steps) + " steps", run.id,
            "`tritlab-cli resume " + run.id + " --steps N` goes on to more, `tritlab-cli train` starts another");
    requireSources(run.config);
    return trainRun(session, writer, run.id, run.config, true, ranks);
}

}  // namespace tritlab::cli
