#include "core/store/disk_use.h"

#include "core/store/database.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

std::int64_t rowBytes(Database& database, const std::string& run) {
    // What a row costs beside its data: keys, lengths and its part of the index, measured over large stores.
    constexpr std::int64_t pointRow = 24;
    const char* const sums[] = {
        "SELECT coalesce(sum(length(chunk.data) + 60), 0) FROM chunk JOIN series ON series.id = chunk.series JOIN run "
        "ON run.number = series.run WHERE run.id = ?",
        "SELECT coalesce(sum(length(data) + 30), 0) FROM health JOIN run ON run.number = health.run WHERE run.id = ?",
        "SELECT coalesce(sum(length(prompt) + length(text) + 40), 0) FROM sample JOIN run ON run.number = sample.run "
        "WHERE run.id = ?",
        "SELECT coalesce(sum(length(text) + 40), 0) FROM log JOIN run ON run.number = log.run WHERE run.id = ?"};
    std::int64_t bytes = 0;
    for (const char* sql : sums) {
        Query row(database, sql, run);
        if (row.next()) bytes += row.integer(0);
    }
    Query points(database,
                 "SELECT count(*) FROM point JOIN series ON series.id = point.series JOIN run ON run.number = "
                 "series.run WHERE run.id = ?",
                 run);
    if (points.next()) bytes += points.integer(0) * pointRow;
    return bytes;
}

}  // namespace

std::int64_t folderBytes(const fs::path& folder) {
    std::int64_t bytes = 0;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code one;
        if (!entry->is_regular_file(one) || one) continue;
        const auto size = entry->file_size(one);
        if (!one) bytes += static_cast<std::int64_t>(size);
    }
    return bytes;
}

RunDiskUse runDiskUse(const Workspace& workspace, const std::string& run) {
    RunDiskUse use;
    use.files = folderBytes(workspace.run(run));
    if (fs::exists(workspace.database())) {
        Database database(workspace.database(), Database::Mode::ReadOnly);
        use.database = rowBytes(database, run);
    }
    return use;
}

WorkspaceDiskUse workspaceDiskUse(const Workspace& workspace) {
    WorkspaceDiskUse use;
    use.tokenizers = folderBytes(workspace.tokenizers());
    use.tokenCache = folderBytes(workspace.tokenCache());
    for (const char* ending : {"", "-wal", "-shm"}) {
        std::error_code error;
        const auto size = fs::file_size(workspace.database().string() + ending, error);
        if (!error) use.database += static_cast<std::int64_t>(size);
    }
    if (!fs::exists(workspace.database())) return use;
    Database database(workspace.database(), Database::Mode::ReadOnly);
    std::vector<std::string> ids;
    for (Query rows(database, "SELECT id FROM run WHERE purging = 0"); rows.next();) ids.push_back(rows.text(0));
    for (const std::string& id : ids) use.runs[id] = {folderBytes(workspace.run(id)), rowBytes(database, id)};
    return use;
}

}  // namespace tritlab
