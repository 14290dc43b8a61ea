#include "core/chat/latest_model.h"

#include "core/base/error.h"
#include "core/run/checkpoint_name.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

// A folder gets its name only when it is whole; one that is being removed may have lost its config already.
bool isModelFolder(const fs::path& folder) {
    std::error_code error;
    return fs::exists(folder / "config.json", error) && fs::exists(folder / "tokenizer.model", error);
}

fs::path newestCheckpoint(const fs::path& checkpoints) {
    fs::path newest;
    std::int64_t newestStep = -1;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(checkpoints, error)) {
        const auto step = stepOfCheckpointName(entry.path().filename().string());
        if (!step || *step <= newestStep || !isModelFolder(entry.path())) continue;
        newest = entry.path();
        newestStep = *step;
    }
    return newest;
}

}  // namespace

fs::path latestModelFolder(const Workspace& workspace, const std::string& run) {
    const fs::path checkpoint = newestCheckpoint(workspace.checkpoints(run)), snapshot = workspace.snapshot(run);
    const bool hasSnapshot = isModelFolder(snapshot);
    if (checkpoint.empty() && !hasSnapshot)
        throw Error("has no weights yet", "run " + run,
                    "Wait for its first checkpoint, or ask the running trainer for a snapshot");
    if (checkpoint.empty()) return snapshot;
    if (!hasSnapshot) return checkpoint;
    return fs::last_write_time(snapshot / "config.json") > fs::last_write_time(checkpoint / "config.json") ? snapshot
                                                                                                           : checkpoint;
}

}  // namespace tritlab
