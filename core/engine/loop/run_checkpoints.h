// A run's checkpoints over time: which to resume from, writing new ones, and which give way.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/workspace.h"
#include "core/config/run_config.h"
#include "core/engine/loop/checkpoint.h"
#include "core/run/run_reporter.h"

namespace tritlab {

class RunCheckpoints {
public:
    RunCheckpoints(const Workspace& workspace, const std::string& run, std::int64_t keep, RunReporter& reporter);
    // Removes what a killed process left half-written. Only for the one who trains the run.
    void cleanUp() const;

    [[nodiscard]] bool empty() const { return listCheckpoints(folder_).empty(); }
    // Fills the state from the newest good checkpoint and gives its manifest; a damaged one is refused by name in the
    // log and the one before it is tried. Throws Error where there are checkpoints and none is good.
    CheckpointManifest resume(TrainingState state);

    // Writes it, lets older ones go and reports. Gives what went wrong (a full disk): the earlier ones are untouched
    // then.
    std::optional<Error> write(TrainingState state, const ModelDescription& description,
                               const std::filesystem::path& tokenizer, CheckpointManifest& manifest);
    // of the good ones; -1: none
    [[nodiscard]] StepIndex newest() const { return known_.empty() ? -1 : known_.back().step; }

private:
    std::vector<StepIndex> makeRoom();
    std::filesystem::path folder_, run_;
    std::int64_t keep_;
    RunReporter* reporter_;
    std::vector<RankedCheckpoint> known_;  // good ones, in step order
};

}  // namespace tritlab
