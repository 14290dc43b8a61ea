// runs: tag, note, rename, star, baseline, trash, restore, purge, stop.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/cli/run_json.h"
#include "app/cli/runs_commands.h"
#include "core/base/number.h"
#include "core/store/store_writer.h"

namespace tritlab::cli {
namespace {

struct EditOptions {
    std::vector<std::string> runs, add, remove;
    std::string run, text;
    bool off = false, yes = false;
};

// All names are looked up before anything is changed.
std::vector<RunSummary> findRuns(RunStore& store, const std::vector<std::string>& names, bool trashed = false) {
    std::vector<RunSummary> runs;
    for (const std::string& name : names) {
        RunSummary run = findRun(store, name, trashed);
        const bool twice =
            std::any_of(runs.begin(), runs.end(), [&](const RunSummary& other) { return other.id == run.id; });
        if (!twice) runs.push_back(std::move(run));
    }
    return runs;
}

nlohmann::ordered_json idsOf(const std::vector<RunSummary>& runs) {
    nlohmann::ordered_json ids = nlohmann::ordered_json::array();
    for (const RunSummary& run : runs) ids.push_back(run.id);
    return ids;
}

void requireTag(const std::string& tag) {
    if (tag.empty() || tag.find_first_of(" \t\n,\"()=!<>~:") != std::string::npos)
        throw UsageError("'" + tag + "' is no tag", "runs tag",
                         "A tag is one word without , \" ( ) = ! < > ~ : so that a query can name it");
}

Exit tag(Session& session, const EditOptions& options) {
    for (const auto* list : {&options.add, &options.remove})
        for (const std::string& word : *list) requireTag(word);
    StoreWriter writer(session.workspace);
    RunStore store(session.workspace);
    const std::vector<RunSummary> runs = findRuns(store, options.runs);
    session.result["runs"] = nlohmann::ordered_json::array();
    for (const RunSummary& run : runs) {
        std::vector<std::string> tags = run.tags;
        std::erase_if(tags, [&](const std::string& word) {
            return std::find(options.remove.begin(), options.remove.end(), word) != options.remove.end();
        });
        for (const std::string& word : options.add)
            if (std::find(tags.begin(), tags.end(), word) == tags.end()) tags.push_back(word);
        if (tags != run.tags) writer.setTags(run.id, tags);
        session.result["runs"].push_back({{"run", run.id}, {"tags", tags}});
        std::string text;
        for (const std::string& word : tags) text += (text.empty() ? "" : ", ") + word;
        session.printLine(run.id + ": " + (text.empty() ? "no tags" : text));
    }
    return done;
}

Exit note(Session& session, const EditOptions& options) {
    StoreWriter writer(session.workspace);
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, options.run);
    writer.setNotes(run.id, options.text);
    session.result = {{"run", run.id}, {"notes", options.text}};
    session.printLine(run.id + (options.text.empty() ? ": no notes" : ": noted"));
    return done;
}

Exit rename(Session& session, const EditOptions& options) {
    if (options.text.empty()) throw UsageError("a run needs a name", "runs rename");
    StoreWriter writer(session.workspace);
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, options.run);
    writer.renameRun(run.id, options.text);
    session.result = {{"run", run.id}, {"name", options.text}};
    session.printLine(run.id + " is now called " + options.text);
    return done;
}

Exit star(Session& session, const EditOptions& options) {
    StoreWriter writer(session.workspace);
    RunStore store(session.workspace);
    const std::vector<RunSummary> runs = findRuns(store, options.runs);
    for (const RunSummary& run : runs) writer.setStarred(run.id, !options.off);
    session.result = {{"runs", idsOf(runs)}, {"starred", !options.off}};
    session.printLine(std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs") +
                      (options.off ? " without a star" : " starred"));
    return done;
}

Exit baseline(Session& session, const EditOptions& options) {
    if (options.off != options.run.empty()) throw UsageError("needs either a run or --off", "runs baseline");
    StoreWriter writer(session.workspace);
    RunStore store(session.workspace);
    const std::string id = options.off ? std::string() : findRun(store, options.run).id;
    writer.setBaseline(id);
    session.result = {{"run", id}, {"baseline", !options.off}};
    session.printLine(options.off ? "There is no baseline." : id + " is the baseline that others are compared with.");
    return done;
}

Exit moveToTrash(Session& session, const EditOptions& options, bool trashed) {
    StoreWriter writer(session.workspace);
    RunStore store(session.workspace);
    const std::vector<RunSummary> runs = findRuns(store, options.runs, !trashed);
    for (const RunSummary& run : runs) {
        writer.trash(run.id, trashed);
        session.printLine(run.id + (trashed
                                        ? " is in the trash; `tritlab-cli runs restore " + run.id + "` brings it back."
                                        : " is back."));
    }
    session.result = {{"runs", idsOf(runs)}, {"trashed", trashed}};
    if (runs.size() == 1) session.result["run"] = runs.front().id;
    return done;
}

double folderBytes(const std::filesystem::path& folder) {
    double bytes = 0;
    std::error_code error;
    for (auto entry = std::filesystem::recursive_directory_iterator(folder, error);
         !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error))
        if (entry->is_regular_file(error)) bytes += static_cast<double>(entry->file_size(error));
    return bytes;
}

// Deletes for ever, and only what is in the trash already.
Exit purge(Session& session, const EditOptions& options) {
    RunStore store(session.workspace);
    const std::vector<RunSummary> runs = findRuns(store, options.runs, true);
    double bytes = 0;
    for (const RunSummary& run : runs) {
        const double size = folderBytes(session.workspace.run(run.id));
        bytes += size;
        session.printLine(run.id + "  " + run.name + "  " + humanBytes(size));
    }
    session.result = {{"runs", idsOf(runs)}, {"bytes", bytes}};
    if (!options.yes)
        throw UsageError("nothing was deleted", "runs purge",
                         "Give --yes to delete these runs for ever, their files too");
    StoreWriter writer(session.workspace);
    for (const RunSummary& run : runs) writer.purge(run.id);
    session.printLine("Deleted for ever; " + humanBytes(bytes) + " of checkpoints and the like are free.");
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

void addRunsEditing(Program& program, CLI::App* group) {
    const auto options = std::make_shared<EditOptions>();
    const auto ofRuns = [&](const char* name, const char* help, Command action) {
        CLI::App* command = program.command(group, name, help, std::move(action));
        command->add_option("runs", options->runs, runHelp)->required();
        return command;
    };
    const auto ofRun = [&](const char* name, const char* help, Command action) {
        CLI::App* command = program.command(group, name, help, std::move(action));
        command->add_option("run", options->run, runHelp)->required();
        return command;
    };
    CLI::App* command =
        ofRuns("tag", "Give runs tags, or take them away", [=](Session& s) { return tag(s, *options); });
    command->add_option("--add", options->add, "A word; may be repeated")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false);
    command->add_option("--remove", options->remove, "A word; may be repeated")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false);
    ofRun("note", "Replace a run's notes", [=](Session& s) { return note(s, *options); })
        ->add_option("text", options->text, "The notes; '' for none")
        ->required();
    ofRun("rename", "Give a run another name", [=](Session& s) { return rename(s, *options); })
        ->add_option("name", options->text, "The new name")
        ->required();
    ofRuns("star", "Mark runs with a star", [=](Session& s) {
        return star(s, *options);
    })->add_flag("--off", options->off, "Take it away");
    command = program.command(group, "baseline", "Make a run the one that others are compared with",
                              [=](Session& s) { return baseline(s, *options); });
    command->add_option("run", options->run, runHelp);
    command->add_flag("--off", options->off, "Have no baseline");
    ofRuns("trash", "Put runs into the trash", [=](Session& s) { return moveToTrash(s, *options, true); });
    ofRuns("restore", "Take runs out of the trash", [=](Session& s) { return moveToTrash(s, *options, false); });
    ofRuns("purge", "Delete runs that are in the trash, for ever", [=](Session& s) {
        return purge(s, *options);
    })->add_flag("--yes", options->yes, "Really");
    ofRun("stop", "Ask a run that goes, in whatever process, to write a checkpoint and stop",
          [=](Session& s) { return requestStop(s, options->run); });
}

}  // namespace tritlab::cli
