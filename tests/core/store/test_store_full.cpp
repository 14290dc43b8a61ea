// A full disk: waiting calls and the recorder say so, nothing is half-written, and the store works on once there is
// space, with what the recorder has kept meanwhile.
#include <QProcess>
#include <QTest>

#include "core/base/error.h"
#include "core/store/schema.h"
#include "core/store/write_queue.h"
#include "store_fixture.h"

using namespace tritlab;

class TestStoreFull : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // The kernel's own refusal (EFBIG for EDQUOT's and ENOSPC's sake) in a process that may write no larger file.
    void aTrainerIsToldAndTheStoreStaysSound_data() {
        QTest::addColumn<int>("kilobytes");
        QTest::addColumn<int>("more");
        constexpr int few = 100, many = 60'000;
        for (const auto& [kilobytes, more] :
             {std::pair(300, few), {500, many}, {900, few}, {1700, many}, {5000, few}, {5000, many}})
            QTest::addRow("%d kB, %d steps more", kilobytes, more) << kilobytes << more;
    }
    void aTrainerIsToldAndTheStoreStaysSound() {
        QFETCH(int, kilobytes);
        QFETCH(int, more);
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string run = writer.createRun("n", {}, RunState::Preparing);
        QProcess process;
        process.start(QStringLiteral(STORE_PROCESS),
                      {"full", QString::fromStdString(t.workspace.root().string()), QString::fromStdString(run),
                       QString::number(kilobytes), QString::number(more)});
        QVERIFY(process.waitForFinished(200'000));
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
                 (QByteArray::number(process.exitCode()) + " " + process.readAllStandardOutput() +
                  process.readAllStandardError())
                     .constData());
        RunStore store(t.workspace);
        QVERIFY(store.integrityCheck().empty());
        QCOMPARE(store.run(run)->notes, std::string("space again"));
        writer.renameRun(run, "works");
        QCOMPARE(store.run(run)->name, std::string("works"));
    }
    // SQLite's own limit, so that one job of a batch fails and the others must not.
    void oneJobsFailureIsNotTheOthers() {
        const TemporaryWorkspace t;
        const FileLock lock = openSchema(t.workspace, storeMigrations());
        WriteQueue queue(t.workspace);
        queue.call([](Database& db) {
            db.execute("PRAGMA max_page_count = " + std::to_string(db.integer("PRAGMA page_count") + 20));
        });
        const auto insert = [&](const std::string& title) {
            queue.call([&](Database& db) {
                Query(db, "INSERT INTO conversation (title, model, created_ms, changed_ms) VALUES (?, '', 0, 0)", title)
                    .run();
            });
        };
        std::atomic<int> failed{0}, stored{0}, wrong{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&, i] {
                for (int k = 0; k < 10; ++k) {
                    try {
                        insert(i % 4 == 0 ? std::string(500'000, 'x') : "small");
                        ++stored;
                    } catch (const Error& error) {
                        const bool expected = error.kind() == ErrorKind::NoSpace && i % 4 == 0;
                        if (!expected) qWarning("%s", error.what());
                        ++(expected ? failed : wrong);
                    }
                }
            });
        for (auto& thread : threads) thread.join();
        QCOMPARE(wrong.load(), 0);
        QCOMPARE(failed.load(), 20);
        QCOMPARE(stored.load(), 60);
        RunStore store(t.workspace);
        QCOMPARE(store.conversations().size(), std::size_t{60});
        QVERIFY(store.integrityCheck().empty());
    }
};

QTEST_GUILESS_MAIN(TestStoreFull)
#include "test_store_full.moc"
