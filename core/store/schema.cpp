#include "core/store/schema.h"

#include <fcntl.h>
#include <unistd.h>
#include <chrono>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/place.h"
#include "core/store/database.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

FileLock takeTurn(const Workspace& workspace) {
    const FileLock queue(workspace.locks() / "queue", FileLock::Mode::Exclusive);
    return {workspace.locks() / "writer", FileLock::Mode::Exclusive};
}

FileLock lockSchema(const Workspace& workspace, FileLock::Mode mode, int patienceMs) {
    using namespace std::chrono;
    const auto end = steady_clock::now() + milliseconds(patienceMs);
    for (;;) {
        if (auto lock = FileLock::tryLock(workspace.locks() / "schema", mode)) return std::move(*lock);
        if (steady_clock::now() >= end)
            throw Error(mode == FileLock::Mode::Shared
                            ? "the store is being brought to a newer form by another program"
                            : "the store has to be brought to a newer form, but another program has it open",
                        workspace.database().string(),
                        mode == FileLock::Mode::Shared
                            ? "Wait until that is done"
                            : "Close every other TritLab window and wait for running trainings",
                        ErrorKind::Busy);
        std::this_thread::sleep_for(milliseconds(20));
    }
}

void syncFile(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || ::fsync(descriptor) != 0) {
        if (descriptor >= 0) ::close(descriptor);
        throw Error("cannot be synced to disk", path.string(), "Check the disk", ErrorKind::Failed);
    }
    ::close(descriptor);
}

void applyMigration(Database& database, const Migration& migration) {
    database.execute("PRAGMA foreign_keys=OFF");  // a step may rebuild tables; checked below
    database.execute("BEGIN IMMEDIATE");
    try {
        database.execute(migration.sql);
        if (Query check(database, "PRAGMA foreign_key_check"); check.next())
            throw Error("schema " + std::to_string(migration.version) + " would leave rows of '" + check.text(0) +
                            "' without their owner",
                        database.path().string(), {}, ErrorKind::Failed);
        database.execute("PRAGMA user_version=" + std::to_string(migration.version));
        database.execute("COMMIT");
    } catch (...) {
        if (database.inTransaction()) database.execute("ROLLBACK");
        throw;
    }
    database.execute("PRAGMA foreign_keys=ON");
}

// Beside the final place and then renamed: a reader sees no database or a whole one.
void createDatabase(const Workspace& workspace, std::span<const Migration> migrations) {
    const fs::path target = workspace.database(), fresh = target.string() + ".new";
    const auto removeAll = [](const fs::path& path) {
        for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(path.string() + suffix);
    };
    removeAll(fresh);
    removeAll(target);  // a log left by a database that was deleted would be replayed into the new one
    try {
        {
            Database database(fresh, Database::Mode::Create);
            database.execute("PRAGMA journal_mode=WAL");
            for (const Migration& migration : migrations) applyMigration(database, migration);
            database.checkpoint(true);
        }
        syncFile(fresh);
        fs::rename(fresh, target);
        syncFolder(target.parent_path());
        removeAll(fresh);
    } catch (...) {
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(fresh.string() + suffix, ignored);
        throw;
    }
}

void backUp(const Workspace& workspace, Database& database, int version) {
    const fs::path folder = workspace.root() / "backups";
    fs::create_directories(folder);
    const fs::path target =
        folder / ("tritlab-schema-" + std::to_string(version) + "-" + std::to_string(nowMilliseconds()) + ".db");
    const fs::path fresh = target.string() + ".new";
    fs::remove(fresh);
    try {
        Query(database, "VACUUM INTO ?", fresh.string()).run();
        syncFile(fresh);
        fs::rename(fresh, target);
        syncFolder(folder);
    } catch (...) {
        std::error_code ignored;
        fs::remove(fresh, ignored);
        throw;
    }
    logInfo("the store is backed up to " + target.string());
}

void migrate(const Workspace& workspace, std::span<const Migration> migrations) {
    const WriteTurn turn(workspace);
    if (!fs::exists(workspace.database())) {
        createDatabase(workspace, migrations);
        return;
    }
    Database database(workspace.database(), Database::Mode::ReadWrite);
    for (int version = checkedSchemaVersion(database, migrations); version < migrations.back().version; ++version) {
        if (version == 0 && database.integer("SELECT count(*) FROM sqlite_master") > 0)
            throw Error("is a database, but not one of TritLab's", database.path().string(), "Move it away",
                        ErrorKind::BadInput);
        backUp(workspace, database, version);
        if (version == 0) database.execute("PRAGMA journal_mode=WAL");
        applyMigration(database, migrations[static_cast<std::size_t>(version)]);
        database.checkpoint(false);
    }
}

}  // namespace

int checkedSchemaVersion(Database& database, std::span<const Migration> migrations) {
    const auto version = database.integer("PRAGMA user_version");
    if (version > migrations.back().version)
        throw Error("the store was written by a newer TritLab (schema " + std::to_string(version) +
                        ", this program knows " + std::to_string(migrations.back().version) + ")",
                    database.path().string(),
                    "Use that newer program, or set TRITLAB_HOME to another folder to start an empty store",
                    ErrorKind::TooNew);
    if (version < 0) throw Error("is not a database of TritLab's", database.path().string(), "Move it away");
    return static_cast<int>(version);
}

FileLock openSchema(const Workspace& workspace, std::span<const Migration> migrations, int patienceMs) {
    const fs::path path = workspace.database();
    if (!isWritableFolder(workspace.locks()))
        throw Error("the workspace cannot be written", workspace.root().string(),
                    "Check who may write there, or set TRITLAB_HOME to another folder");
    try {
        fs::create_directories(workspace.locks());
        for (;;) {
            FileLock shared = lockSchema(workspace, FileLock::Mode::Shared, patienceMs);
            if (fs::exists(path)) {
                Database database(path, Database::Mode::ReadOnly);
                if (checkedSchemaVersion(database, migrations) == migrations.back().version) return shared;
            }
            shared.unlock();
            const FileLock alone = lockSchema(workspace, FileLock::Mode::Exclusive, patienceMs);
            migrate(workspace, migrations);
        }
    } catch (const fs::filesystem_error& why) {
        throw filesystemError("the store cannot be made or brought to a newer form", why);
    }
}

Error filesystemError(const std::string& what, const fs::filesystem_error& why) {
    const bool noSpace = why.code() == std::errc::no_space_on_device;
    return Error(what + " (" + why.code().message() + ")", why.path1().string(),
                 noSpace ? "The disk is full: free some space and try again"
                         : "Check who may write there, or set TRITLAB_HOME to another folder",
                 noSpace ? ErrorKind::NoSpace : ErrorKind::Failed);
}

WriteTurn::WriteTurn(const Workspace& workspace) : writer_(takeTurn(workspace)) {}

}  // namespace tritlab
