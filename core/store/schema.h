// The schema's versions (PRAGMA user_version) and how a database gets from one to the next: alone under the schema
// lock, a backup first, one transaction a step, nothing changed where a step fails.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/workspace.h"

namespace tritlab {

class Database;

struct Migration {
    int version;  // that the database has afterwards
    const char* sql;
};

// Version 1 makes an empty database; in order, without gaps.
std::span<const Migration> storeMigrations();

// Makes the database where there is none (whole or not at all), migrates an older one, and returns the schema lock,
// shared: while it lives nobody else migrates. Throws Error: TooNew, Busy (a migration is due and another program has
// the store open), NoSpace. Waits at most `patienceMs` for others.
FileLock openSchema(const Workspace& workspace, std::span<const Migration> migrations, int patienceMs = 10'000);

// 0: the file is there but is no store yet. Throws Error TooNew beyond the last known version.
int checkedSchemaVersion(Database& database, std::span<const Migration> migrations);

// A failure of the file system as an Error, so that callers meet one type.
Error filesystemError(const std::string& what, const std::filesystem::filesystem_error& why);

// The protocol of a write across processes: flock queue, flock writer, unlock queue; unlocks on destruction. The turn
// at the queue makes it fair: whoever writes again has to wait behind those who came meanwhile.
class WriteTurn {
public:
    explicit WriteTurn(const Workspace& workspace);

private:
    FileLock writer_;
};

}  // namespace tritlab
