// runs list, show, diff, export, trash, restore, stop.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <memory>

#include "app/cli/frame.h"
#include "app/cli/run_json.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/store/store_writer.h"

namespace tritlab::cli {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// Every word of the query is somewhere in the run's id, name, state, tags or notes.
bool matches(const RunSummary& run, const std::string& query) {
    std::string all = run.id + " " + run.name + " " + runStateKey(run.state) + " " + run.notes;
    for (const std::string& tag : run.tags) all += " " + tag;
    all = lower(all);
    std::string word;
    for (const char c : lower(query) + " ") {
        if (c != ' ') {
            word += c;
        } else {
            if (all.find(word) == std::string::npos) return false;
            word.clear();
        }
    }
    return true;
}

std::string lossText(double loss) { return std::isnan(loss) ? "-" : fixed(loss, 4); }

std::string row(const RunSummary& run) {
    const auto padded = [](std::string text, std::size_t width) {
        text.resize(std::max(width, text.size()), ' ');
        return text + "  ";
    };
    return padded(run.id, 22) + padded(run.name, 18) + padded(runStateKey(run.state), 11) +
           padded(std::to_string(run.steps) + "/" + std::to_string(run.config.steps), 12) +
           padded(lossText(run.lastLoss), 7) + padded(std::isnan(run.bitsPerByte) ? "-" : fixed(run.bitsPerByte, 3), 6) +
           timeText(run.createdMs);
}

Exit list(Session& session, const std::string& query, bool trashed) {
    StoreWriter(session.workspace).markDeadRuns();
    RunStore store(session.workspace);
    session.result["runs"] = nlohmann::ordered_json::array();
    for (const RunSummary& run : store.runs(trashed)) {
        if (!matches(run, query)) continue;
        session.result["runs"].push_back(runJson(run));
        session.printLine(row(run));
    }
    if (session.result["runs"].empty())
        session.printLine(trashed ? "The trash holds no such run."
                                  : "No such runs. `tritlab-cli train --preset tiny` starts one.");
    return done;
}

Exit show(Session& session, const std::string& name) {
    StoreWriter(session.workspace).markDeadRuns();
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, name);
    session.result = runJson(run);
    session.result["config"] = toJson(run.config);
    session.result["checkpoints"] = nlohmann::ordered_json::array();
    session.printLine(row(run));
    if (!run.explanation.empty()) session.printLine(run.explanation);
    for (const CheckpointInfo& checkpoint : store.checkpoints(run.id)) {
        session.result["checkpoints"].push_back({{"step", checkpoint.step},
                                                 {"path", (session.workspace.run(run.id) / checkpoint.path).string()},
                                                 {"bytes", checkpoint.bytes},
                                                 {"best", checkpoint.best}});
        session.printLine("checkpoint at step " + std::to_string(checkpoint.step) + (checkpoint.best ? " (best)" : "") +
                          ", " + humanBytes(static_cast<double>(checkpoint.bytes)));
    }
    for (const EvaluationEvent& e : store.evaluations(run.id))
        session.printLine("held out at step " + std::to_string(e.step) + ": loss " + fixed(e.loss, 4) + ", perplexity " +
                          fixed(e.perplexity, 2) + ", bits per byte " + fixed(e.bitsPerByte, 4) +
                          (e.full ? " (all of it)" : ""));
    for (const Field& field : fields())
        if (field.applies(run.config))
            session.printLine("  " + field.key + " = " + valueText(field, field.get(run.config)));
    return done;
}

Exit diff(Session& session, const std::string& leftName, const std::string& rightName) {
    RunStore store(session.workspace);
    const RunSummary left = findRun(store, leftName), right = findRun(store, rightName);
    session.result = {{"left", left.id}, {"right", right.id}, {"differences", nlohmann::ordered_json::array()}};
    for (const FieldDifference& d : differences(left.config, right.config)) {
        session.result["differences"].push_back({{"key", d.key}, {"left", d.left}, {"right", d.right}});
        session.printLine(d.key + ": " + (d.left.empty() ? "-" : d.left) + " | " + (d.right.empty() ? "-" : d.right));
    }
    if (session.result["differences"].empty()) session.printLine("The configs are equal.");
    return done;
}

struct ExportOptions {
    std::string run, format = "csv", out;
    std::vector<std::string> keys;
};

// step,key,value with all digits of each value; one series after another.
Exit exportSeries(Session& session, const ExportOptions& options) {
    if (options.format != "csv") throw UsageError("there is no format '" + options.format + "'", "--format", "Give csv");
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, options.run);
    std::vector<std::string> keys = store.seriesKeys(run.id);
    for (const std::string& key : options.keys)
        if (std::find(keys.begin(), keys.end(), key) == keys.end())
            throw Error("the run has no series '" + key + "'", run.id);
    if (!options.keys.empty()) keys = options.keys;
    const std::string header = "step,key,value\n";
    std::string text = header;
    std::int64_t rows = 0;
    std::unique_ptr<OutputFile> file = options.out.empty() ? nullptr : std::make_unique<OutputFile>(options.out);
    const auto write = [&] {
        if (file) file->write(text.data(), text.size());
        else if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
            throw Error("cannot write to standard output");
        text.clear();
    };
    for (const std::string& key : keys)
        for (const Point& point : store.series(run.id, key)) {
            text += std::to_string(point.step) + "," + key + "," + formatReal(point.value) + "\n";
            ++rows;
            if (text.size() > (1U << 20)) write();
        }
    write();
    if (file) file->close();
    session.result = {{"run", run.id}, {"rows", rows}, {"keys", keys}};
    if (!options.out.empty()) {
        session.result["path"] = options.out;
        session.printLine("wrote " + std::to_string(rows) + " points to " + options.out);
    }
    return done;
}

Exit moveToTrash(Session& session, const std::string& name, bool trashed) {
    StoreWriter writer(session.workspace);
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, name, !trashed);
    writer.trash(run.id, trashed);
    session.result = {{"run", run.id}, {"trashed", trashed}};
    session.printLine(
        run.id + (trashed ? " is in the trash; `tritlab-cli runs restore " + run.id + "` brings it back." : " is back."));
    return done;
}

Exit requestStop(Session& session, const std::string& name) {
    StoreWriter writer(session.workspace);
    writer.markDeadRuns();
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, name);
    if (run.state != RunState::Running && run.state != RunState::Preparing)
        throw Error("the run is not going: it is " + std::string(runStateKey(run.state)), run.id);
    writer.sendCommand(run.id, RunCommand::Stop);
    session.result = {{"run", run.id}, {"command", "stop"}};
    session.printLine(run.id + " will write a checkpoint and stop.");
    return done;
}

}  // namespace

void addRunsCommands(Program& program) {
    CLI::App* group = program.group("runs", "The runs of the workspace");
    const std::string runHelp = "An id, a unique prefix of a name, or 'latest'";

    const auto query = std::make_shared<std::string>();
    const auto trashed = std::make_shared<bool>(false);
    CLI::App* command = program.command(group, "list", "All runs", [=](Session& s) { return list(s, *query, *trashed); });
    command->add_option("--query", *query, "Words that have to be in a run's name, id, state, tags or notes");
    command->add_flag("--trash", *trashed, "What is in the trash");

    const auto addRun = [&](const char* name, const char* help, Exit (*action)(Session&, const std::string&)) {
        const auto run = std::make_shared<std::string>();
        program.command(group, name, help, [=](Session& s) { return action(s, *run); })
            ->add_option("run", *run, runHelp)
            ->required();
    };
    addRun("show", "State, results, checkpoints and config of a run", show);
    addRun("trash", "Put a run into the trash",
           [](Session& s, const std::string& run) { return moveToTrash(s, run, true); });
    addRun("restore", "Take a run out of the trash",
           [](Session& s, const std::string& run) { return moveToTrash(s, run, false); });
    addRun("stop", "Ask a run that goes, in whatever process, to write a checkpoint and stop", requestStop);

    const auto left = std::make_shared<std::string>(), right = std::make_shared<std::string>();
    command = program.command(group, "diff", "What differs between two runs' configs",
                              [=](Session& s) { return diff(s, *left, *right); });
    command->add_option("left", *left, runHelp)->required();
    command->add_option("right", *right, runHelp)->required();

    const auto options = std::make_shared<ExportOptions>();
    command = program.command(group, "export", "Every point of a run: step,key,value",
                              [=](Session& s) { return exportSeries(s, *options); });
    command->add_option("run", options->run, runHelp)->required();
    command->add_option("--format", options->format, "csv")->capture_default_str();
    command->add_option("--out", options->out, "A file instead of stdout");
    command->add_option("--key", options->keys, "Only this series, such as loss; may be repeated");
}

}  // namespace tritlab::cli
