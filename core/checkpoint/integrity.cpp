#include "core/checkpoint/integrity.h"

#include <sys/stat.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/checkpoint/checkpoint_folder.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr const char* manifestName = "manifest.json";

std::atomic<std::int64_t> hashed{0};

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec; }

// What changes whenever a file's content does: size, modification and status change.
struct FileState {
    std::pair<dev_t, ino_t> file;
    std::array<std::int64_t, 3> values{};
    bool operator==(const FileState&) const = default;
};

std::optional<FileState> stateOf(const fs::path& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    return FileState{{found.st_dev, found.st_ino},
                     {found.st_size, nanoseconds(found.st_mtim), nanoseconds(found.st_ctim)}};
}

// Times of files go in ticks: one that was changed a moment ago may be changed again and keep its time.
bool isSettled(const FileState& state) {
    constexpr std::int64_t ticks = 1'000'000'000;
    const std::int64_t now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    return now - std::max(state.values[1], state.values[2]) > ticks;
}

std::string hashOf(const fs::path& path, const StopToken& stop) {
    constexpr std::size_t piece = 64 << 20;  // some milliseconds
    const MappedFile file(path);
    const std::string_view bytes(reinterpret_cast<const char*>(file.bytes().data()), file.size());
    Hasher hasher;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        if (stop.stopRequested()) throw Error("the comparison of its hash was stopped", path.string());
        hasher.add(bytes.substr(at, piece));
    }
    hashed += static_cast<std::int64_t>(bytes.size());
    return hasher.hex();
}

// The file's hash, from an earlier call where nothing has touched it since.
std::string hashOnce(const fs::path& path, const StopToken& stop) {
    struct Known {
        FileState state;
        std::string hash;
    };
    static std::mutex mutex;
    static std::map<std::pair<dev_t, ino_t>, Known> known;
    constexpr std::size_t most = 4096;
    const std::optional<FileState> before = stateOf(path);
    if (before) {
        const std::lock_guard lock(mutex);
        const auto found = known.find(before->file);
        if (found != known.end() && found->second.state == *before) return found->second.hash;
    }
    std::string hash = hashOf(path, stop);
    if (before && isSettled(*before) && stateOf(path) == before) {
        const std::lock_guard lock(mutex);
        if (known.size() >= most) known.clear();
        known[before->file] = {*before, hash};
    }
    return hash;
}

// "step-00000500/" and "step-00000500" are one folder.
fs::path withoutSlash(const fs::path& folder) { return folder.has_filename() ? folder : folder.parent_path(); }

bool isCheckpoint(const fs::path& folder) {
    std::error_code error;
    return stepOfCheckpointName(withoutSlash(folder).filename().string()).has_value() ||
           fs::exists(folder / "optimizer.safetensors", error);
}

// What a manifest lists. Nothing where there is none, or where another program's file has its name.
std::optional<json> listedFiles(const fs::path& folder) {
    constexpr std::uint64_t limit = 16 << 20;
    const fs::path path = folder / manifestName;
    std::error_code error;
    if (!fs::exists(path, error)) return std::nullopt;
    const json object = fs::file_size(path, error) <= limit ? json::parse(readFile(path), nullptr, false) : json();
    if (object.is_object() && object.contains("format") && object.contains("step") && object.contains("files") &&
        object["files"].is_object())
        return object["files"];
    if (!isCheckpoint(folder)) return std::nullopt;
    return json();
}

const FileDamage unreadableManifest{manifestName, "is damaged: it is not the list of the checkpoint's files"};

std::string otherCheckpoint(const fs::path& folder) {
    const fs::path own = withoutSlash(folder);
    const std::optional<StepIndex> step = stepOfCheckpointName(own.filename().string());
    if (!step) return "Copy it anew from where it came from";
    std::vector<CheckpointFolder> others = listCheckpoints(own.parent_path());
    std::erase_if(others, [&](const CheckpointFolder& each) { return each.step == *step; });
    // the older ones first, newest to oldest, then the newer ones from the next on
    std::stable_sort(others.begin(), others.end(), [&](const CheckpointFolder& a, const CheckpointFolder& b) {
        const bool older = a.step < *step;
        if (older != (b.step < *step)) return older;
        return older ? a.step > b.step : a.step < b.step;
    });
    for (const CheckpointFolder& each : others)
        if (!checkpointDamage(each.path))
            return "The run's checkpoint of step " + std::to_string(each.step) + " is good: use that one";
    return "No other checkpoint of the run is good: put an undamaged copy back";
}

[[noreturn]] void refuse(const fs::path& folder, const FileDamage& damage) {
    throw Error("a file of the checkpoint " + damage.what, (folder / damage.file).string(), otherCheckpoint(folder));
}

}  // namespace

std::int64_t comparedBytes() { return hashed; }

std::optional<FileDamage> fileDamage(const fs::path& folder, const std::string& name, const json& entry, CompareBy by,
                                     const StopToken& stop) {
    const std::string file = fs::path(name).filename().string();  // a list must not lead out of its folder
    const auto number = [&](const char* key) {
        return entry.is_object() && entry.contains(key) && entry[key].is_number_integer();
    };
    if (!number("bytes") || (entry.contains("hash") && !entry["hash"].is_string()))
        return FileDamage{manifestName, "is damaged: it does not say how " + name + " has to be"};
    std::error_code missing;
    const auto size = fs::file_size(folder / file, missing);
    if (missing) return FileDamage{file, "is missing"};
    if (const auto wanted = entry["bytes"].get<std::int64_t>(); static_cast<std::int64_t>(size) != wanted)
        return FileDamage{
            file, "is damaged: it has " + std::to_string(size) + " bytes, the manifest says " + std::to_string(wanted)};
    if (by == CompareBy::Size || !entry.contains("hash")) return std::nullopt;
    try {
        if (hashOnce(folder / file, stop) == entry["hash"].get<std::string>()) return std::nullopt;
    } catch (const Error& error) {
        if (stop.stopRequested()) throw;
        return FileDamage{file, error.whatHappened()};
    }
    return FileDamage{file, "is damaged: its hash is not the manifest's"};
}

std::optional<FileDamage> checkpointDamage(const fs::path& folder, CompareBy by, const StopToken& stop) {
    std::optional<json> files;
    try {
        files = listedFiles(folder);
    } catch (const Error& error) {
        return FileDamage{manifestName, error.whatHappened()};
    }
    if (!files) return FileDamage{manifestName, "is missing"};
    if (!files->is_object()) return unreadableManifest;
    for (const CompareBy each : {CompareBy::Size, CompareBy::Hash}) {  // a size costs nothing
        if (each == CompareBy::Hash && by == CompareBy::Size) break;
        for (const auto& [name, entry] : files->items())
            if (const auto damage = fileDamage(folder, name, entry, each, stop)) return damage;
    }
    return std::nullopt;
}

void requireUndamaged(const fs::path& model, const std::vector<std::string>& files) {
    const std::optional<json> listed = listedFiles(model);
    if (!listed) return;
    std::optional<FileDamage> damage;
    if (!listed->is_object()) damage = unreadableManifest;
    for (auto name = files.begin(); !damage && name != files.end(); ++name)
        if (listed->contains(*name)) damage = fileDamage(model, *name, listed->at(*name));
    if (damage) refuse(model, *damage);
}

void requireUndamagedCheckpoint(const fs::path& folder) {
    if (const auto damage = checkpointDamage(folder)) refuse(folder, *damage);
}

}  // namespace tritlab
