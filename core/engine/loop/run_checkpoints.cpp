#include "core/engine/loop/run_checkpoints.h"

#include <algorithm>

namespace tritlab {
namespace fs = std::filesystem;

RunCheckpoints::RunCheckpoints(const Workspace& workspace, const std::string& run, std::int64_t keep,
                               RunReporter& reporter)
    : folder_(workspace.checkpoints(run)), run_(workspace.run(run)), keep_(keep), reporter_(&reporter) {}

void RunCheckpoints::cleanUp() const {
    removeUnfinished(folder_);
    removeUnfinished(run_);
}

CheckpointManifest RunCheckpoints::resume(TrainingState state) {
    std::vector<CheckpointFolder> found = listCheckpoints(folder_);
    std::string firstError;
    while (!found.empty()) {
        const CheckpointFolder candidate = found.back();
        try {
            const CheckpointManifest manifest = readCheckedManifest(candidate.path);
            readCheckpoint(candidate.path, state);
            for (const CheckpointFolder& older : found) {
                try {
                    known_.push_back({older.step, readManifest(older.path).bestBy});
                } catch (const Error& error) {
                    reporter_->log(LogLevel::Warning, candidate.step, error.what());
                }
            }
            return manifest;
        } catch (const Error& error) {
            reporter_->log(LogLevel::Warning, candidate.step,
                           std::string("A checkpoint cannot be used: ") + error.what());
            if (firstError.empty()) firstError = error.what();
            found.pop_back();
        }
    }
    throw Error("none of the run's checkpoints can be used; the newest: " + firstError, folder_.string(),
                "Start the run again as a new one, or put an undamaged copy of a checkpoint back");
}

std::optional<Error> RunCheckpoints::write(TrainingState state, const ModelDescription& description,
                                           const fs::path& tokenizer, CheckpointManifest& manifest) {
    const fs::path target = folder_ / checkpointName(manifest.step);
    reporter_->sync();
    try {
        writeCheckpoint(target, state, description, tokenizer, manifest);
    } catch (const Error& error) {
        return error;
    } catch (const fs::filesystem_error& error) {
        return Error(std::string("the checkpoint cannot be written (") + error.code().message() + ")", target.string(),
                     "Check the disk and who may write to it",
                     error.code() == std::errc::no_space_on_device ? ErrorKind::NoSpace : ErrorKind::Failed);
    }
    std::erase_if(known_, [&](const RankedCheckpoint& known) { return known.step >= manifest.step; });
    known_.push_back({manifest.step, manifest.bestBy});
    CheckpointEvent event;
    event.step = manifest.step;
    event.path = (fs::path("checkpoints") / target.filename()).string();
    event.bytes = manifest.bytes;
    event.best = bestCheckpoint(known_) == manifest.step;
    event.removed = makeRoom();
    reporter_->report(event);
    return std::nullopt;
}

std::vector<StepIndex> RunCheckpoints::makeRoom() {
    std::vector<StepIndex> removed;
    for (const StepIndex step : checkpointsToRemove(known_, keep_)) {
        std::error_code error;
        fs::remove_all(folder_ / checkpointName(step), error);
        if (error) {
            reporter_->log(LogLevel::Warning, step,
                           "An old checkpoint cannot be removed: " + checkpointName(step) + ": " + error.message());
            continue;
        }
        std::erase_if(known_, [&](const RankedCheckpoint& known) { return known.step == step; });
        removed.push_back(step);
    }
    return removed;
}

}  // namespace tritlab
