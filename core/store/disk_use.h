// How much disk a run takes, and everything else in a workspace: what a purge would free.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/base/workspace.h"

namespace tritlab {

// of all files below; what cannot be read counts nothing
std::int64_t folderBytes(const std::filesystem::path& folder);

struct RunDiskUse {
    std::int64_t files = 0;     // checkpoints, snapshots and what waits in the run's trash
    std::int64_t database = 0;  // its points, snapshots of weights, samples and log, as they are stored
    [[nodiscard]] std::int64_t total() const { return files + database; }
};
RunDiskUse runDiskUse(const Workspace& workspace, const std::string& run);

struct WorkspaceDiskUse {
    std::map<std::string, RunDiskUse> runs;
    std::int64_t database = 0;  // the whole file with its log
    std::int64_t tokenizers = 0;
    std::int64_t tokenCache = 0;  // made again when it is needed
};
WorkspaceDiskUse workspaceDiskUse(const Workspace& workspace);

}  // namespace tritlab
