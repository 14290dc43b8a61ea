#include "app/cli/training.h"

#include <cmath>
#include <filesystem>
#include <system_error>

#include "app/cli/progress.h"
#include "core/base/number.h"
#include "core/data/dataset.h"

namespace tritlab::cli {
namespace {

// A store that can no longer be written would lose what is trained from here on: ask for a checkpoint and a stop.
class StoreGuard : public RunObserver {
public:
    StoreGuard(const RunRecorder& recorder, const StopToken& stop) : recorder_(recorder), stop_(stop) {}
    void onStep(const StepEvent&) override {
        if (recorder_.failure()) stop_.requestStop();
    }

private:
    const RunRecorder& recorder_;
    StopToken stop_;
};

void fillResult(Session& session, const std::string& id, const TrainResult& result) {
    auto& json = session.result;
    json["run"] = id;
    json["state"] = runStateKey(result.state);
    json["final_loss"] = result.finalLoss;
    json["steps"] = result.steps;
    json["tokens"] = result.tokens;
    if (result.evaluation) {
        json["eval_loss"] = result.evaluation->loss;
        json["perplexity"] = result.evaluation->perplexity;
        json["bits_per_byte"] = result.evaluation->bitsPerByte;
    }
    if (!result.explanation.empty()) json["explanation"] = result.explanation;
}

void printSummary(const Session& session, const std::string& id, const TrainResult& result) {
    session.printLine("run " + id + " " + runStateKey(result.state) + " after " + std::to_string(result.steps) +
                      " steps and " + humanCount(static_cast<double>(result.tokens)) + " tokens, loss " +
                      fixed(result.finalLoss, 4));
    if (result.evaluation)
        session.printLine("held out: loss " + fixed(result.evaluation->loss, 4) + ", perplexity " +
                          fixed(result.evaluation->perplexity, 2) + ", bits per byte " +
                          fixed(result.evaluation->bitsPerByte, 4));
    if (result.state == RunState::Stopped) session.printLine("`tritlab-cli resume " + id + "` goes on with it.");
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
    RunRecorder recorder(writer, id);
    StoreGuard guard(recorder, session.stop);
    TrainResult result;
    {
        ProgressPrinter printer(config);
        TrainRequest request{id,           config, session.workspace, resume, {&recorder, &printer, &guard}, &recorder,
                             session.stop, ranks};
        result = loadEngine().train(request);
    }
    fillResult(session, id, result);
    if (const auto failure = recorder.failure())
        throw Error(*failure, "run " + id, "What was trained up to the last checkpoint is kept");
    writer.flush();
    printSummary(session, id, result);
    if (result.state == RunState::Finished) return done;
    if (result.state == RunState::Stopped) return stopped;
    session.result["error"] = result.explanation;
    if (!result.explanation.empty()) std::fputs(("tritlab-cli: " + result.explanation + "\n").c_str(), stderr);
    return failed;
}

Exit resumeRun(Session& session, StoreWriter& writer, const RunSummary& run, const Ranks& ranks) {
    if (run.state == RunState::Finished)
        throw Error("the run has finished its " + std::to_string(run.config.steps) + " steps", run.id,
                    "`tritlab-cli train` starts another");
    requireSources(run.config);
    return trainRun(session, writer, run.id, run.config, true, ranks);
}

}  // namespace tritlab::cli
