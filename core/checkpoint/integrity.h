// Whether a checkpoint's files are still those that were written: size and XXH3 hash of each beside what manifest.json
// says. Everything that opens a checkpoint asks here for the files that it is about to read; who lists a run's
// checkpoints asks for all files of each.
//   A folder without a manifest (an export, a download, a trainer's snapshot) has nothing to compare, nor has a file
//   that the manifest does not list. One that it lists without a hash is compared by its size.
//   A file is hashed once a process: its hash counts as long as size, inode and times are as they were.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/types.h"

namespace tritlab {

struct FileDamage {
    std::string file;  // its name in the folder
    std::string what;  // "is missing", "is damaged: its hash is not the manifest's", "cannot be read (…)"
};

enum class CompareBy { Hash, Size };  // Size: no file is read

// The first file of a checkpoint that is not as its manifest says; the manifest itself where it is missing or cannot be
// read. Throws Error where it was stopped.
std::optional<FileDamage> checkpointDamage(const std::filesystem::path& folder, CompareBy by = CompareBy::Hash,
                                           const StopToken& stop = {});
// Of one file, given its entry in the manifest: {"bytes": 20, "hash": "…"}.
std::optional<FileDamage> fileDamage(const std::filesystem::path& folder, const std::string& name,
                                     const nlohmann::json& entry, CompareBy by = CompareBy::Hash,
                                     const StopToken& stop = {});
// Throws Error where `model` is a checkpoint and one of these files of it is damaged. It names the file, and a
// checkpoint of the same run that is good: the newest older one, else the next newer one.
void requireUndamaged(const std::filesystem::path& model, const std::vector<std::string>& files);
// The same of all files of a checkpoint, the manifest among them.
void requireUndamagedCheckpoint(const std::filesystem::path& folder);

// Of all files that this process has hashed for a comparison; grows by a file's size each time.
std::int64_t comparedBytes();

}  // namespace tritlab
