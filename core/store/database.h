// SQLite's C API behind RAII: a connection set up as the store needs it, and one-use queries over a statement cache. A
// Query resets its statement when it goes out of scope, so that no read transaction outlives it (an open SELECT lets
// the write-ahead log grow without bound). Errors are tritlab::Error, kind NoSpace where the disk is full.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace tritlab {

class Database {
public:
    enum class Mode { ReadOnly, ReadWrite, Create };
    // ReadWrite and Create: synchronous=FULL, foreign_keys on, no auto-checkpoint (the writer checkpoints under its
    // lock). Every connection: SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 10 s busy timeout, the function fold_case(text) of
    // core/base/fold_case.h. ReadOnly also opens a store in a place that cannot be written.
    Database(const std::filesystem::path& path, Mode mode);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void execute(const std::string& sql);
    [[nodiscard]] std::int64_t integer(std::string_view sql);  // first column of the first row
    [[nodiscard]] bool inTransaction() const;
    [[nodiscard]] std::int64_t lastRowId() const;
    [[nodiscard]] std::int64_t changes() const;
    void setBusyTimeout(int milliseconds);
    // Size of the write-ahead log in pages after the last commit of this connection.
    [[nodiscard]] int logPages() const { return logPages_; }
    // Copies the log into the database as far as readers allow; `restart` also waits (within the busy timeout) for
    // readers, so that the next write starts the log anew. Not an error where readers are in the way.
    void checkpoint(bool restart);
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[noreturn]] void fail(int code, const std::string& doing) const;

private:
    friend class Query;
    void open(const std::string& name, int flags);  // a path, or with SQLITE_OPEN_URI a URI
    [[nodiscard]] bool isReadable() const;
    void reopenWithoutSharedMemory();
    [[nodiscard]] int systemError() const;
    std::filesystem::path path_;
    sqlite3* handle_ = nullptr;
    int logPages_ = 0;
    std::unordered_map<std::string, std::vector<sqlite3_stmt*>> idle_;  // prepared, not in use
};

// One use of a prepared statement.
class Query {
public:
    Query(Database& database, std::string_view sql);
    template <class... Values>
    Query(Database& database, std::string_view sql, const Values&... values) : Query(database, sql) {
        (bind(values), ...);
    }
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    void bind(std::int64_t value);
    void bind(int value) { bind(static_cast<std::int64_t>(value)); }
    void bind(bool value) { bind(static_cast<std::int64_t>(value)); }
    void bind(double value);  // to the bit: NaN and -0.0 as their 8 bytes
    void bind(std::string_view text);
    void bind(const std::string& text) { bind(std::string_view(text)); }
    void bind(const char* text) { bind(std::string_view(text)); }
    void bindBlob(std::string_view bytes);
    void bindNull();

    bool next();   // true: a row is there
    void run();    // to its end
    void reset();  // for further values: bindings start anew

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;  // NaN for NULL
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::string_view blob(int column) const;  // until the next row
    [[nodiscard]] bool isNull(int column) const;

private:
    Database& database_;
    std::string sql_;
    sqlite3_stmt* statement_ = nullptr;
    int bound_ = 0;
};

// A consistent view over several queries; ends with its scope.
class ReadTransaction {
public:
    explicit ReadTransaction(Database& database) : database_(database) { database_.execute("BEGIN"); }
    ~ReadTransaction();
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;

private:
    Database& database_;
};

std::int64_t nowMilliseconds();  // Unix time

}  // namespace tritlab
