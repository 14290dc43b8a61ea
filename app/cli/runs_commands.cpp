// runs: list, show, diff; what changes runs is in runs_edit.cpp, what takes them out in runs_export.cpp.
#include "app/cli/runs_commands.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "app/cli/run_json.h"
#include "core/base/number.h"
#include "core/checkpoint/integrity.h"
#include "core/store/query.h"
#include "core/store/run_settings.h"
#include "core/store/store_writer.h"

namespace tritlab::cli {
namespace {

struct ListOptions {
    std::string query, sort, columns;
    bool reverse = false, trashed = false;
};

std::string lossText(double loss) { return std::isnan(loss) ? "-" : fixed(loss, 4); }

std::string oneLine(const RunSummary& run) {
    const auto padded = [](std::string text, std::size_t width) {
        text.resize(std::max(width, text.size()), ' ');
        return text + "  ";
    };
    return padded(run.id, 22) + padded(run.name, 18) + padded(runStateKey(run.state), 11) +
           padded(std::to_string(run.steps) + (run.foreign ? "" : "/" + std::to_string(run.config.steps)), 12) +
           padded(lossText(run.lastLoss), 7) +
           padded(std::isnan(run.bitsPerByte) ? "-" : fixed(run.bitsPerByte, 3), 6) + timeText(run.createdMs);
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text + ",") {
        if (c != ',') {
            if (c != ' ') part += c;
        } else {
            if (!part.empty()) parts.push_back(part);
            part.clear();
        }
    }
    return parts;
}

// The series that the query, the columns and the order ask for. A key that no run has is a wrong use, even where there
// are no runs.
std::vector<std::string> neededSeries(const ListOptions& options, const std::vector<std::string>& columns) {
    try {
        std::vector<std::string> series = seriesOfQuery(options.query);
        for (const std::string& column : columns) series.push_back(seriesOfKey(column));
        if (!options.sort.empty()) series.push_back(seriesOfKey(options.sort));
        std::erase(series, std::string());
        return series;
    } catch (const Error& error) {
        throw UsageError(error);
    }
}

// Numbers as numbers, texts as texts; what has no value comes last, in either direction.
void sortRuns(std::vector<RunSummary>& runs, const std::string& key, bool reverse) {
    std::vector<std::pair<std::string, RunSummary>> keyed;
    for (RunSummary& run : runs) {
        std::string value = runQueryValue(run, key);
        keyed.emplace_back(std::move(value), std::move(run));
    }
    std::stable_sort(keyed.begin(), keyed.end(), [reverse](const auto& a, const auto& b) {
        if (a.first.empty() || b.first.empty()) return !a.first.empty() && b.first.empty();
        const auto x = parseReal(a.first), y = parseReal(b.first);
        if (x && y) return reverse ? *y < *x : *x < *y;
        if (x.has_value() != y.has_value()) return x.has_value();
        return reverse ? b.first < a.first : a.first < b.first;
    });
    runs.clear();
    for (auto& [value, run] : keyed) runs.push_back(std::move(run));
}

Exit list(Session& session, const ListOptions& options) {
    const std::vector<std::string> columns = split(options.columns);
    const std::vector<std::string> series = neededSeries(options, columns);
    const RunPredicate wanted = parseRunQuery(options.query);
    markDeadRuns(session);
    RunStore store(session.workspace);
    std::vector<RunSummary> runs = store.runs(options.trashed);
    if (!series.empty())
        for (RunSummary& run : runs) store.readLast(run, series);
    std::erase_if(runs, [&](const RunSummary& run) { return !wanted(run); });
    if (!options.sort.empty()) sortRuns(runs, options.sort, options.reverse);
    else if (options.reverse) std::reverse(runs.begin(), runs.end());

    session.result["runs"] = nlohmann::ordered_json::array();
    std::vector<std::vector<std::string>> table{columns};
    for (const RunSummary& run : runs) {
        nlohmann::ordered_json entry = runJson(run);
        std::vector<std::string> line;
        for (const std::string& column : columns) {
            line.push_back(runQueryValue(run, column));
            entry["columns"][column] = line.back();
        }
        session.result["runs"].push_back(std::move(entry));
        table.push_back(std::move(line));
        if (columns.empty()) session.printLine(oneLine(run));
    }
    if (!columns.empty()) session.print(alignedTable(table));
    if (runs.empty())
        session.printLine(options.trashed ? "The trash holds no such run."
                                          : "No such runs. `tritlab-cli train --preset tiny` starts one.");
    return done;
}

struct ShowOptions {
    std::string run;
    bool quick = false;
};

// A run that trains may have removed a checkpoint since they were listed.
bool isListed(RunStore& store, const std::string& run, StepIndex step) {
    const std::vector<CheckpointInfo> now = store.checkpoints(run);
    return std::any_of(now.begin(), now.end(), [&](const CheckpointInfo& each) { return each.step == step; });
}

// The checkpoints of a run, each with what is wrong with it, and which of them is the newest good one.
void showCheckpoints(Session& session, RunStore& store, const std::string& run, CompareBy by) {
    session.result["checkpoints"] = nlohmann::ordered_json::array();
    StepIndex newestGood = -1;
    bool damaged = false;
    for (const CheckpointInfo& checkpoint : store.checkpoints(run)) {
        const std::filesystem::path folder = session.workspace.run(run) / checkpoint.path;
        const std::optional<FileDamage> damage = checkpointDamage(folder, by, session.stop);
        if (damage && !std::filesystem::exists(folder) && !isListed(store, run, checkpoint.step)) continue;
        session.result["checkpoints"].push_back({{"step", checkpoint.step},
                                                 {"path", folder.string()},
                                                 {"bytes", checkpoint.bytes},
                                                 {"best", checkpoint.best},
                                                 {"good", !damage}});
        std::string line = "checkpoint at step " + std::to_string(checkpoint.step) +
                           (checkpoint.best ? " (best), " : ", ") + humanBytes(static_cast<double>(checkpoint.bytes));
        if (damage) {
            session.result["checkpoints"].back()["damage"] = {{"file", damage->file}, {"what", damage->what}};
            line += ", DAMAGED: " + damage->file + " " + damage->what;
            damaged = true;
        } else {
            newestGood = checkpoint.step;
        }
        session.printLine(line);
    }
    session.result["compared_by"] = by == CompareBy::Hash ? "hash" : "size";
    session.result["newest_good_checkpoint"] =
        newestGood < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(newestGood);
    if (damaged)
        session.printLine(newestGood < 0 ? "No checkpoint of the run is good."
                                         : "The newest good checkpoint is that of step " + std::to_string(newestGood) +
                                               ": --checkpoint " + std::to_string(newestGood) + ".");
}

Exit show(Session& session, const ShowOptions& options) {
    markDeadRuns(session);
    RunStore store(session.workspace);
    const RunSummary run = findRun(store, options.run);
    session.result = runJson(run);
    addConfig(session.result, run);
    session.printLine(oneLine(run));
    if (!run.explanation.empty()) session.printLine(run.explanation);
    showCheckpoints(session, store, run.id, options.quick ? CompareBy::Size : CompareBy::Hash);
    for (const EvaluationEvent& e : store.evaluations(run.id))
        session.printLine("evaluation at step " + std::to_string(e.step) + ": " + evaluationText(e) +
                          (e.full ? " (all held-out text)" : ""));
    for (const Field& field : fields())
        if (hasSetting(run, field)) session.printLine("  " + field.key + " = " + settingText(run, field));
    if (run.foreign) {
        for (const auto& [key, value] : run.foreign->others) session.printLine("  " + key + " = " + value);
        session.printLine("Trained by another program: its other settings are not known.");
    }
    return done;
}

// Every field whose value is not the same in all of the runs.
Exit diff(Session& session, const std::vector<std::string>& names) {
    if (names.size() < 2) throw UsageError("at least two runs are needed", "runs diff", "Name them by id or name");
    RunStore store(session.workspace);
    std::vector<RunSummary> runs;
    for (const std::string& name : names) runs.push_back(findRun(store, name));
    session.result["runs"] = nlohmann::ordered_json::array();
    std::vector<std::vector<std::string>> table{{"key"}};
    for (const RunSummary& run : runs) {
        session.result["runs"].push_back(run.id);
        table.front().push_back(run.name);
    }
    if (runs.size() == 2) session.result["left"] = runs[0].id, session.result["right"] = runs[1].id;
    session.result["differences"] = nlohmann::ordered_json::array();
    std::vector<const RunSummary*> compared;
    for (const RunSummary& run : runs) compared.push_back(&run);
    for (const SettingRow& row : settingRows(compared)) {
        if (!row.differs) continue;
        nlohmann::ordered_json values = nlohmann::ordered_json::array();
        std::vector<std::string> line{row.key};
        for (const auto& value : row.values) {
            values.push_back(value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json());
            line.push_back(!value ? "?" : value->empty() ? "-" : *value);
        }
        nlohmann::ordered_json entry = {{"key", row.key}, {"values", values}};
        if (runs.size() == 2) entry["left"] = values[0], entry["right"] = values[1];
        session.result["differences"].push_back(entry);
        table.push_back(std::move(line));
    }
    std::string foreign;
    for (const RunSummary& run : runs)
        if (run.foreign) foreign += (foreign.empty() ? "" : ", ") + run.name;
    if (!foreign.empty()) {
        if (table.size() == 1) session.printLine("No setting that is known of these runs differs.");
        else session.print(alignedTable(table));
        session.printLine("Trained by another program, most settings unknown: " + foreign + ".");
        return done;
    }
    if (table.size() == 1) session.printLine("The configs are equal.");
    else session.print(alignedTable(table));
    return done;
}

}  // namespace

std::string alignedTable(const std::vector<std::vector<std::string>>& lines) {
    std::vector<std::size_t> widths;
    const auto width = [](const std::string& text) {  // of characters, not bytes
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    };
    for (const auto& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (i == widths.size()) widths.push_back(0);
            widths[i] = std::max(widths[i], width(line[i]));
        }
    std::string text;
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            text += line[i] + (i + 1 < line.size() ? std::string(widths[i] - width(line[i]) + 2, ' ') : "");
        text += "\n";
    }
    return text;
}

void addRunsCommands(Program& program) {
    CLI::App* group = program.group("runs", "The runs of the workspace");

    const auto options = std::make_shared<ListOptions>();
    CLI::App* command =
        program.command(group, "list", "All runs, the newest first", [=](Session& s) { return list(s, *options); });
    command->add_option(
        "--query", options->query,
        "Which ones, such as: lr > 1e-4 and state = finished and tag:good; a bare word is part of the name");
    command->add_option(
        "--sort", options->sort,
        "By a key: any setting (`tritlab-cli fields`), any metric (loss, flip_rate, ...), created, ...");
    command->add_flag("--reverse", options->reverse, "The other way round");
    command->add_option("--columns", options->columns,
                        "Only these keys, as a table: name,lambda_schedule,seed,bits_per_byte");
    command->add_flag("--trash", options->trashed, "What is in the trash");

    const auto shown = std::make_shared<ShowOptions>();
    command = program.command(group, "show", "State, results, checkpoints and config of a run",
                              [=](Session& s) { return show(s, *shown); });
    command->add_option("run", shown->run, runHelp)->required();
    command->add_flag("--quick", shown->quick, "Compare the sizes of the checkpoints' files alone, not their hashes");

    const auto compared = std::make_shared<std::vector<std::string>>();
    program
        .command(group, "diff", "What differs between the configs of two or more runs",
                 [=](Session& s) { return diff(s, *compared); })
        ->add_option("runs", *compared, runHelp)
        ->required();

    addRunsEditing(program, group);
    addRunsBranch(program, group);
    addRunsExport(program, group);
}

}  // namespace tritlab::cli
