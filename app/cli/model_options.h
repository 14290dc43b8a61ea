// --run RUN [--checkpoint STEP] or --model DIR: which model a command uses.
#pragma once

#include <filesystem>
#include <string>

#include "app/cli/frame.h"

namespace tritlab::cli {

struct ModelOptions {
    std::string run, model, checkpoint;

    void addTo(CLI::App* command);
    struct Model {
        std::filesystem::path folder;
        std::string name;  // as conversations call it: "run:ID", "run:ID@STEP" or the folder
    };
    // Throws UsageError where not exactly one of the two is given, Error where there is no such model (yet).
    [[nodiscard]] Model resolve(const Session& session) const;
};

}  // namespace tritlab::cli
