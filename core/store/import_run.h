// A whole run from elsewhere, put into the store at once: it is seen when it is complete, and a process that dies on
// the way leaves nothing behind.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/store/run_store.h"

namespace tritlab {

struct RunToImport {
    std::string name, notes;
    std::vector<std::string> tags;
    std::int64_t startedMs = 0, endedMs = 0;
    std::map<std::string, std::vector<Point>> series;  // in step order
    // What is known of its settings, as readForeignSettings (core/store/run_settings.h) takes it.
    nlohmann::ordered_json settings = nlohmann::ordered_json::object();
};

// Gives the id. The run is 'finished'; its steps, losses and times are taken from its series, its config is unknown.
// Waits until it is committed.
std::string importRun(const Workspace& workspace, const RunToImport& run);

}  // namespace tritlab
