#include "core/store/database.h"

#include <sqlite3.h>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/fold_case.h"
#include "core/base/log.h"
#include "core/base/place.h"

namespace tritlab {
namespace {

bool diskFull(int code, int systemError) {
    return (code & 0xff) == SQLITE_FULL ||
           ((code & 0xff) == SQLITE_IOERR && (systemError == ENOSPC || systemError == EDQUOT || systemError == EFBIG));
}

// SQLite would keep these as NULL and as 0.0.
bool needsBits(double value) { return std::isnan(value) || (value == 0 && std::signbit(value)); }

// "file:///home/a%20b": what a URI has other meanings for is written by its code.
std::string uriOf(const std::filesystem::path& path) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string uri = "file://";
    for (const char c : path.string()) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                           c == '-' || c == '_' || c == '.';
        if (plain) uri += c;
        else uri += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return uri;
}

// fold_case(text): SQLite's own LIKE and lower() know the letters of ASCII alone.
void foldCaseInSql(sqlite3_context* context, int, sqlite3_value** values) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    if (text == nullptr) return sqlite3_result_null(context);
    const std::string folded = foldCase({text, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))});
    sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

Database::Database(const std::filesystem::path& path, Mode mode) : path_(path) {
    try {
        open(path, mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY
                                          : SQLITE_OPEN_READWRITE | (mode == Mode::Create ? SQLITE_OPEN_CREATE : 0));
        if (mode == Mode::ReadOnly && !isReadable() && !isWritableFolder(path.parent_path()))
            reopenWithoutSharedMemory();
        sqlite3_busy_timeout(handle_, 10'000);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_create_function_v2(handle_, "fold_case", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, foldCaseInSql,
                                   nullptr, nullptr, nullptr);
        if (mode != Mode::ReadOnly) {
            execute("PRAGMA synchronous=FULL");
            execute("PRAGMA foreign_keys=ON");
            execute("PRAGMA journal_size_limit=8388608");  // a log that readers let grow shrinks again
            // Replaces the automatic checkpoint, whose work is the same but whose moment is not ours to choose.
            sqlite3_wal_hook(
                handle_,
                [](void* self, sqlite3*, const char*, int pages) {
                    static_cast<Database*>(self)->logPages_ = pages;
                    return SQLITE_OK;
                },
                this);
        }
    } catch (...) {
        sqlite3_close(handle_);
        throw;
    }
}

void Database::open(const std::string& name, int flags) {
    const int code =
        sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (code == SQLITE_OK) return;
    if (handle_ == nullptr) throw Error("no memory to open the store", path_.string(), {}, ErrorKind::Failed);
    fail(code, "cannot be opened");
}

// False where reading would need files that this process can neither find nor make: the index of the log (-shm), or
// with a log that nobody has kept (-wal), too.
bool Database::isReadable() const {
    const int code = sqlite3_exec(handle_, "PRAGMA user_version", nullptr, nullptr, nullptr) & 0xff;
    return code != SQLITE_CANTOPEN && code != SQLITE_READONLY;
}

// A store that was copied without its -shm into a place that cannot be written: nobody else can be writing it there.
// The log is read with an index in this process's memory (SQLite: "WAL without shared memory"), which takes exclusive
// locks; on files that may only be read there are none to be had, and none are needed. Without a log the file is all.
void Database::reopenWithoutSharedMemory() {
    sqlite3_close(std::exchange(handle_, nullptr));
    std::error_code error;
    const auto log = std::filesystem::file_size(path_.string() + "-wal", error);
    const bool hasLog = !error && log > 0;
    open(uriOf(std::filesystem::absolute(path_)) + (hasLog ? "?vfs=unix-none" : "?immutable=1"),
         SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    if (hasLog) execute("PRAGMA locking_mode=EXCLUSIVE");
}

Database::~Database() {
    for (auto& [sql, statements] : idle_)
        for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

// The connection forgets it on the way out of a COMMIT; the files (the log, the database) still know.
int Database::systemError() const {
    if (const int error = sqlite3_system_errno(handle_); error != 0) return error;
    int error = 0;
    sqlite3_file* log = nullptr;
    if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log != nullptr &&
        log->pMethods != nullptr)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
    if (error == 0) sqlite3_file_control(handle_, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

void Database::fail(int code, const std::string& doing) const {
    const int systemError = (code & 0xff) == SQLITE_IOERR ? this->systemError() : 0;
    std::string what = doing + " (" + sqlite3_errmsg(handle_);
    if ((code & 0xff) == SQLITE_IOERR && systemError != 0) what += std::string(": ") + std::strerror(systemError);
    what += ")";
    if (diskFull(code, systemError))
        throw Error(what, path_.string(), "The disk is full: free some space and try again", ErrorKind::NoSpace);
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Error(what, path_.string(), "Another program holds it: close that and try again", ErrorKind::Busy);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw Error(what, path_.string(),
                        "The file is damaged: put back a copy from the folder 'backups', or move it away",
                        ErrorKind::Failed);
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            throw Error(what, path_.string(), "Check that the file and its folder may be read and written",
                        ErrorKind::Failed);
        default: throw Error(what, path_.string(), {}, ErrorKind::Failed);
    }
}

void Database::execute(const std::string& sql) {
    if (const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK)
        fail(code, "the store refused '" + sql.substr(0, 60) + "'");
}

std::int64_t Database::integer(std::string_view sql) {
    Query query(*this, sql);
    return query.next() ? query.integer(0) : 0;
}

bool Database::inTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }
std::int64_t Database::lastRowId() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }
void Database::setBusyTimeout(int milliseconds) { sqlite3_busy_timeout(handle_, milliseconds); }

void Database::checkpoint(bool restart) {
    const int code = sqlite3_wal_checkpoint_v2(
        handle_, nullptr, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
        fail(code, "cannot be checkpointed");
}

Query::Query(Database& database, std::string_view sql) : database_(database), sql_(sql) {
    auto& idle = database.idle_[sql_];
    if (!idle.empty()) {
        statement_ = idle.back();
        idle.pop_back();
        return;
    }
    const int code = sqlite3_prepare_v3(database.handle_, sql_.data(), static_cast<int>(sql_.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (code != SQLITE_OK) database.fail(code, "the store refused '" + sql_.substr(0, 60) + "'");
}

Query::~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    database_.idle_[sql_].push_back(statement_);
}

void Query::bind(std::int64_t value) { sqlite3_bind_int64(statement_, ++bound_, value); }

void Query::bind(double value) {
    if (!needsBits(value)) {
        sqlite3_bind_double(statement_, ++bound_, value);
        return;
    }
    const auto bits = std::bit_cast<std::uint64_t>(value);
    bindBlob({reinterpret_cast<const char*>(&bits), sizeof bits});
}

void Query::bind(std::string_view text) {
    const char* data = text.data() != nullptr ? text.data() : "";
    sqlite3_bind_text64(statement_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Query::bindBlob(std::string_view bytes) {
    sqlite3_bind_blob64(statement_, ++bound_, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

void Query::bindNull() { sqlite3_bind_null(statement_, ++bound_); }

bool Query::next() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_.fail(code, "the store cannot do '" + sql_.substr(0, 60) + "'");
    return false;
}

void Query::run() {
    while (next()) {}
}

void Query::reset() {
    sqlite3_reset(statement_);
    bound_ = 0;
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

double Query::real(int column) const {
    const int type = sqlite3_column_type(statement_, column);
    if (type == SQLITE_NULL) return std::numeric_limits<double>::quiet_NaN();
    if (type != SQLITE_BLOB) return sqlite3_column_double(statement_, column);
    const std::string_view bytes = blob(column);
    std::uint64_t bits = 0;
    if (bytes.size() != sizeof bits)
        throw Error("a number in the store is damaged", database_.path().string(),
                    "Put back a copy from the folder 'backups'", ErrorKind::Failed);
    std::memcpy(&bits, bytes.data(), sizeof bits);
    return std::bit_cast<double>(bits);
}

std::string Query::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return data == nullptr ? std::string()
                           : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::string_view Query::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

ReadTransaction::~ReadTransaction() {
    try {
        database_.execute("COMMIT");
    } catch (const Error& error) {
        logWarning(std::string("ending a read: ") + error.what());
    }
}

std::int64_t nowMilliseconds() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace tritlab
