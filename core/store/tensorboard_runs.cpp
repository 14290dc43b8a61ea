#include "core/store/tensorboard_runs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <system_error>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/config/fields.h"
#include "core/formats/tensorboard.h"
#include "core/run/metrics.h"
#include "core/store/import_run.h"
#include "core/store/schema.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t pieceSize = 1 << 16;

// A name that is a folder's on every system.
std::string folderName(const RunSummary& run) {
    std::string name;
    for (const char c : run.name)
        name += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                        c == '.'
                    ? c
                    : '_';
    while (name.starts_with('.')) name.erase(0, 1);
    return (name.empty() ? "run" : name) + "-" + run.id;
}

// Series side by side, so that the events come out in the order of their steps.
struct Cursor {
    std::string key;
    std::vector<Point> points;
    std::size_t at = 0;
};

// Unix time of a step: the run's start and its active seconds by then.
class Clock {
public:
    Clock(RunStore& store, const RunSummary& run)
        : start_(static_cast<double>(run.startedMs > 0 ? run.startedMs : run.createdMs) / 1000),
          seconds_(store.series(run.id, "wall_seconds")) {}
    double at(StepIndex step) const {
        auto after = std::upper_bound(seconds_.begin(), seconds_.end(), step,
                                      [](StepIndex s, const Point& p) { return s < p.step; });
        return after == seconds_.begin() ? start_ : start_ + std::prev(after)->value;
    }

private:
    double start_;
    std::vector<Point> seconds_;
};

std::string configText(const RunConfig& config) {
    return "```json\n" + toJson(config).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n```";
}

// The events of a run in the order of their steps, as one stream of records.
std::int64_t writeEvents(RunStore& store, const RunSummary& run, const std::function<void(const std::string&)>& write) {
    const Clock clock(store, run);
    write(tensorBoardHeader(clock.at(-1)));
    write(tensorBoardRecord({clock.at(-1), 0, {}, {{"config", configText(run.config)}}}));
    std::vector<Cursor> cursors;
    for (const std::string& key : store.seriesKeys(run.id)) cursors.push_back({key, store.series(run.id, key), 0});
    std::int64_t count = 0;
    for (;;) {
        std::optional<StepIndex> step;
        for (const Cursor& c : cursors)
            if (c.at < c.points.size() && (!step || c.points[c.at].step < *step)) step = c.points[c.at].step;
        if (!step) break;
        TensorBoardEvent event{clock.at(*step), *step, {}, {}};
        for (Cursor& c : cursors)
            if (c.at < c.points.size() && c.points[c.at].step == *step)
                event.scalars.emplace_back(c.key, c.points[c.at++].value);
        count += static_cast<std::int64_t>(event.scalars.size());
        write(tensorBoardRecord(event));
    }
    for (const SampleEvent& sample : store.samples(run.id))
        write(tensorBoardRecord({clock.at(sample.step), sample.step, {}, {{"sample/" + sample.prompt, sample.text}}}));
    return count;
}

bool isEventFile(const fs::path& path) { return path.filename().string().find("tfevents") != std::string::npos; }

std::map<fs::path, std::vector<fs::path>> eventFiles(const fs::path& folder) {
    std::map<fs::path, std::vector<fs::path>> found;
    try {
        if (fs::is_regular_file(folder)) found[folder.parent_path()].push_back(folder);
        else
            for (const auto& entry : fs::recursive_directory_iterator(folder))
                if (entry.is_regular_file() && isEventFile(entry.path()))
                    found[entry.path().parent_path()].push_back(entry.path());
    } catch (const fs::filesystem_error& why) {
        throw filesystemError("the folder cannot be read", why);
    }
    for (auto& [where, files] : found) std::sort(files.begin(), files.end());
    return found;
}

struct Imported {
    RunToImport run;
    ImportedSeriesRun report;
};

Imported readRun(const std::vector<fs::path>& files, const fs::path& folder, const std::string& name) {
    Imported imported;
    // a later file's value of a step counts: the run was resumed
    std::map<std::string, std::map<StepIndex, double>> values;
    double first = 0, last = 0;
    for (const fs::path& file : files) {
        const TensorBoardFileResult result = readTensorBoardFile(file, [&](const TensorBoardEvent& event) {
            if (std::isfinite(event.wallTime) && event.wallTime > 0) {
                first = first == 0 ? event.wallTime : std::min(first, event.wallTime);
                last = std::max(last, event.wallTime);
            }
            for (const auto& [tag, value] : event.scalars) values[tag][event.step] = value;
        });
        imported.report.skipped += result.skipped;
        imported.report.cutShort = imported.report.cutShort || result.cutShort;
    }
    std::string notes = "Imported from TensorBoard event files in " + folder.string() + ".";
    for (const Metric& metric : metrics()) {
        if (values.contains(metric.series)) continue;
        const auto found = std::find_if(metric.aliases.begin(), metric.aliases.end(),
                                        [&](const char* alias) { return values.contains(alias); });
        if (found == metric.aliases.end()) continue;
        values[metric.series] = std::move(values[*found]);
        values.erase(*found);
        ++imported.report.renamed;
        notes += " '" + std::string(*found) + "' is shown as '" + metric.series + "'.";
    }
    for (auto& [key, steps] : values) {
        std::vector<Point>& points = imported.run.series[key];
        for (const auto& [step, value] : steps)
            if (step >= 0) points.push_back({step, value});
        imported.report.points += static_cast<std::int64_t>(points.size());
    }
    if (imported.report.cutShort) notes += " The last record of a file was not whole.";
    imported.run.name = imported.report.name = name;
    imported.run.notes = notes;
    imported.run.tags = {"imported"};
    imported.run.startedMs = std::llround(std::min(first, 1e11) * 1000);
    imported.run.endedMs = std::llround(std::min(last, 1e11) * 1000);
    return imported;
}

}  // namespace

TensorBoardExport exportTensorBoard(RunStore& store, const std::string& run, const fs::path& folder) {
    const auto summary = store.run(run);
    if (!summary) throw Error("no such run", run, "List the runs that there are");
    TensorBoardExport result;
    const fs::path target = folder / folderName(*summary);
    result.file = target / ("events.out.tfevents." + std::to_string(summary->createdMs / 1000) + ".tritlab." + run);
    const fs::path fresh = target / "unfinished";  // no name that TensorBoard would look at
    std::error_code ignored;
    try {
        fs::create_directories(target);
        OutputFile file(fresh);
        std::string piece;
        result.points = writeEvents(store, *summary, [&](const std::string& bytes) {
            piece += bytes;
            if (piece.size() < pieceSize) return;
            file.write(piece.data(), piece.size());
            piece.clear();
        });
        file.write(piece.data(), piece.size());
        file.close();
        fs::rename(fresh, result.file);
    } catch (const fs::filesystem_error& why) {
        fs::remove(fresh, ignored);
        throw filesystemError("the event file cannot be put in its place", why);
    } catch (...) {
        fs::remove(fresh, ignored);
        throw;
    }
    return result;
}

std::vector<ImportedSeriesRun> importTensorBoard(const Workspace& workspace, const fs::path& folder,
                                                 const std::string& name) {
    const fs::path root = fs::absolute(folder).lexically_normal();
    const auto found = eventFiles(root);
    if (found.empty()) throw Error("holds no TensorBoard event files", root.string(), "Their names contain 'tfevents'");
    const std::string top =
        !name.empty() ? name : (root.has_filename() ? root : root.parent_path()).filename().string();
    std::vector<Imported> runs;
    for (const auto& [where, files] : found) {
        const std::string below = fs::is_directory(root) ? where.lexically_relative(root).string() : ".";
        runs.push_back(readRun(files, where, below == "." ? top : top + "/" + below));
        if (runs.back().report.points == 0) runs.pop_back();
    }
    if (runs.empty())
        throw Error("the event files hold no scalars", root.string(), "Images, histograms and texts alone are no run");
    std::vector<ImportedSeriesRun> report;
    for (Imported& imported : runs) {
        imported.report.id = importRun(workspace, imported.run);
        report.push_back(imported.report);
    }
    return report;
}

bool holdsTensorBoardFiles(const fs::path& folder) {
    std::error_code error;
    if (fs::is_regular_file(folder, error)) return isEventFile(folder);
    for (auto entry = fs::recursive_directory_iterator(folder, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (entry->is_regular_file(error) && isEventFile(entry->path())) return true;
    return false;
}

}  // namespace tritlab
