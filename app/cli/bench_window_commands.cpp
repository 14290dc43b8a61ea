// bench store, bench plot: the store at size, and the window's charts. What needs Qt is measured by tritlab, the
// program beside this one (app/gui/bench.h).
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "app/cli/child.h"
#include "app/cli/frame.h"
#include "app/cli/signals.h"
#include "core/base/measure.h"
#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/store/bench_store.h"
#include "core/store/run_store.h"

namespace tritlab::cli {
namespace {

using nlohmann::ordered_json;

struct Display {
    double scale = 1;
    bool shown = false;
    [[nodiscard]] Variables variables(const Workspace& workspace) const {
        Variables list{{"TRITLAB_HOME", workspace.root().string()}, {"QT_SCALE_FACTOR", formatReal(scale)}};
        if (!shown) list.emplace_back("QT_QPA_PLATFORM", "offscreen");
        return list;
    }
    void addTo(CLI::App* command) {
        command->add_option("--scale", scale, "Device pixels a pixel")
            ->capture_default_str()
            ->check(CLI::Range(0.5, 4.0));
        command->add_flag("--display", shown, "On the display instead of off screen");
    }
};

// Runs the window's program with a request and gives its answer.
ordered_json ask(const ordered_json& request, const Display& display, const Workspace& workspace) {
    Child window("tritlab", {"--bench", request.dump()}, display.variables(workspace));
    const std::string text = window.output();
    if (const int code = window.wait(); code != 0)
        throw Error("the window's program ended with code " + std::to_string(code), "tritlab --bench");
    return ordered_json::parse(text);
}

std::string times(const ordered_json& json) {
    if (!json.contains("p50_ms")) return "none";
    return "p50 " + fixed(json["p50_ms"], 1) + " ms, p95 " + fixed(json["p95_ms"], 1) + ", p99 " +
           fixed(json["p99_ms"], 1) + ", worst " + fixed(json["worst_ms"], 1);
}

struct StoreOptions {
    StoreBenchRequest request;
    std::string folder;
    bool noWindow = false;
    Display display;
};

void printWindow(Session& session, const char* how, const ordered_json& window) {
    session.printLine(std::string("window, ") + how + ": run list painted after " + fixed(window["open_seconds"], 2) +
                      " s, charts after " + fixed(window["charts_seconds"], 2) + " s, " +
                      humanBytes(window["resident_bytes"]) + " resident");
    session.printLine("  filter " + times(window["filter"]));
    session.printLine("  sort   " + times(window["sort"]));
}

Exit benchStore(Session& session, const StoreOptions& options) {
    std::optional<ScratchFolder> scratch;
    if (options.folder.empty()) scratch.emplace();
    const Workspace workspace(scratch ? scratch->path() : std::filesystem::path(options.folder));
    const bool filled = std::filesystem::exists(workspace.database());
    if (!filled) {
        // A store that is half full would be measured as a whole one by the next call.
        const auto removeStore = [workspace](LastWords&) {
            std::error_code failed;
            for (const char* suffix : {"", "-wal", "-shm"})
                std::filesystem::remove(workspace.database().string() + suffix, failed);
        };
        const AtSignalExit atExit(removeStore);
        StoreBenchFill fill;
        try {
            fill = fillStore(workspace, options.request, session.stop);
        } catch (...) {
            LastWords none;
            removeStore(none);
            throw;
        }
        session.result["fill"] = {{"runs", fill.runs}, {"points", fill.points}, {"seconds", fill.seconds}};
        session.printLine("filled       " + std::to_string(fill.runs) + " runs, " +
                          humanCount(static_cast<double>(fill.points)) + " points in " + humanDuration(fill.seconds));
    }
    const StoreBenchResult result = measureStore(workspace, session.stop);
    session.result["store"] = {{"open_seconds", result.openSeconds},
                               {"query_seconds", result.querySeconds},
                               {"matched", result.matched},
                               {"sort_seconds", result.sortSeconds},
                               {"outline_seconds", result.outlineSeconds},
                               {"long_points", result.longPoints},
                               {"long_series_seconds", result.longSeriesSeconds},
                               {"short_points", result.shortPoints},
                               {"short_series_seconds", result.shortSeriesSeconds},
                               {"database_bytes", result.databaseBytes},
                               {"resident_bytes", result.residentBytes}};
    session.printLine("all runs     " + fixed(1000 * result.openSeconds, 1) + " ms from opening the store");
    session.printLine("query        " + fixed(1000 * result.querySeconds, 2) + " ms (" +
                      std::to_string(result.matched) + " match), sort " + fixed(1000 * result.sortSeconds, 2) + " ms");
    session.printLine("series       " + std::to_string(result.longPoints) + " points in " +
                      fixed(1000 * result.longSeriesSeconds, 1) + " ms (bounds " +
                      fixed(1000 * result.outlineSeconds, 2) + " ms), " + std::to_string(result.shortPoints) +
                      " points in " + fixed(1000 * result.shortSeriesSeconds, 2) + " ms");
    session.printLine("disk         " + humanBytes(static_cast<double>(result.databaseBytes)) + ", memory " +
                      humanBytes(static_cast<double>(result.residentBytes)));
    if (options.noWindow) return done;
    for (const char* how : {"cold", "warm"}) {
        if (std::string(how) == "cold") {
            dropFromCache(workspace.database());
            for (const char* program : {"tritlab", "../lib/libtritlab_core.so"})
                dropFromCache(besideThisProgram(program));
        }
        const ordered_json window =
            ask({{"kind", "window"}, {"started_ns", monotonicNs()}}, options.display, workspace);
        session.result[std::string("window_") + how] = window;
        printWindow(session, how, window);
    }
    return done;
}

struct PlotOptions {
    int charts = 8, runs = 10;
    std::int64_t points = 1'000'000;
    double seconds = 0;  // 0: 20, or 60 with --live
    bool live = false, slowdown = false, train = false;
    int rounds = 5;
    std::string preset = "demo";
    Display display;
};

RunConfig endlessRun(const std::string& preset) {
    ConfigDraft draft = presetDraft(preset);
    draft.setValue("steps", FieldValue(std::int64_t{1'000'000}));
    draft.setText("checkpoint_every", "0");
    return draft.config();
}

// A run that goes on in a process of its own, until this is gone.
class BackgroundRun {
public:
    BackgroundRun(const Workspace& workspace, const std::string& preset)
        : workspace_(workspace),
          child_("tritlab-cli",
                 {"train", "--preset", preset, "--set", "steps=1000000", "--set", "checkpoint_every=0", "--json"},
                 // as beside a window
                 {{"TRITLAB_HOME", workspace.root().string()}, {"TRITLAB_PRIORITY", "leftover"}}) {}

    void untilStep(StepIndex step, const StopToken& stop) {
        while (steps() < step) {
            if (!child_.running()) throw Error("the run ended by itself", workspace_.root().string());
            if (stop.stopRequested()) throw Error("stopped", "bench plot");
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    StepIndex steps() {
        const auto run = newest();
        return run ? run->steps : 0;
    }
    // Median speed of the steps from `first` on.
    double tokensPerSecond(StepIndex first) {
        RunStore store(workspace_);
        const auto run = newest();
        std::vector<double> speeds;
        for (const Point& point : store.series(run ? run->id : std::string(), "tokens_per_second", first))
            speeds.push_back(point.value);
        if (speeds.empty())
            throw Error("no step was trained in the time", "bench plot --slowdown", "Give more --seconds");
        std::nth_element(speeds.begin(), speeds.begin() + static_cast<std::ptrdiff_t>(speeds.size() / 2), speeds.end());
        return speeds[speeds.size() / 2];
    }

private:
    std::optional<RunSummary> newest() {
        if (!std::filesystem::exists(workspace_.database())) return std::nullopt;
        RunStore store(workspace_);
        const auto runs = store.runs();
        return runs.empty() ? std::nullopt : std::optional(runs.back());
    }
    Workspace workspace_;
    Child child_;
};

Exit benchSlowdown(Session& session, const PlotOptions& options, const Workspace& workspace, double seconds) {
    BackgroundRun trainer(workspace, options.preset);
    trainer.untilStep(20, session.stop);
    std::vector<double> open, closed;
    ordered_json rounds = ordered_json::array();
    for (int i = 0; i < 2 * options.rounds; ++i) {
        const bool withWindow = i % 2 == (i / 2) % 2;  // open, closed, closed, open, …: a drift favours neither
        const StepIndex first = trainer.steps() + 2;
        if (withWindow) ask({{"kind", "live"}, {"seconds", seconds}, {"heartbeat", false}}, options.display, workspace);
        else std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        const double speed = trainer.tokensPerSecond(first);
        (withWindow ? open : closed).push_back(speed);
        rounds.push_back({{"window", withWindow}, {"tokens_per_second", speed}});
        session.printLine(std::string(withWindow ? "open   " : "closed ") + fixed(speed, 0) + " tokens/s");
    }
    const double slowdown = 1 - median(open) / median(closed);
    session.result["slowdown"] = {{"seconds", seconds},
                                  {"open_tokens_per_second", median(open)},
                                  {"closed_tokens_per_second", median(closed)},
                                  {"slowdown", slowdown},
                                  {"rounds", rounds}};
    session.printLine("training is slowed by " + percent(slowdown) + " by the open window");
    return done;
}

Exit benchPlot(Session& session, const PlotOptions& options) {
    const ScratchFolder scratch;
    const Workspace workspace(scratch.path());
    const double seconds = options.seconds > 0 ? options.seconds : options.live || options.slowdown ? 60 : 20;
    if (options.slowdown) return benchSlowdown(session, options, workspace, seconds);
    if (options.live) {
        ordered_json request{{"kind", "live"},
                             {"seconds", seconds},
                             {"train", ordered_json::parse(toJson(endlessRun(options.preset)).dump())}};
        const ordered_json live = ask(request, options.display, workspace);
        session.result["live"] = live;
        session.printLine("heartbeat of 5 ms on the GUI thread for " + fixed(live["seconds"], 0) + " s, " +
                          std::to_string(live["steps"].get<std::int64_t>()) + " steps trained: late by " +
                          times(live["delay"]) + "; " + std::to_string(live["blocks_over_50_ms"].get<std::int64_t>()) +
                          " blocks over 50 ms");
        return done;
    }
    std::optional<BackgroundRun> trainer;
    if (options.train) {
        trainer.emplace(workspace, options.preset);
        trainer->untilStep(5, session.stop);
    }
    ordered_json request{{"kind", "plot"},
                         {"charts", options.charts},
                         {"runs", options.runs},
                         {"points", options.points},
                         {"seconds", seconds}};
    const ordered_json plot = ask(request, options.display, workspace);
    session.result["plot"] = plot;
    session.result["plot"]["training"] = options.train;
    session.printLine(std::to_string(options.charts) + " linked charts of " + std::to_string(options.runs) +
                      " runs × " + humanCount(static_cast<double>(options.points)) + " points, 1920×1080, scale " +
                      fixed(plot["scale"], 1) + (options.train ? ", a run trains" : ""));
    session.printLine("frame        " + times(plot["frame"]));
    session.printLine("fresh        " + fixed(plot["fresh_pictures_per_second"], 1) + " pictures a second");
    session.printLine("exact        " + times(plot["exact_after_input"]) + " after the last input");
    session.printLine("first        " + fixed(plot["first_picture_ms"], 0) + " ms, " +
                      humanBytes(plot["resident_bytes"]) + " resident");
    return done;
}

}  // namespace

void addBenchWindowCommands(Program& program, CLI::App* group) {
    const auto store = std::make_shared<StoreOptions>();
    CLI::App* command = program.command(
        group, "store", "A store of many runs and points: opening, filtering, loading; the window over it",
        [store](Session& session) { return benchStore(session, *store); });
    command->add_option("--runs", store->request.runs, "Runs")->capture_default_str()->check(CLI::Range(1, 1000000));
    command->add_option("--points", store->request.points, "Points of all runs together")->capture_default_str();
    command->add_option("--long-runs", store->request.longRuns, "Runs whose loss is a long series")
        ->capture_default_str();
    command->add_option("--long-points", store->request.longPoints, "Points of a long series")->capture_default_str();
    command->add_option("--folder", store->folder,
                        "Workspace to fill and keep; measured as it is where it has a store already");
    command->add_flag("--no-window", store->noWindow, "Measure the library alone");
    store->display.addTo(command);

    const auto plot = std::make_shared<PlotOptions>();
    command =
        program.command(group, "plot", "The window's charts: frames, fresh pictures, heartbeat while a run trains",
                        [plot](Session& session) { return benchPlot(session, *plot); });
    command->add_option("--charts", plot->charts, "Linked charts")->capture_default_str()->check(CLI::Range(1, 100));
    command->add_option("--runs", plot->runs, "Curves a chart")->capture_default_str()->check(CLI::Range(1, 1000));
    command->add_option("--points", plot->points, "Points a curve")
        ->capture_default_str()
        ->check(CLI::Range(2, 100000000));
    command->add_option("--seconds", plot->seconds, "How long (20; 60 a stretch with --live and --slowdown)")
        ->check(CLI::Range(1.0, 36000.0));
    command->add_flag("--train", plot->train, "While a run trains in another process");
    command->add_flag("--live", plot->live, "The whole window with a heartbeat while it trains a run");
    command->add_flag("--slowdown", plot->slowdown, "How much the open window slows a run, in alternating stretches");
    command->add_option("--rounds", plot->rounds, "Stretches of each kind with --slowdown")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    command->add_option("--preset", plot->preset, "What is trained")->capture_default_str();
    plot->display.addTo(command);
}

}  // namespace tritlab::cli
