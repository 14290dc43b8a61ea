#include "core/store/checkpoint_trash.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/number.h"
#include "core/store/run_store.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

fs::path trashOf(const Workspace& workspace, const std::string& run) { return workspace.run(run) / "trash"; }

std::string nameOf(StepIndex step) { return "checkpoint-" + std::to_string(step); }

std::optional<CheckpointInfo> find(const std::vector<CheckpointInfo>& all, StepIndex step) {
    const auto it = std::find_if(all.begin(), all.end(), [&](const CheckpointInfo& each) { return each.step == step; });
    return it == all.end() ? std::nullopt : std::optional(*it);
}

void move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error)
        throw Error("the checkpoint cannot be moved (" + error.message() + ")", from.string(),
                    "Check who may write there", ErrorKind::Failed);
    syncFolder(to.parent_path());
}

// One that is being trained needs its newest checkpoint, and writes new ones.
void requireIdle(const Workspace& workspace, const std::string& run) {
    const auto lock = FileLock::tryLock(workspace.runLock(run), FileLock::Mode::Exclusive);
    if (!lock)
        throw Error("the run is being trained: its newest checkpoint is needed", run, "Stop it first", ErrorKind::Busy);
}

}  // namespace

std::vector<CheckpointInfo> trashedCheckpoints(const Workspace& workspace, const std::string& run) {
    std::vector<CheckpointInfo> found;
    const fs::path trash = trashOf(workspace, run);
    std::error_code none;
    for (fs::directory_iterator entry(trash, none), end; !none && entry != end; entry.increment(none)) {
        const std::string name = entry->path().filename().string(), prefix = nameOf(0).substr(0, nameOf(0).size() - 1);
        if (!entry->is_directory(none) || !name.starts_with(prefix)) continue;
        const auto step = parseInt(name.substr(prefix.size()));
        if (!step) continue;
        CheckpointInfo info;
        info.step = *step;
        try {
            const auto note = nlohmann::json::parse(readFile(trash / (name + ".json")));
            info.path = note.at("path").get<std::string>();
            info.bytes = note.at("bytes").get<std::int64_t>();
            info.best = note.at("best").get<bool>();
            info.createdMs = note.at("created_ms").get<std::int64_t>();
        } catch (const std::exception&) {
            info.path = "trash/" + name;  // it can be looked at and purged, not restored
        }
        found.push_back(info);
    }
    std::sort(found.begin(), found.end(),
              [](const CheckpointInfo& a, const CheckpointInfo& b) { return a.step < b.step; });
    return found;
}

void trashCheckpoint(StoreWriter& writer, const std::string& run, StepIndex step) {
    const Workspace& workspace = writer.workspace();
    const std::vector<CheckpointInfo> all = RunStore(workspace).checkpoints(run);
    const auto info = find(all, step);
    if (!info) throw Error("the run has no checkpoint of step " + std::to_string(step), run, "List its checkpoints");
    if (step == all.back().step) requireIdle(workspace, run);
    const fs::path trash = trashOf(workspace, run), target = trash / nameOf(step);
    std::error_code error;
    fs::create_directories(trash, error);
    fs::remove_all(target, error);  // an earlier one of the same step gives way
    writeFileAtomically(trash / (nameOf(step) + ".json"), nlohmann::json{{"step", step},
                                                                         {"path", info->path},
                                                                         {"bytes", info->bytes},
                                                                         {"best", info->best},
                                                                         {"created_ms", info->createdMs}}
                                                              .dump());
    move(workspace.run(run) / info->path, target);
    writer.deleteCheckpoint(run, step);  // its folder has gone: the row is left
}

void restoreCheckpoint(StoreWriter& writer, const std::string& run, StepIndex step) {
    const Workspace& workspace = writer.workspace();
    const auto info = find(trashedCheckpoints(workspace, run), step);
    if (!info || info->createdMs == 0)
        throw Error("the trash holds no checkpoint of step " + std::to_string(step) + " that can be restored", run,
                    "List what is in it");
    const fs::path target = workspace.run(run) / info->path;
    if (fs::exists(target))
        throw Error("the run has written a checkpoint of step " + std::to_string(step) + " anew", run, "Keep that one");
    {
        RunRecorder recorder(writer, run);  // none trains it meanwhile
        move(trashOf(workspace, run) / nameOf(step), target);
        recorder.onCheckpoint({info->step, info->path, info->bytes, info->best, {}});
        recorder.flush();
    }
    std::error_code left;
    fs::remove(trashOf(workspace, run) / (nameOf(step) + ".json"), left);
}

void purgeCheckpoint(const Workspace& workspace, const std::string& run, StepIndex step) {
    const fs::path folder = trashOf(workspace, run) / nameOf(step);
    std::error_code error;
    if (!fs::exists(folder, error))
        throw Error("the trash holds no checkpoint of step " + std::to_string(step), run, "List what is in it");
    fs::remove_all(folder, error);
    if (error)
        throw Error("the checkpoint cannot be deleted (" + error.message() + ")", folder.string(), {},
                    ErrorKind::Failed);
    fs::remove(folder.string() + ".json", error);
}

}  // namespace tritlab
