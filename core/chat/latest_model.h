// Where a run's newest weights lie: what chat, generate and evaluation open when they are given a run.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/workspace.h"

namespace tritlab {

// The newest model folder of a run: its snapshot if newer than the last good checkpoint. `run` is an id. Throws Error
// where there is none yet.
std::filesystem::path latestModelFolder(const Workspace& workspace, const std::string& run);

}  // namespace tritlab
