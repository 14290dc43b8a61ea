// A run that goes on from a checkpoint of another one: `runs branch`, and `resume` with more steps.
#pragma once

#include <cstdint>
#include <string>

#include "app/cli/config_options.h"
#include "core/store/run_store.h"
#include "core/store/store_writer.h"

namespace tritlab::cli {

struct BranchOptions {
    std::string run, name;
    std::int64_t step = -1;  // of the checkpoint; -1: the newest
    ConfigOptions config;    // over the parent's
    bool keepSchedule = false, newSchedule = false;

    void addScheduleTo(CLI::App* command);  // --keep-schedule, --new-schedule
};

// Makes the run, tells how the scheduled values change where it begins, and fills `session.result` with run, parent,
// branch_step, total_steps and schedule. Throws UsageError or Error where such a run cannot be.
RunSummary makeBranch(Session& session, StoreWriter& writer, const BranchOptions& options);

}  // namespace tritlab::cli
