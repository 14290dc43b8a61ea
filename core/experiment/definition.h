// An experiment: a folder whose definition.json says which runs it consists of. Its runs are a group in the store: they
// carry the tag "experiment/NAME" and are told apart by their frozen configs.
//   {"name": "lambda-schedules", "title": "…", "description": "…",
//    "base": {"preset": "tiny", "steps": 500},                               as a config file
//    "variants": [{"name": "sigmoid", "set": {"lambda_schedule": "sigmoid"}}, …],   or instead of them every
//    combination of "vary": {"learning_rate": [0.001, 0.002], "weight_decay": [0, 0.1]}, "seeds": [1, 2, 3]} (default:
//    the base's own)
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/run_config.h"
#include "core/store/run_store.h"

namespace tritlab {

struct PlannedRun {
    std::string name;         // "lambda-schedules/sigmoid/seed-2"
    std::size_t variant = 0;  // index into Experiment::variants
    std::int64_t seed = 0;
    RunConfig config;  // frozen
};

struct Experiment {
    std::string name, title, description;
    std::filesystem::path folder;
    std::vector<std::string> variants;  // in the definition's order
    std::vector<std::string> fields;    // keys that differ between variants, in table order
    std::vector<std::int64_t> seeds;
    std::vector<PlannedRun> runs;  // seed after seed, so that a batch that is cut short compares like with like
    [[nodiscard]] std::string tag() const { return "experiment/" + name; }
};

// Reads FOLDER/definition.json. Relative paths of texts and tokenizers in it are relative to the folder. Throws Error
// that names the file and the variant: unknown keys, values out of range, two variants that give the same config, more
// than 10,000 runs.
Experiment readExperiment(const std::filesystem::path& folder);

// The run of the store that stands for a planned one: it carries the tag and has the config. Of several the one that
// got furthest: finished (or diverged, which is an outcome too), going, resumable, failed; then the newest. None in the
// trash.
std::optional<RunSummary> runOf(const Experiment& experiment, const PlannedRun& planned,
                                const std::vector<RunSummary>& runs);

// What is left to do for a planned run.
enum class ExperimentTask { Nothing, Start, Resume, Wait };  // Wait: another process trains it
ExperimentTask taskFor(const std::optional<RunSummary>& run);

}  // namespace tritlab
