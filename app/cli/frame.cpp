// The frame of all commands: parsing, running, and one place where an error becomes a message and an exit code.
#include "app/cli/frame.h"

#include <cstdio>
#include <exception>

#include "app/cli/signals.h"
#include "core/base/fixed_real.h"

namespace tritlab::cli {
namespace {

void writeAll(const std::string& text, std::FILE* stream) { std::fwrite(text.data(), 1, text.size(), stream); }

std::string dump(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// The first word that names no command: CLI11 itself says only that a command is missing.
std::string unknownCommand(CLI::App* app, int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json") continue;
        const auto any = app->get_subcommands([](CLI::App*) { return true; });
        if (word.starts_with("-") || any.empty()) return {};
        const auto named = app->get_subcommands([&](CLI::App* sub) { return sub->get_name() == word; });
        if (named.empty()) return word;
        app = named.front();
    }
    return {};
}

}  // namespace

void printSkips(const Session& session, const SkipReport& skips) {
    if (skips.skipped() == 0) return;
    if (skips.losesMuch()) std::fputs(("tritlab-cli: WARNING: " + skips.text() + "\n").c_str(), stderr);
    else session.printLine(skips.text());
}

void Session::print(const std::string& text) const {
    if (json) return;
    writeAll(text, stdout);
    std::fflush(stdout);
}

Program::Program() : app_("TritLab: train, watch and use ternary language models", "tritlab-cli") {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", TRITLAB_VERSION);
    app_.add_flag("--json", session_.json, "One JSON object as the last line of stdout");
    app_.footer(
        "TRITLAB_HOME moves the workspace (runs, checkpoints, tokenizers). Exit codes: 0 done, 1 failed, 2 wrong use, "
        "3 "
        "stopped by the user and resumable. `tritlab-cli COMMAND --help` explains a command.");
}

CLI::App* Program::command(CLI::App* parent, const std::string& name, const std::string& help, Command command) {
    CLI::App* sub = parent->add_subcommand(name, help);
    sub->callback([this, command = std::move(command)] { chosen_ = command; });
    return sub;
}

CLI::App* Program::group(const std::string& name, const std::string& help) {
    CLI::App* sub = app_.add_subcommand(name, help);
    sub->require_subcommand(1);
    return sub;
}

int Program::run(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)  // known before parsing, so that a parse error can be JSON too
        if (std::string_view(argv[i]) == "--json") session_.json = true;
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app_.exit(error);  // --help, --version
        if (const std::string word = unknownCommand(&app_, argc, argv); !word.empty())
            return report(
                "there is no command '" + word + "'. `tritlab-cli --help` lists the commands and their options",
                wrongUse);
        return report(std::string(error.what()) + ". `tritlab-cli --help` lists the commands and their options",
                      wrongUse);
    }
    stopOnSignals(session_.stop, session_.json);
    try {
        const int code = chosen_(session_);
        commandEnded();
        if (session_.json) writeAll(dump(session_.result) + "\n", stdout);
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
            return report("cannot write to standard output", failed);
        return code;
    } catch (const UsageError& error) {
        return report(error.what(), wrongUse);
    } catch (const Error& error) {
        if (session_.stop.stopRequested()) return report(error.what(), stopped);
        return report(error.what(), failed);
    } catch (const std::exception& error) {
        return report(std::string("unexpected: ") + error.what(), failed);
    }
}

int Program::report(const std::string& message, int code) const {
    commandEnded();
    writeAll("tritlab-cli: " + message + "\n", stderr);
    if (session_.json) {
        nlohmann::ordered_json object = session_.result;
        object["error"] = message;
        writeAll(dump(object) + "\n", stdout);
        std::fflush(stdout);
    }
    return code;
}

std::string fixed(double value, int digits) { return fixedReal(value, digits); }

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

}  // namespace tritlab::cli
