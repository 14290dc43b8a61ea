#include "core/store/tensorboard_runs.h"

#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <system_error>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/formats/tensorboard.h"
#include "core/run/metrics.h"
#include "core/store/import_run.h"
#include "core/store/run_settings.h"
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

std::string configText(const RunSummary& run) {
    nlohmann::ordered_json config = settingsJson(run);
    if (run.foreign)
        for (const auto& [name, value] : run.foreign->others) config.emplace(name, value);
    return "```json\n" + config.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n```";
}

// The events of a run in the order of their steps, as one stream of records.
std::int64_t writeEvents(RunStore& store, const RunSummary& run, const std::function<void(const std::string&)>& write) {
    const Clock clock(store, run);
    write(tensorBoardHeader(clock.at(-1)));
    write(tensorBoardRecord({clock.at(-1), 0, {}, {{"config", configText(run)}}}));
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

constexpr auto lookAround = fs::directory_options::skip_permission_denied;

bool isEventFile(const fs::path& path) { return path.filename().string().find("tfevents") != std::string::npos; }

using FilesByFolder = std::map<fs::path, std::vector<fs::path>>;

// Folders that may not be looked into are among the losses.
FilesByFolder eventFiles(const fs::path& folder, std::vector<EventFileLoss>& losses) {
    FilesByFolder found;
    try {
        if (fs::is_regular_file(folder)) found[folder.parent_path()].push_back(folder);
        else
            for (const auto& entry : fs::recursive_directory_iterator(folder, lookAround)) {
                if (entry.is_regular_file() && isEventFile(entry.path()))
                    found[entry.path().parent_path()].push_back(entry.path());
                if (entry.is_directory() && ::access(entry.path().c_str(), R_OK | X_OK) != 0)
                    losses.push_back({entry.path(), {}, 0, false, "the folder cannot be read"});
            }
    } catch (const fs::filesystem_error& why) {
        throw filesystemError("the folder cannot be read", why);
    }
    return found;
}

struct Imported {
    RunToImport run;
    ImportedSeriesRun report;
};

struct Part {
    std::string folder;  // relative to the run's, "." for itself
    EventFolder events;
};

// The series of a tag in a part of a run. PyTorch's add_scalars(TAG, {NAME: …}) writes TAG to the folder TAG_NAME
// (tensorboardX: TAG/NAME), which stands for the series TAG/NAME.
std::string seriesName(const std::string& folder, const std::string& tag) {
    std::string flat = tag;
    std::replace(flat.begin(), flat.end(), '/', '_');
    if (folder == "." || tag.starts_with(folder + "/")) return tag;
    if (folder.starts_with(tag + "/")) return folder;
    if (folder.size() > flat.size() + 1 && folder.starts_with(flat + "_"))
        return tag + "/" + folder.substr(flat.size() + 1);
    return folder + "/" + tag;
}

// One run of its parts. The metrics of add_hparams, whose folder is called by the time, keep their tags.
EventFolder joined(std::vector<Part> parts) {
    EventFolder whole;
    for (Part& part : parts) {
        EventFolder& events = part.events;
        const bool session = !events.settings.empty() && part.folder != ".";
        for (auto& [tag, points] : events.series) {
            const std::string full = part.folder + "/" + tag;
            std::string name = session && !whole.series.contains(tag) ? tag : seriesName(part.folder, tag);
            for (int number = 2; whole.series.contains(name); ++number)
                name = name == full ? full + "-" + std::to_string(number) : full;
            whole.series[name] = std::move(points);
        }
        for (const auto& [key, value] : events.settings.items()) whole.settings[key] = value;
        if (events.config.is_object()) whole.config = std::move(events.config);
        if (events.firstTime > 0)
            whole.firstTime = whole.firstTime == 0 ? events.firstTime : std::min(whole.firstTime, events.firstTime);
        whole.lastTime = std::max(whole.lastTime, events.lastTime);
        whole.counts.add(events.counts);
        whole.losses.insert(whole.losses.end(), events.losses.begin(), events.losses.end());
    }
    return whole;
}

Imported runOf(EventFolder events, const fs::path& folder, const std::string& name) {
    Imported imported;
    std::string notes = "Imported from TensorBoard event files in " + folder.string() + ".";
    auto& series = events.series;
    for (const Metric& metric : metrics()) {
        if (series.contains(metric.series)) continue;
        const auto found = std::find_if(metric.aliases.begin(), metric.aliases.end(),
                                        [&](const char* alias) { return series.contains(alias); });
        if (found == metric.aliases.end()) continue;
        series[metric.series] = std::move(series[*found]);
        series.erase(*found);
        ++imported.report.renamed;
        notes += " '" + std::string(*found) + "' is shown as '" + metric.series + "'.";
    }
    for (const auto& [key, points] : series) imported.report.points += static_cast<std::int64_t>(points.size());
    for (const std::string& text : countTexts(events.counts)) notes += " " + text + ".";
    for (const EventFileLoss& loss : events.losses) {
        notes += " " + lossText(loss) + ".";
        imported.report.cutShort = imported.report.cutShort || loss.cutShort;
    }
    if (events.config.is_object()) imported.run.settings["config"] = std::move(events.config);
    if (!events.settings.empty()) imported.run.settings["settings"] = events.settings;
    imported.report.settings = static_cast<std::int64_t>(events.settings.size());
    imported.report.counts = events.counts;
    imported.run.series = std::move(series);
    imported.run.name = imported.report.name = name;
    imported.run.notes = notes;
    imported.run.tags = {"imported"};
    imported.run.startedMs = std::llround(std::min(events.firstTime, 1e11) * 1000);
    imported.run.endedMs = std::llround(std::min(events.lastTime, 1e11) * 1000);
    return imported;
}

std::string below(const fs::path& root, const fs::path& where) {
    return fs::is_directory(root) ? where.lexically_relative(root).generic_string() : ".";
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

TensorBoardImport importTensorBoard(const Workspace& workspace, const fs::path& folder, const std::string& name,
                                    bool merge) {
    const fs::path root = fs::absolute(folder).lexically_normal();
    TensorBoardImport result;
    const FilesByFolder found = eventFiles(root, result.losses);
    if (found.empty()) throw Error("holds no TensorBoard event files", root.string(), "Their names contain 'tfevents'");
    const std::string top =
        !name.empty() ? name : (root.has_filename() ? root : root.parent_path()).filename().string();
    std::vector<Part> parts;
    for (const auto& [where, files] : found) {
        parts.push_back({below(root, where), readEventFolder(files)});
        const auto& losses = parts.back().events.losses;
        result.losses.insert(result.losses.end(), losses.begin(), losses.end());
    }
    std::vector<Imported> runs;
    if (merge) {
        runs.push_back(runOf(joined(std::move(parts)), root, top));
    } else {
        for (Part& part : parts)
            runs.push_back(runOf(std::move(part.events), part.folder == "." ? root : root / part.folder,
                                 part.folder == "." ? top : top + "/" + part.folder));
    }
    std::erase_if(runs, [](const Imported& run) { return run.report.points == 0; });
    if (runs.empty()) {
        if (result.losses.empty())
            throw Error("the event files hold no scalars", root.string(),
                        "Images, histograms and texts alone are no run");
        throw Error("no scalars can be read of the event files (" + lossText(result.losses.front()) + ")",
                    root.string(), "Take the files from where they were written once more");
    }
    for (Imported& imported : runs) {
        imported.report.id = importRun(workspace, imported.run);
        result.runs.push_back(imported.report);
    }
    return result;
}

std::vector<std::string> foldersOfEvents(const fs::path& folder) {
    const fs::path root = fs::absolute(folder).lexically_normal();
    std::vector<std::string> folders;
    std::vector<EventFileLoss> unread;
    for (const auto& [where, files] : eventFiles(root, unread)) folders.push_back(below(root, where));
    return folders;
}

bool lookLikeOneRun(const std::vector<std::string>& folders) {
    constexpr std::string_view parts[] = {"train", "training", "eval",       "evaluation",
                                          "val",   "valid",    "validation", "test"};
    if (folders.size() < 2) return false;
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
        return folder == "." || std::find(std::begin(parts), std::end(parts), folder) != std::end(parts);
    });
}

bool holdsTensorBoardFiles(const fs::path& folder) {
    std::error_code error;
    if (fs::is_regular_file(folder, error)) return isEventFile(folder);
    for (auto entry = fs::recursive_directory_iterator(folder, lookAround, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
        if (entry->is_regular_file(error) && isEventFile(entry->path())) return true;
    return false;
}

}  // namespace tritlab
