// --run RUN [--checkpoint STEP] or --model PATH [--activation A]: which model a command uses.
#pragma once

#include <filesystem>
#include <string>

#include "app/cli/frame.h"

namespace tritlab::cli {

// --activation, for a file that does not say which it has.
void addActivationOption(CLI::App* command, std::string& activation);
// Takes what was given for this model, if anything was. Throws UsageError for a name that no activation has, Error
// where the model says another one itself.
void takeActivation(const std::string& activation, const std::filesystem::path& model);

struct ModelOptions {
    std::string run, model, checkpoint, activation;

    void addTo(CLI::App* command);
    struct Model {
        std::filesystem::path folder;
        std::string name;  // as conversations call it: "run:ID", "run:ID@STEP" or the folder
    };
    // Throws UsageError where not exactly one of the two is given, Error where there is no such model (yet).
    [[nodiscard]] Model resolve(const Session& session) const;
};

}  // namespace tritlab::cli
