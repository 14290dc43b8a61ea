// The frame of all commands: parsing, running, and one place where an error becomes a message and an exit code.
#include "app/cli/frame.h"

#include <poll.h>
#include <unistd.h>
#include <cmath>
#include <cstdio>
#include <exception>
#include <system_error>

#include "app/cli/signals.h"
#include "core/base/fixed_real.h"
#include "core/base/number.h"
#include "core/base/place.h"

namespace tritlab::cli {
namespace {

void writeAll(const std::string& text, std::FILE* stream) { std::fwrite(text.data(), 1, text.size(), stream); }

std::string dump(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// Whoever read stdout has what they wanted and left (`| head`): nothing is wrong, and nobody hears that anything is.
bool readerHasLeft() {
    pollfd out{STDOUT_FILENO, POLLOUT, 0};
    return std::ferror(stdout) != 0 && ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

// A number as --set reads it (core/base/number.h), in the form that CLI11 reads to the same value. Left alone, CLI11
// takes "nan" past every range, -1 for 2^64 - 1, 010 for 8, and an integer that is too large for the largest.
std::string readNumber(std::string& text, bool whole, bool negative) {
    if (!whole) {
        const auto value = parseReal(text);
        if (!value || !std::isfinite(*value)) return "'" + text + "' is not a number";
        text = formatReal(*value);
        return {};
    }
    constexpr double largestExact = 9007199254740992.0;  // 2^53
    auto value = parseInt(text);
    if (const auto real = parseReal(text);  // "2e3"
        !value && real && std::abs(*real) <= largestExact && *real == std::floor(*real))
        value = static_cast<std::int64_t>(*real);
    if (!value) return "'" + text + "' is not a whole number, or too large";
    if (!negative && *value < 0) return "'" + text + "' is out of range: give 0 or more";
    text = std::to_string(*value);
    return {};
}

void checkNumbers(CLI::App* app) {
    for (CLI::Option* option : app->get_options([](CLI::Option*) { return true; })) {
        const std::string type = option->get_type_name();
        const bool natural = type.starts_with("UINT"), whole = natural || type.starts_with("INT");
        if (!whole && !type.starts_with("FLOAT")) continue;
        option->transform(CLI::Validator(
            [whole, natural](std::string& text) { return readNumber(text, whole, !natural); }, std::string()));
    }
    for (CLI::App* sub : app->get_subcommands([](CLI::App*) { return true; })) checkNumbers(sub);
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
    checkNumbers(&app_);
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
            return readerHasLeft() ? code : report("cannot write to standard output", failed);
        return code;
    } catch (const UsageError& error) {
        return report(error.what(), wrongUse);
    } catch (const Error& error) {
        if (readerHasLeft()) return failed;
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

void requireOutFile(const std::string& option, const std::filesystem::path& path,
                    const std::vector<std::string>& inputs) {
    try {
        requireFilePlace(option, path);
        for (const std::string& input : inputs) {
            std::error_code error;
            if (std::filesystem::equivalent(path, input, error))
                throw Error(path.string() + " is what is read", option, "Name another file to write");
        }
    } catch (const Error& error) {
        throw UsageError(error);
    }
}

void requireOutFolder(const std::string& option, const std::filesystem::path& path) {
    try {
        requireFolderPlace(option, path);
    } catch (const Error& error) {
        throw UsageError(error);
    }
}

std::string fixed(double value, int digits) { return fixedReal(value, digits); }

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

}  // namespace tritlab::cli
