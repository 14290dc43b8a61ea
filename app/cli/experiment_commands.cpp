// experiment run, report: a folder with a definition, its runs as a group in the store, and what came out of them.
#include <filesystem>
#include <memory>

#include "app/cli/laboratory_commands.h"
#include "app/cli/run_json.h"
#include "app/cli/training.h"
#include "app/cli/window_program.h"
#include "core/base/files.h"
#include "core/experiment/report.h"

namespace tritlab::cli {
namespace {

struct RunOptions {
    std::string folder;
    bool dryRun = false;
};

const char* taskName(ExperimentTask task, const std::optional<RunSummary>& run) {
    switch (task) {
        case ExperimentTask::Nothing: return run->state == RunState::Diverged ? "diverged" : "finished";
        case ExperimentTask::Start: return "to start";
        case ExperimentTask::Resume: return "to resume";
        case ExperimentTask::Wait: return "trained by another process";
    }
    return "";
}

std::vector<RunSummary> storedRuns(const Session& session) {
    if (!std::filesystem::exists(session.workspace.database())) return {};
    return RunStore(session.workspace).runs();
}

// Shows what there is to do; gives how many planned runs have an outcome.
std::int64_t showPlan(Session& session, const Experiment& experiment) {
    const std::vector<RunSummary> runs = storedRuns(session);
    std::int64_t complete = 0;
    session.result["runs"] = nlohmann::ordered_json::array();
    for (const PlannedRun& planned : experiment.runs) {
        const auto run = runOf(experiment, planned, runs);
        const ExperimentTask task = taskFor(run);
        complete += task == ExperimentTask::Nothing ? 1 : 0;
        nlohmann::ordered_json entry = {
            {"name", planned.name}, {"variant", experiment.variants[planned.variant]}, {"seed", planned.seed}};
        if (run)
            entry["run"] = run->id, entry["state"] = runStateKey(run->state), entry["bits_per_byte"] = run->bitsPerByte;
        entry["task"] = taskName(task, run);
        session.result["runs"].push_back(entry);
        session.printLine(planned.name + "  " + taskName(task, run) + (run ? "  " + run->id : ""));
    }
    return complete;
}

// Trains one planned run to its end. Throws Error where it cannot start.
Exit trainPlanned(Session& session, StoreWriter& writer, const Experiment& experiment, const PlannedRun& planned,
                  const std::optional<RunSummary>& run) {
    if (run) return resumeRun(session, writer, *run);
    requireSources(planned.config);
    loadEngine();
    const std::string id = writer.createRun(planned.name, planned.config, RunState::Preparing);
    writer.setTags(id, {experiment.tag()});
    return trainRun(session, writer, id, planned.config, false);
}

Exit runExperiment(Session& session, const RunOptions& options) {
    const Experiment experiment = readExperiment(options.folder);
    StoreWriter writer(session.workspace);
    writer.markDeadRuns();
    std::int64_t trained = 0, broken = 0, elsewhere = 0;
    Exit code = done;
    for (std::size_t i = 0; i < experiment.runs.size() && !options.dryRun; ++i) {
        const PlannedRun& planned = experiment.runs[i];
        // Looked up anew each time: another process may work on the same experiment.
        writer.markDeadRuns();
        const auto run = runOf(experiment, planned, storedRuns(session));
        const ExperimentTask task = taskFor(run);
        if (task == ExperimentTask::Wait) ++elsewhere;
        if (task == ExperimentTask::Nothing || task == ExperimentTask::Wait) continue;
        session.printLine("[" + std::to_string(i + 1) + "/" + std::to_string(experiment.runs.size()) + "] " +
                          planned.name);
        code = trainPlanned(session, writer, experiment, planned, run);
        if (code == stopped) break;
        const auto after = runOf(experiment, planned, storedRuns(session));
        if (after && taskFor(after) == ExperimentTask::Nothing) ++trained;
        else ++broken;
        if (session.stop.stopRequested()) break;  // by a store that cannot be written, too
    }
    session.result = {{"experiment", experiment.name},
                      {"tag", experiment.tag()},
                      {"trained", trained},
                      {"failed", broken},
                      {"elsewhere", elsewhere}};
    const std::int64_t complete = showPlan(session, experiment);
    session.result["complete"] = complete;
    session.result["planned"] = experiment.runs.size();
    session.printLine(std::to_string(complete) + " of " + std::to_string(experiment.runs.size()) + " runs of " +
                      experiment.name + " are complete");
    if (code == stopped) return stopped;
    return broken > 0 ? failed : done;
}

struct ReportOptions {
    std::string folder, out;
    bool noPlots = false;
    CLI::Option* outOption = nullptr;
};

Exit writeReport(Session& session, const ReportOptions& options) {
    namespace fs = std::filesystem;
    if (options.outOption->count() > 0) requireOutFolder("--out", options.out);
    const Experiment experiment = readExperiment(options.folder);
    markDeadRuns(session);  // brings an older store up to date, too
    RunStore store(session.workspace);
    const ExperimentReport report = reportExperiment(experiment, store);
    if (report.finished + report.diverged == 0)
        throw Error("no run of the experiment is complete in this workspace", experiment.name,
                    "`tritlab-cli experiment run " + options.folder + "` trains them");
    const fs::path out = options.out.empty() ? experiment.folder : fs::path(options.out);
    std::error_code error;
    fs::create_directories(out / "plots", error);
    if (error)
        throw Error("cannot make the folder (" + error.message() + ")", (out / "plots").string(),
                    "Choose another with --out");
    std::vector<std::string> files;
    const auto write = [&](const char* name, const std::string& text) {
        writeFileAtomically(out / name, text);
        files.push_back((out / name).string());
    };
    const std::string summary = summaryMarkdown(report);
    write("runs.csv", runsCsv(report));
    write("summary.csv", summaryCsv(report));
    write("summary.md", summary);
    write("curves.csv", curvesCsv(report));
    std::vector<std::string> plots;
    if (!options.noPlots) plots = drawPictures("--plot-experiment", experiment.folder.string(), out / "plots");
    session.print(summary + "\n");
    for (const auto* list : {&files, &plots})
        for (const std::string& file : *list) session.printLine("wrote " + file);
    if (!options.noPlots && plots.empty())
        session.printLine("No plots: the window's program, tritlab, is not beside this one.");
    session.result = {{"experiment", experiment.name},
                      {"finished", report.finished},
                      {"diverged", report.diverged},
                      {"planned", experiment.runs.size()},
                      {"files", files},
                      {"plots", plots}};
    return done;
}

}  // namespace

void addExperimentCommands(Program& program) {
    CLI::App* group = program.group("experiment", "Groups of runs that a folder with a definition.json describes");
    const auto options = std::make_shared<RunOptions>();
    CLI::App* command = program.command(group, "run", "Train the runs that are missing, resume those that broke off",
                                        [options](Session& session) { return runExperiment(session, *options); });
    command
        ->add_option("folder", options->folder, "Folder with a definition.json, such as experiments/lambda-schedules")
        ->required();
    command->add_flag("--dry-run", options->dryRun, "Only say what is there and what is to do");

    const auto report = std::make_shared<ReportOptions>();
    command = program.command(group, "report",
                              "Write tables (CSV, Markdown) and plots of what came out, over the seeds of each variant",
                              [report](Session& session) { return writeReport(session, *report); });
    command->add_option("folder", report->folder, "Folder with a definition.json")->required();
    report->outOption = command->add_option("--out", report->out, "Where to write (default: the experiment's folder)");
    command->add_flag("--no-plots", report->noPlots, "Only the tables");
}

}  // namespace tritlab::cli
