#include "app/cli/run_json.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "app/cli/frame.h"
#include "core/base/error.h"
#include "core/base/number.h"
#include "core/base/place.h"
#include "core/run/metrics.h"
#include "core/store/run_settings.h"
#include "core/store/store_writer.h"

namespace tritlab::cli {

void addConfig(nlohmann::ordered_json& json, const RunSummary& run) {
    json["config"] = settingsJson(run);
    if (!run.foreign) return;
    json["other_settings"] = nlohmann::ordered_json::object();
    for (const auto& [name, value] : run.foreign->others) json["other_settings"][name] = value;
}

nlohmann::ordered_json runJson(const RunSummary& run) {
    nlohmann::ordered_json json = {{"run", run.id}, {"name", run.name}, {"state", runStateKey(run.state)}};
    if (!run.explanation.empty()) json["explanation"] = run.explanation;
    json["steps"] = run.steps;
    // null: nobody knows
    json["total_steps"] = run.foreign && !run.foreign->known.contains("steps")
                              ? nlohmann::ordered_json()
                              : nlohmann::ordered_json(run.config.steps);
    json["tokens"] = run.foreign && run.tokens == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(run.tokens);
    json["final_loss"] = run.lastLoss;
    json["best_eval_loss"] = run.bestEvalLoss;
    json["eval_loss"] = run.lastEvalLoss;
    json["perplexity"] = run.perplexity;
    json["bits_per_byte"] = run.bitsPerByte;
    json["tokens_per_second"] = run.tokensPerSecond;
    json["wall_seconds"] = run.wallSeconds;
    json["bit_equal"] = run.foreign ? nlohmann::ordered_json() : nlohmann::ordered_json(run.bitEqual);
    json["created_ms"] = run.createdMs;
    json["started_ms"] = run.startedMs;
    json["ended_ms"] = run.endedMs;
    json["tags"] = run.tags;
    json["notes"] = run.notes;
    json["starred"] = run.starred;
    json["baseline"] = run.baseline;
    if (run.foreign) json["foreign"] = true;
    if (!run.parent.empty()) json["parent"] = run.parent, json["branch_step"] = run.branchStep;
    return json;
}

std::string evaluationText(const EvaluationEvent& evaluation) {
    std::string text;
    for (const Metric& metric : metrics())
        if (const auto value = valueIn(evaluation, metric); value && isOf(metric, InReports))
            text += (text.empty() ? "" : ", ") + plainLabel(metric) + " " + fixed(*value, metric.digits);
    return text;
}

std::string timeText(std::int64_t unixMs) {
    if (unixMs <= 0) return "-";
    const auto seconds = static_cast<std::time_t>(unixMs / 1000);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    return std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local) > 0 ? text : "-";
}

RunSummary findRun(RunStore& store, const std::string& text, bool trashed) {
    if (!trashed) return store.resolve(text);
    std::vector<RunSummary> found;
    std::string names;
    for (const RunSummary& run : store.runs(true)) {
        if (run.id == text) return run;
        if (run.id.starts_with(text) || run.name.starts_with(text)) found.push_back(run);
        names += (names.empty() ? "" : ", ") + run.id + " (" + run.name + ")";
    }
    if (found.size() == 1) return found.front();
    throw Error(found.empty() ? "there is no such run in the trash" : "several runs in the trash fit", text,
                names.empty() ? "The trash is empty" : "In the trash: " + names);
}

void markDeadRuns(const Session& session) {
    const auto tell = [](const std::string& why) {
        std::fputs(("tritlab-cli: states may be out of date: " + why + "\n").c_str(), stderr);
    };
    const Workspace& workspace = session.workspace;
    if (!isWritableFolder(workspace.locks())) return tell("nothing can be written in " + workspace.root().string());
    try {
        StoreWriter(workspace).markDeadRuns();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NoSpace) throw;
        tell(error.what());
    }
}

}  // namespace tritlab::cli
