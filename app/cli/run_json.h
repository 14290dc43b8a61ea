// A run as JSON and as text, the same wherever a command shows one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/store/run_store.h"

namespace tritlab::cli {

class Session;

nlohmann::ordered_json runJson(const RunSummary& run);
// Adds the "config": of another program's run what is known of it, and under "other_settings" what it told besides.
void addConfig(nlohmann::ordered_json& json, const RunSummary& run);
// "held-out loss 1.2345, perplexity 3.44, bits per byte 0.9876".
std::string evaluationText(const EvaluationEvent& evaluation);
std::string timeText(std::int64_t unixMs);  // "2026-01-31 14:23", local; "-" for 0

// A run by id, name or "latest"; `trashed` looks in the trash.
RunSummary findRun(RunStore& store, const std::string& text, bool trashed = false);

// Before runs are read: those whose process died become interrupted, and an older store is brought up to date. Reading
// needs no room on the disk and no right to write: where either is missing, a word on stderr says that states may be
// out of date.
void markDeadRuns(const Session& session);

}  // namespace tritlab::cli
