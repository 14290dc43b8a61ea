// What all commands share: their options, where they write, and how they end.
//   stdout   the result: text for people, or with --json one JSON object on the last line
//   stderr   progress and messages
//   exit     0 done, 1 failed, 2 wrong use, 3 stopped by the user and resumable
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/stop_token.h"
#include "core/base/workspace.h"
#include "core/run/skip_report.h"

namespace tritlab::cli {

enum Exit { done = 0, failed = 1, wrongUse = 2, stopped = 3 };

// The command line or the config that it names is wrong: exit code 2.
class UsageError : public Error {
public:
    using Error::Error;
    explicit UsageError(const Error& error) : Error(error) {}
};

// Throw UsageError where an option names no place that a file or a folder can be written at (core/base/place.h): said
// before the work begins. What is there already may be replaced, but that no file may be one of `inputs`.
void requireOutFile(const std::string& option, const std::filesystem::path& path,
                    const std::vector<std::string>& inputs = {});
void requireOutFolder(const std::string& option, const std::filesystem::path& path);

// The person's workspace, looked for when a command first asks: many need none, and where no place for it is known
// (no HOME) only the others fail, with an Error.
class PersonsWorkspace {
public:
    operator const Workspace&() const { return known(); }  // NOLINT(google-explicit-constructor)
    [[nodiscard]] std::filesystem::path database() const { return known().database(); }
    [[nodiscard]] std::filesystem::path root() const { return known().root(); }
    [[nodiscard]] std::filesystem::path run(const std::string& id) const { return known().run(id); }
    [[nodiscard]] std::filesystem::path checkpoints(const std::string& id) const { return known().checkpoints(id); }

private:
    const Workspace& known() const {
        if (!workspace_) workspace_.emplace();
        return *workspace_;
    }
    mutable std::optional<Workspace> workspace_;
};

// A command's means: write text, fill `result`, look at `stop`.
class Session {
public:
    bool json = false;
    nlohmann::ordered_json result = nlohmann::ordered_json::object();
    StopToken stop;
    PersonsWorkspace workspace;

    // To stdout, not under --json.
    void print(const std::string& text) const;
    void printLine(const std::string& text) const { print(text + "\n"); }
};

// What of the text could not be used, on stdout; where much of it is lost, as a warning on stderr that --json shows
// too.
void printSkips(const Session& session, const SkipReport& skips);

using Command = std::function<Exit(Session&)>;

// The program: command families add their subcommands, run() parses, runs the chosen one and reports how it ended.
class Program {
public:
    Program();
    [[nodiscard]] CLI::App& app() { return app_; }
    // A command of a parent (app() or a group): its options are added by the caller.
    CLI::App* command(CLI::App* parent, const std::string& name, const std::string& help, Command command);
    // A group of commands, such as `runs`: one of them has to be named.
    CLI::App* group(const std::string& name, const std::string& help);
    int run(int argc, char** argv);

private:
    int report(const std::string& message, int code) const;
    CLI::App app_;
    Session session_;
    Command chosen_;
};

// A fixed number of digits after the point, whatever the locale.
std::string fixed(double value, int digits);
std::string percent(double share);

void addConfigCommands(Program& program);
void addTokenizerCommands(Program& program);
void addTrainCommands(Program& program);
void addRunsCommands(Program& program);
void addGenerateCommands(Program& program);
void addEvaluateCommands(Program& program);
void addAgreementCommand(Program& program, CLI::App* group);  // of the group `eval`
void addBenchCommands(Program& program);
void addCurveBench(Program& program, CLI::App* bench);
void addBenchWindowCommands(Program& program, CLI::App* group);  // bench store, bench plot
void addDemoCommand(Program& program);

}  // namespace tritlab::cli
