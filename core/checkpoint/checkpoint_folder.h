// Checkpoint folders without LibTorch: the manifest with sizes and hashes, which checkpoints a run has, which of them
// are good, and which give way. Reading and writing a model's state is core/engine/loop/checkpoint.h.
//   runs/ID/checkpoints/step-00000500/   config.json  model.safetensors (fp32 master)  tokenizer.model: a model folder,
//   and
//                                        optimizer.safetensors  health.safetensors  manifest.json
#pragma once

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/run/checkpoint_name.h"
#include "core/run/events.h"

namespace tritlab {

struct CheckpointManifest {
    StepIndex step = 0;  // steps done
    std::int64_t tokens = 0;
    double wallSeconds = 0;
    double lastLoss = std::numeric_limits<double>::quiet_NaN();
    std::string dataHash, tokenizerHash;
    std::string kernels;  // the kernel set that the run has used last
    int threads = 0, ranks = 1;
    nlohmann::json lossWatch;
    nlohmann::json config;                                     // frozen, as toJson gives it
    std::optional<EvaluationEvent> evaluation;                 // the last one
    bool evaluated = true, sampled = true;                     // false: due at this step and not done yet
    double bestBy = std::numeric_limits<double>::quiet_NaN();  // evaluation loss that ranks it; NaN: none
    std::int64_t bytes = 0;  // of all files, this one left out; filled by reading and writing
};

// Names in optimizer.safetensors, before the parameter's, and in health.safetensors: F64 [ternary linears, 2],
// LayerMemory's numbers.
inline constexpr char kFirstMoment[] = "first/", kSecondMoment[] = "second/", kReversals[] = "reversals";

// Adds manifest.json to a folder that is otherwise complete, with the size and hash of each file in it. Sets
// manifest.bytes.
void writeManifest(const std::filesystem::path& folder, CheckpointManifest& manifest);
// The manifest as text without its files, and back: how rank 0 tells the others where a resumed run stands.
std::string manifestText(const CheckpointManifest& manifest);
CheckpointManifest manifestOfText(const std::string& text);
// Reads the manifest alone. Throws Error that names the file and what is wrong with it.
CheckpointManifest readManifest(const std::filesystem::path& folder);
// Reads the manifest and compares size and hash of every file. Throws Error that names the file that is missing or
// altered.
CheckpointManifest readCheckedManifest(const std::filesystem::path& folder);

struct CheckpointFolder {
    StepIndex step = 0;
    std::filesystem::path path;
};
// In step order, unchecked. A folder that does not exist has none.
std::vector<CheckpointFolder> listCheckpoints(const std::filesystem::path& checkpoints);
// Removes what a killed process left half-written. Only for the one who trains the run.
void removeUnfinished(const std::filesystem::path& folder);

struct RankedCheckpoint {
    StepIndex step = 0;
    double bestBy = std::numeric_limits<double>::quiet_NaN();
};
// The step with the least evaluation loss; -1 where none was evaluated.
StepIndex bestCheckpoint(const std::vector<RankedCheckpoint>& checkpoints);
// What may go so that the newest `keep` (at least one) and the best stay. In step order, as `checkpoints` are.
std::vector<StepIndex> checkpointsToRemove(const std::vector<RankedCheckpoint>& checkpoints, std::int64_t keep);

}  // namespace tritlab
