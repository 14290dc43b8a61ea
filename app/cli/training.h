// A run in this process: recorded in the store, shown on stderr, stopped by signals or by a command from another
// process.
#pragma once

#include <string>

#include "app/cli/frame.h"
#include "core/engine/engine.h"
#include "core/store/run_store.h"
#include "core/store/store_writer.h"

namespace tritlab::cli {

// Throws Error where a source of the config does not exist: before a run is made of it.
void requireSources(const RunConfig& config);

// Rank `ranks.rank` of a run that others train with: what and where comes from rank 0, which alone records and prints
// it.
Exit followRun(Session& session, const Ranks& ranks);

// Trains or resumes run `id`, as rank 0 of `ranks`; fills `session.result` with run, state, final_loss, steps, tokens
// …, prints a summary. `failed` where the store could not be written: the run has been stopped then, and so is
// `session.stop`.
Exit trainRun(Session& session, StoreWriter& writer, const std::string& id, const RunConfig& config, bool resume,
              const Ranks& ranks = {});

// Resumes a stopped or interrupted run. Throws Error (Busy) where another process trains it, and where nothing is left
// to do.
Exit resumeRun(Session& session, StoreWriter& writer, const RunSummary& run, const Ranks& ranks = {});

}  // namespace tritlab::cli
