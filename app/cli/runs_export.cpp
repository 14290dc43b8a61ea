// runs export (points, figures or everything of runs) and import (TensorBoard's event files as runs).
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/cli/run_json.h"
#include "app/cli/runs_commands.h"
#include "core/base/files.h"
#include "core/run/metrics.h"
#include "core/store/export_csv.h"
#include "core/store/export_markdown.h"
#include "core/store/tensorboard_runs.h"

namespace tritlab::cli {
namespace {

struct ExportOptions {
    std::vector<std::string> runs, keys;
    std::string format = "csv", out;
    CLI::Option* outOption = nullptr;
    [[nodiscard]] bool outGiven() const { return outOption->count() > 0; }
};

void writeText(Session& session, const ExportOptions& options, const std::string& text) {
    if (options.out.empty()) {
        session.print(text);
        return;
    }
    writeFileAtomically(options.out, text);
    session.result["path"] = options.out;
    session.printLine("wrote " + options.out);
}

// step,key,value with all digits of each value; one series after another. Without --out the points are the result, also
// under --json.
void exportPoints(Session& session, const ExportOptions& options, RunStore& store, const RunSummary& run) {
    std::vector<std::string> keys = store.seriesKeys(run.id);
    for (const std::string& key : options.keys)
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            throw Error("the run has no series '" + key + "'", run.id);
    if (!options.keys.empty()) keys = options.keys;
    std::int64_t rows = 0;
    if (options.out.empty()) {
        rows = exportCsv(store, run.id, keys, [](std::string_view piece) {
            if (std::fwrite(piece.data(), 1, piece.size(), stdout) != piece.size())
                throw Error("cannot write to standard output");
        });
    } else {
        rows = exportCsv(store, run.id, std::filesystem::path(options.out), keys);
        session.printLine("wrote " + std::to_string(rows) + " points to " + options.out);
    }
    session.result = {{"run", run.id}, {"rows", rows}, {"keys", keys}};
    if (!options.out.empty()) session.result["path"] = options.out;
}

nlohmann::ordered_json wholeRun(RunStore& store, const RunSummary& run) {
    nlohmann::ordered_json json = runJson(run);
    addConfig(json, run);
    json["evaluations"] = nlohmann::ordered_json::array();
    for (const EvaluationEvent& e : store.evaluations(run.id)) {
        nlohmann::ordered_json& entry = json["evaluations"].emplace_back();
        entry["step"] = e.step;
        for (const Metric& metric : metrics())
            if (const auto value = valueIn(e, metric)) entry[lastPart(metric.series)] = *value;
        entry["lambda"] = e.lambda;
        entry["tokens"] = e.tokens;
        entry["bytes"] = e.bytes;
        entry["full"] = e.full;
    }
    json["samples"] = nlohmann::ordered_json::array();
    for (const SampleEvent& s : store.samples(run.id))
        json["samples"].push_back({{"step", s.step}, {"prompt", s.prompt}, {"text", s.text}});
    json["log"] = nlohmann::ordered_json::array();
    for (const StoredLog& entry : store.log(run.id))
        json["log"].push_back({{"time_ms", entry.timeMs}, {"step", entry.event.step}, {"text", entry.event.text}});
    json["series"] = nlohmann::ordered_json::object();
    for (const std::string& key : store.seriesKeys(run.id)) {
        nlohmann::ordered_json steps = nlohmann::ordered_json::array(), values = nlohmann::ordered_json::array();
        for (const Point& point : store.series(run.id, key)) {
            steps.push_back(point.step);
            values.push_back(point.value);  // NaN and infinities are null: JSON has no word for them
        }
        json["series"][key] = {{"step", std::move(steps)}, {"value", std::move(values)}};
    }
    return json;
}

Exit exportRuns(Session& session, const ExportOptions& options) {
    const std::string& format = options.format;
    if (format != "csv" && format != "md" && format != "json" && format != "tensorboard")
        throw UsageError("there is no format '" + format + "'", "--format", "Give csv, md, json or tensorboard");
    if (format != "csv" && !options.keys.empty()) throw UsageError("--key is for csv alone", "runs export");
    if ((format == "csv" || format == "json") && options.runs.size() != 1)
        throw UsageError(format + " holds one run", "runs export", "Export them one by one, or take md or tensorboard");
    if (format == "tensorboard" && options.out.empty())
        throw UsageError("event files need a folder", "runs export",
                         "Name it with --out, then look at it with tensorboard --logdir");
    if (options.outGiven()) {
        if (format == "tensorboard") requireOutFolder("--out", options.out);
        else requireOutFile("--out", options.out);
    }
    RunStore store(session.workspace);
    std::vector<RunSummary> runs;
    for (const std::string& name : options.runs) runs.push_back(findRun(store, name));
    if (format == "csv") {
        exportPoints(session, options, store, runs.front());
        return done;
    }
    session.result["runs"] = nlohmann::ordered_json::array();
    for (const RunSummary& run : runs) session.result["runs"].push_back(run.id);
    if (format == "md") {
        const std::string text = runsMarkdown(runs);
        if (options.out.empty()) session.result["text"] = text;
        writeText(session, options, text);
    } else if (format == "json") {
        nlohmann::ordered_json whole = wholeRun(store, runs.front());
        if (options.out.empty() && session.json) session.result = std::move(whole);
        else writeText(session, options, whole.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    } else {
        session.result["files"] = nlohmann::ordered_json::array();
        std::int64_t points = 0;
        for (const RunSummary& run : runs) {
            const TensorBoardExport written = exportTensorBoard(store, run.id, options.out);
            points += written.points;
            session.result["files"].push_back(written.file.string());
            session.printLine("wrote " + std::to_string(written.points) + " points to " + written.file.string());
        }
        session.result["points"] = points;
    }
    return done;
}

}  // namespace

void addRunsExport(Program& program, CLI::App* group) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* command =
        program.command(group, "export", "Points (csv), results (md), everything (json) or TensorBoard's event files",
                        [=](Session& s) { return exportRuns(s, *options); });
    command->add_option("runs", options->runs, runHelp)->required();
    command->add_option("--format", options->format, "csv, md, json or tensorboard")->capture_default_str();
    options->outOption =
        command->add_option("--out", options->out, "A file instead of stdout; a folder for tensorboard");
    command->add_option("--key", options->keys, "csv: only this series, such as loss; may be repeated")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false);
}

}  // namespace tritlab::cli
