#include "core/store/store_writer.h"

#include <unistd.h>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/config/fields.h"
#include "core/store/record_events.h"
#include "core/store/run_id.h"
#include "core/store/writer_impl.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t newRunGraceMs = 10'000;  // between createRun and the recorder that takes the lock
constexpr std::int64_t rowsPerSlice = 2000;

std::string tagsJson(const std::vector<std::string>& tags) {
    return nlohmann::json(tags).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string configText(const RunConfig& frozen) {
    try {
        return toJson(frozen).dump();
    } catch (const nlohmann::json::exception& why) {
        throw Error(std::string("the config cannot be stored (") + why.what() + ")", "config",
                    "Paths and prompts have to be UTF-8 text: rename or retype the one that is not");
    }
}

void updateRun(WriteQueue& queue, const std::string& run, const char* column, const auto& value) {
    queue.call([&](Database& database) {
        const std::int64_t number = runNumber(database, run);
        Query(database, std::string("UPDATE run SET ") + column + " = ? WHERE number = ?", value, number).run();
        touch(database, number);
    });
}

// Throws Busy where a process trains the run; else keeps others from starting to.
FileLock lockRun(const Workspace& workspace, const std::string& run, const char* what) {
    auto lock = FileLock::tryLock(workspace.runLock(run), FileLock::Mode::Exclusive);
    if (!lock)
        throw Error(std::string("the run is being trained and cannot be ") + what, run, "Stop it first",
                    ErrorKind::Busy);
    return std::move(*lock);
}

// Deletes rows of a purged run; true: all gone, the run's row last.
bool purgeRows(Database& database, std::int64_t number, WriteJob::TimePoint deadline) {
    const auto late = [&] { return std::chrono::steady_clock::now() >= deadline; };
    constexpr const char* ofSeries[] = {
        "DELETE FROM chunk WHERE id IN (SELECT chunk.id FROM chunk JOIN series ON series.id = chunk.series WHERE run = "
        "? LIMIT ?)",
        "DELETE FROM point WHERE (series, step) IN (SELECT series, step FROM point WHERE series IN"
        " (SELECT id FROM series WHERE run = ?) LIMIT ?)"};
    constexpr const char* ofRun[] = {
        "DELETE FROM series WHERE id IN (SELECT id FROM series WHERE run = ? LIMIT ?)",
        "DELETE FROM health WHERE id IN (SELECT id FROM health WHERE run = ? LIMIT ?)",
        "DELETE FROM sample WHERE id IN (SELECT id FROM sample WHERE run = ? LIMIT ?)",
        "DELETE FROM log WHERE id IN (SELECT id FROM log WHERE run = ? LIMIT ?)",
        "DELETE FROM command WHERE id IN (SELECT id FROM command WHERE run = ? LIMIT ?)",
        "DELETE FROM evaluation WHERE run = ?1 AND step IN (SELECT step FROM evaluation WHERE run = ?1 LIMIT ?2)",
        "DELETE FROM checkpoint WHERE run = ?1 AND step IN (SELECT step FROM checkpoint WHERE run = ?1 LIMIT ?2)"};
    const auto clear = [&](const char* sql) {
        for (;;) {
            if (late()) return false;
            Query(database, sql, number, rowsPerSlice / 10).run();
            if (database.changes() == 0) return true;
        }
    };
    for (const char* sql : ofSeries)
        if (!clear(sql)) return false;
    for (const char* sql : ofRun)
        if (!clear(sql)) return false;
    Query(database, "DELETE FROM run WHERE number = ?", number).run();
    touch(database, 0);
    return true;
}

// Files first, the row last: a purge that is cut short goes on at the next start.
void finishPurge(WriteQueue& queue, const std::string& id, std::int64_t number, FileLock lock) {
    const fs::path folder = queue.workspace().run(id);
    try {
        if (fs::exists(folder))
            for (const auto& entry : fs::directory_iterator(folder))
                if (entry.path() != queue.workspace().runLock(id)) fs::remove_all(entry.path());
        queue.callInSlices([number](Database& database, WriteJob::TimePoint deadline) {
            return purgeRows(database, number, deadline);
        });
        fs::remove_all(folder);
    } catch (const fs::filesystem_error& why) {
        throw filesystemError("the run's files cannot be deleted", why);
    }
    lock.unlock();
}

struct HalfPurged {
    std::string id;
    std::int64_t number;
};

void finishPurges(WriteQueue& queue) {
    std::vector<HalfPurged> runs;
    {
        Database database(queue.workspace().database(), Database::Mode::ReadOnly);
        for (Query rows(database, "SELECT id, number FROM run WHERE purging = 1"); rows.next();)
            runs.push_back({rows.text(0), rows.integer(1)});
    }
    for (const HalfPurged& run : runs)
        if (auto lock = FileLock::tryLock(queue.workspace().runLock(run.id), FileLock::Mode::Exclusive))
            finishPurge(queue, run.id, run.number, std::move(*lock));
}

}  // namespace

const char* runCommandKey(RunCommand command) {
    switch (command) {
        case RunCommand::Stop: return "stop";
        case RunCommand::Checkpoint: return "checkpoint";
        case RunCommand::Snapshot: return "snapshot";
    }
    return "";
}

StoreWriter::StoreWriter(const Workspace& workspace) : impl_(std::make_shared<Impl>(workspace)) {
    try {
        finishPurges(impl_->queue);
    } catch (const Error& error) {
        // tried again next time
        logWarning(std::string("a purge that was cut short cannot be finished: ") + error.what());
    }
}

StoreWriter::~StoreWriter() {
    try {
        flush();
    } catch (const std::exception& error) {
        logError(std::string("closing the store: ") + error.what());
    }
}

const Workspace& StoreWriter::workspace() const { return impl_->queue.workspace(); }

std::string StoreWriter::createRun(const std::string& name, const RunConfig& frozen, RunState state,
                                   const std::string& parent, StepIndex branchStep) {
    const std::string config = configText(frozen);
    std::string id;
    impl_->queue.call([&](Database& database) {
        const std::int64_t now = nowMilliseconds();
        id = newRunId(database, now);
        Query(database,
              "INSERT INTO run (id, name, state, config, parent, branch_step, created_ms, started_ms, revision)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
              id, oneLine(name), runStateKey(state), config, parent, branchStep, now, isGoing(state) ? now : 0)
            .run();
        touch(database, database.lastRowId());
    });
    return id;
}

void StoreWriter::renameRun(const std::string& run, const std::string& name) {
    updateRun(impl_->queue, run, "name", oneLine(name));
}
void StoreWriter::setNotes(const std::string& run, const std::string& notes) {
    updateRun(impl_->queue, run, "notes", notes);
}
void StoreWriter::setTags(const std::string& run, const std::vector<std::string>& tags) {
    updateRun(impl_->queue, run, "tags", tagsJson(tags));
}
void StoreWriter::setStarred(const std::string& run, bool starred) { updateRun(impl_->queue, run, "starred", starred); }

void StoreWriter::setBaseline(const std::string& run) {
    impl_->queue.call([&](Database& database) {
        const std::int64_t number = run.empty() ? 0 : runNumber(database, run);
        std::vector<std::int64_t> before;
        for (Query rows(database, "SELECT number FROM run WHERE baseline = 1"); rows.next();)
            before.push_back(rows.integer(0));
        for (const std::int64_t old : before) {
            Query(database, "UPDATE run SET baseline = 0 WHERE number = ?", old).run();
            touch(database, old);
        }
        Query(database, "UPDATE run SET baseline = 1 WHERE number = ?", number).run();
        touch(database, number);
    });
}

void StoreWriter::setState(const std::string& run, const StateEvent& event) {
    impl_->queue.call(
        [&](Database& database) { writeState(database, runNumber(database, run), event, nowMilliseconds()); });
}

void StoreWriter::trash(const std::string& run, bool trashed) {
    std::optional<FileLock> lock;
    if (trashed) lock = lockRun(workspace(), run, "put into the trash");
    updateRun(impl_->queue, run, "trashed", trashed);
}

void StoreWriter::purge(const std::string& run) {
    std::int64_t number = 0;
    impl_->queue.call([&](Database& database) { number = runNumber(database, run); });
    FileLock lock = lockRun(workspace(), run, "deleted");
    impl_->queue.call([&](Database& database) {
        Query(database, "UPDATE run SET purging = 1, trashed = 1, baseline = 0 WHERE number = ?", number).run();
        touch(database, number);
    });
    finishPurge(impl_->queue, run, number, std::move(lock));
}

void StoreWriter::deleteCheckpoint(const std::string& run, StepIndex step) {
    std::string path;
    bool newest = false;
    std::int64_t number = 0;
    impl_->queue.call([&](Database& database) {
        number = runNumber(database, run);
        Query row(database,
                  "SELECT path, step = (SELECT max(step) FROM checkpoint WHERE run = ?1) FROM checkpoint WHERE run = ?1"
                  " AND step = ?2",
                  number, step);
        if (!row.next())
            throw Error("the run has no checkpoint of step " + std::to_string(step), run, "List its checkpoints");
        path = row.text(0);
        newest = row.integer(1) != 0;
    });
    std::optional<FileLock> lock;
    if (newest) lock = lockRun(workspace(), run, "robbed of its newest checkpoint");
    // Out of the way in one move, so that no half-deleted checkpoint can be taken for a whole one.
    const fs::path folder = workspace().run(run) / path,
                   doomed = folder.parent_path() / (".deleted-" + folder.filename().string());
    try {
        if (fs::exists(folder)) {
            fs::remove_all(doomed);
            fs::rename(folder, doomed);
        }
    } catch (const fs::filesystem_error& why) {
        throw filesystemError("the checkpoint cannot be deleted", why);
    }
    impl_->queue.call([&](Database& database) {
        Query(database, "DELETE FROM checkpoint WHERE run = ? AND step = ?", number, step).run();
        touch(database, number);
    });
    std::error_code left;
    fs::remove_all(doomed, left);
    if (left)
        logWarning("what is left of a deleted checkpoint cannot be removed: " + doomed.string() + " (" +
                   left.message() + ")");
}

void StoreWriter::sendCommand(const std::string& run, RunCommand command) {
    impl_->queue.call([&](Database& database) {
        const std::int64_t number = runNumber(database, run);
        Query state(database, "SELECT state FROM run WHERE number = ?", number);
        state.next();
        if (!isGoing(runStateFromKey(state.text(0))))
            throw Error("the run is not being trained (it is " + state.text(0) + ")", run, "Resume it first");
        Query(database, "INSERT INTO command (run, command, time_ms) VALUES (?, ?, ?)", number, runCommandKey(command),
              nowMilliseconds())
            .run();
        touch(database, 0);
    });
}

std::vector<std::string> StoreWriter::markDeadRuns() {
    std::vector<std::string> going, dead;
    {
        // A connection of its own: most times there is nothing to write, and then nobody has to wait.
        Database database(workspace().database(), Database::Mode::ReadOnly);
        for (Query rows(database,
                        "SELECT id, created_ms FROM run WHERE state IN ('preparing', 'running') AND purging = 0");
             rows.next();) {
            const bool fresh = nowMilliseconds() - rows.integer(1) < newRunGraceMs;
            if (!fresh || fs::exists(workspace().runLock(rows.text(0)))) going.push_back(rows.text(0));
        }
    }
    for (const std::string& run : going) {
        const auto lock = FileLock::tryLock(workspace().runLock(run), FileLock::Mode::Exclusive);
        if (!lock) continue;
        bool marked = false;
        impl_->queue.call([&](Database& database) {
            marked = false;
            const std::int64_t number = runNumber(database, run);
            Query state(database, "SELECT state, steps FROM run WHERE number = ?", number);
            state.next();
            if (!isGoing(runStateFromKey(state.text(0)))) return;  // it ended between the look and the lock
            StateEvent event;
            event.state = RunState::Interrupted;
            event.step = state.integer(1);
            event.explanation =
                "The process that trained it could not record its end: it was killed, the machine went down, or the "
                "disk was full. Resume goes on at the last checkpoint.";
            writeState(database, number, event, nowMilliseconds());
            marked = true;
        });
        if (marked) dead.push_back(run);
    }
    return dead;
}

void StoreWriter::flush() { impl_->queue.flush(); }

}  // namespace tritlab
