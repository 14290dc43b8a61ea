// A program that this one runs beside itself: tritlab, or tritlab-cli once more.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/signals.h"

namespace tritlab::cli {

using Variables = std::vector<std::pair<std::string, std::string>>;  // of an environment: name and value

// This process's environment with these in place of its own, NAME=VALUE each. A child gets it as its own: to set them
// here would alter what other threads may be reading.
std::vector<std::string> environmentWith(const Variables& variables);

class Child {
public:
    // Of the programs beside this one. `variables` are set for it in the environment. Its stdout is kept, stderr is
    // shared. Throws Error where it cannot be started.
    Child(const std::string& program, std::vector<std::string> arguments, const Variables& variables = {});
    ~Child();  // interrupts and waits
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    std::string output();    // waits until it has closed its stdout
    int wait();              // its exit code; 128 + signal where it was killed
    void interrupt() const;  // as Ctrl-C does
    [[nodiscard]] bool running();

private:
    int pid_ = -1, pipe_ = -1, code_ = -1;
    std::optional<AtSignalExit> atExit_;  // it ends with this process
};

std::filesystem::path besideThisProgram(const std::string& program);

// A folder of its own for as long as this lives.
class ScratchFolder {
public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    std::optional<AtSignalExit> atExit_;
};

}  // namespace tritlab::cli
