// Making and migrating the database: a backup before each step, nothing changed where a step fails, a newer schema
// refused, alone under the schema lock. The migrations beyond the program's own are the test's.
#include <QTest>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/store/database.h"
#include "core/store/schema.h"
#include "store_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestSchema : public QObject {
    Q_OBJECT

    static std::vector<Migration> withNext(const char* sql) {
        std::vector<Migration> list(storeMigrations().begin(), storeMigrations().end());
        list.push_back({list.back().version + 1, sql});
        return list;
    }
    static Error errorOf(const auto& work) {
        try {
            work();
        } catch (const Error& error) {
            return error;
        }
        throw std::logic_error("no error was thrown");
    }
    static std::vector<fs::path> backups(const Workspace& workspace) {
        std::vector<fs::path> list;
        if (fs::exists(workspace.root() / "backups"))
            for (const auto& entry : fs::directory_iterator(workspace.root() / "backups")) list.push_back(entry.path());
        return list;
    }
    static std::string makeStore(const Workspace& workspace) {
        StoreWriter writer(workspace);
        return writer.createRun("kept", {}, RunState::Queued);
    }
    static constexpr const char* next = "ALTER TABLE run ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';";

private Q_SLOTS:
    void versionsAreWithoutGaps() {
        int version = 0;
        for (const Migration& migration : storeMigrations()) QCOMPARE(migration.version, ++version);
        QVERIFY(version >= 1);
    }
    void aNewDatabaseIsInWalModeAndWhole() {
        const TemporaryWorkspace t;
        // Left behind by a database that somebody deleted: must not be replayed into the new one.
        writeFileAtomically(t.workspace.database().string() + "-wal", "stale");
        makeStore(t.workspace);
        Database db(t.workspace.database(), Database::Mode::ReadWrite);
        Query mode(db, "PRAGMA journal_mode");
        QVERIFY(mode.next());
        QCOMPARE(mode.text(0), std::string("wal"));
        QCOMPARE(db.integer("PRAGMA synchronous"), 2);
        QCOMPARE(db.integer("PRAGMA foreign_keys"), 1);
        QCOMPARE(db.integer("PRAGMA user_version"), storeMigrations().back().version);
        QVERIFY(!fs::exists(t.workspace.database().string() + ".new"));
        QVERIFY(backups(t.workspace).empty());
    }
    void aBackupIsMadeBeforeAMigration() {
        const TemporaryWorkspace t;
        const std::string run = makeStore(t.workspace);
        const auto list = withNext(next);
        const FileLock lock = openSchema(t.workspace, list);
        {
            Database db(t.workspace.database(), Database::Mode::ReadOnly);
            QCOMPARE(db.integer("PRAGMA user_version"), list.back().version);
            Query row(db, "SELECT id, colour FROM run");
            QVERIFY(row.next() && row.text(0) == run && row.text(1) == "red");
        }
        QCOMPARE(backups(t.workspace).size(), std::size_t{1});
        Database backup(backups(t.workspace).front(), Database::Mode::ReadOnly);
        QCOMPARE(backup.integer("PRAGMA user_version"), list.back().version - 1);
        QCOMPARE(backup.integer("SELECT count(*) FROM run"), 1);
        const FileLock again = openSchema(t.workspace, list);  // nothing more to do
        QCOMPARE(backups(t.workspace).size(), std::size_t{1});
    }
    void aMigrationThatFailsChangesNothing_data() {
        QTest::addColumn<QString>("sql");
        QTest::addRow("wrong SQL") << "CREATE TABLE extra (a); INSERT INTO nowhere VALUES (1);";
        QTest::addRow("orphans") << "INSERT INTO series (run, key) VALUES (999, 'x');";
    }
    void aMigrationThatFailsChangesNothing() {
        QFETCH(QString, sql);
        const TemporaryWorkspace t;
        const std::string run = makeStore(t.workspace);
        const std::string text = sql.toStdString();
        errorOf([&] { openSchema(t.workspace, withNext(text.c_str())); });
        QCOMPARE(backups(t.workspace).size(), std::size_t{1});
        StoreWriter writer(t.workspace);  // goes on as before
        writer.renameRun(run, "still");
        RunStore store(t.workspace);
        QCOMPARE(store.run(run)->name, std::string("still"));
        QVERIFY(store.integrityCheck().empty());
    }
    void noBackupNoMigration() {
        const TemporaryWorkspace t;
        makeStore(t.workspace);
        writeFileAtomically(t.workspace.root() / "backups", "a file where the folder should be");
        errorOf([&] { openSchema(t.workspace, withNext(next)); });
        Database db(t.workspace.database(), Database::Mode::ReadOnly);
        QCOMPARE(db.integer("PRAGMA user_version"), storeMigrations().back().version);
    }
    void aNewerStoreIsRefused() {
        const TemporaryWorkspace t;
        makeStore(t.workspace);
        RunStore open(t.workspace);
        QCOMPARE(open.runs().size(), std::size_t{1});
        { const FileLock lock = openSchema(t.workspace, withNext(next)); }
        for (const Error& error :
             {errorOf([&] { StoreWriter writer(t.workspace); }), errorOf([&] { RunStore store(t.workspace); }),
              errorOf([&] { open.runs(); })}) {  // also by a reader that was there before
            QVERIFY(error.kind() == ErrorKind::TooNew);
            QVERIFY(!error.hint().empty());
            QVERIFY(std::string(error.what()).find("newer") != std::string::npos);
        }
    }
    void aMigrationNeedsTheStoreAlone() {
        const TemporaryWorkspace t;
        const std::string run = makeStore(t.workspace);
        {
            StoreWriter writer(t.workspace);
            const auto recorder = std::make_unique<RunRecorder>(writer, run);
            QVERIFY(errorOf([&] { openSchema(t.workspace, withNext(next), 60); }).kind() == ErrorKind::Busy);
            QVERIFY(backups(t.workspace).empty());
            writer.renameRun(run, "undisturbed");
        }
        openSchema(t.workspace, withNext(next), 60);
        QCOMPARE(backups(t.workspace).size(), std::size_t{1});
    }
    void aWorkspaceThatCannotBeIsAnError() {
        const TemporaryWorkspace t;
        writeFileAtomically(t.workspace.root() / "file", "");
        const Workspace below(t.workspace.root() / "file" / "home");
        const Error error = errorOf([&] { StoreWriter writer(below); });
        QVERIFY(std::string(error.what()).find("file/home") != std::string::npos && !error.hint().empty());
        RunStore store(below);  // nothing is there to read
        QVERIFY(store.runs().empty());
    }
    void whatIsNoStoreIsRefusedUntouched() {
        const TemporaryWorkspace t;
        writeFileAtomically(t.workspace.database(), std::string(5000, 'x'));
        const std::string before = readFile(t.workspace.database());
        for (const Error& error :
             {errorOf([&] { StoreWriter writer(t.workspace); }), errorOf([&] { RunStore store(t.workspace); })})
            QVERIFY(!error.hint().empty());
        QVERIFY(readFile(t.workspace.database()) == before);
        fs::remove(t.workspace.database());
        {
            Database foreign(t.workspace.database(), Database::Mode::Create);
            foreign.execute("CREATE TABLE somebody (elses)");
        }
        QVERIFY(errorOf([&] { StoreWriter writer(t.workspace); }).kind() == ErrorKind::BadInput);
        QVERIFY(backups(t.workspace).empty());
    }
};

QTEST_GUILESS_MAIN(TestSchema)
#include "test_schema.moc"
