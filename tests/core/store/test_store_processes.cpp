// Several processes at one store: writers beside a trainer, readers beside writers, kill -9 in a loop, dead runs,
// commands.
#include <QElapsedTimer>
#include <QProcess>
#include <QTest>
#include <csignal>
#include <filesystem>

#include "core/base/number.h"
#include "store_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestStoreProcesses : public QObject {
    Q_OBJECT

    static std::unique_ptr<QProcess> start(const Workspace& workspace, const char* mode, const QStringList& arguments) {
        auto process = std::make_unique<QProcess>();
        process->setProcessChannelMode(QProcess::SeparateChannels);
        process->start(
            QStringLiteral(STORE_PROCESS),
            QStringList{QString::fromLatin1(mode), QString::fromStdString(workspace.root().string())} + arguments);
        if (!process->waitForStarted()) throw std::runtime_error("the process does not start");
        return process;
    }
    static bool finish(QProcess& process) {
        const bool ended = process.state() == QProcess::NotRunning || process.waitForFinished(200'000);
        if (ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0) return true;
        qWarning("exit code %d: %s", process.exitCode(), process.readAllStandardError().constData());
        return false;
    }
    // Reads until a line starts with `word`; its rest, or a null string where the process ends first.
    static QString waitForLine(QProcess& process, const char* word) {
        for (;;) {
            while (process.canReadLine()) {
                const QString line = QString::fromLatin1(process.readLine()).trimmed();
                if (line.startsWith(QLatin1String(word))) return line.mid(static_cast<int>(qstrlen(word))).trimmed();
            }
            if (!process.waitForReadyRead(30'000)) return {};
        }
    }
    static StepIndex lastAcknowledged(QProcess& process, StepIndex before) {
        for (const QByteArray& line : process.readAllStandardOutput().split('\n'))
            if (line.startsWith("ack ")) before = std::max<StepIndex>(before, line.mid(4).toLongLong());
        return before;
    }

private Q_SLOTS:
    void manyMakeTheDatabaseAtOnce() {
        const TemporaryWorkspace t;
        std::vector<std::unique_ptr<QProcess>> processes;
        for (int i = 0; i < 6; ++i) processes.push_back(start(t.workspace, "create", {QString::number(i)}));
        for (auto& process : processes) QVERIFY(finish(*process));
        RunStore store(t.workspace);
        QCOMPARE(store.runs().size(), std::size_t{6});
        QVERIFY(store.integrityCheck().empty());
    }
    void renamesWhileATrainerRecords() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string run = writer.createRun("trained", {}, RunState::Preparing);
        const QString id = QString::fromStdString(run);
        const auto trainer = start(t.workspace, "record", {id, "0", "400", "50", "10"});
        QVERIFY(!waitForLine(*trainer, "ack").isNull());
        std::vector<std::unique_ptr<QProcess>> renamers;
        for (int i = 0; i < 4; ++i) renamers.push_back(start(t.workspace, "rename", {id, "40"}));
        for (auto& process : renamers) {
            const QString waited = waitForLine(*process, "waited");
            QVERIFY(finish(*process));
            qInfo("a rename waited %s ms (99 of 100, longest)", qPrintable(waited));
        }
        QVERIFY(finish(*trainer));
        RunStore store(t.workspace);
        const RunSummary summary = store.run(run).value();
        QVERIFY(summary.state == RunState::Finished && summary.name.starts_with("name "));
        QCOMPARE(summary.steps, 400);
        QCOMPARE(store.series(run, "loss").size(), std::size_t{400});
        QVERIFY(store.integrityCheck().empty());
    }
    void killsLoseNothing() {
        const int kills = qEnvironmentVariableIntValue("TRITLAB_STORE_KILLS") > 0
                              ? qEnvironmentVariableIntValue("TRITLAB_STORE_KILLS")
                              : 30;
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string run = writer.createRun("killed", {}, RunState::Preparing);
        StepIndex acknowledged = -1, highest = -1;
        for (int kill = 0; kill < kills; ++kill) {
            const auto draw = [&](std::uint64_t stream, std::uint64_t n) {
                return static_cast<StepIndex>(randomBits(17, stream, static_cast<std::uint64_t>(kill)) % n);
            };
            // Resumes at some earlier step, as from a checkpoint.
            const StepIndex from = std::max<StepIndex>(0, highest + 1 - draw(0, 500));
            const auto trainer = start(t.workspace, "record",
                                       {QString::fromStdString(run), QString::number(from), "1000000", "0",
                                        QString::number(1 + draw(1, 300))});
            const QString first = waitForLine(*trainer, "ack");
            QVERIFY2(!first.isNull(), trainer->readAllStandardError().constData());
            acknowledged = first.toLongLong();
            QThread::msleep(static_cast<unsigned long>(draw(2, 60)));
            ::kill(static_cast<pid_t>(trainer->processId()), SIGKILL);
            QVERIFY(trainer->waitForFinished(30'000));
            acknowledged = lastAcknowledged(*trainer, acknowledged);
            highest = std::max(highest, acknowledged);

            QCOMPARE(store.integrityCheck(), std::string());
            const auto points = store.series(run, "loss");
            QVERIFY2(static_cast<StepIndex>(points.size()) > highest, "an acknowledged step is lost");
            for (std::size_t i = 0; i < points.size(); ++i)
                QVERIFY(points[i].step == static_cast<StepIndex>(i) &&
                        sameBits(points[i].value, lossOf(points[i].step)));
            QVERIFY(store.run(run)->steps > acknowledged);
            QCOMPARE(writer.markDeadRuns(), std::vector<std::string>{run});
            QVERIFY(store.run(run)->state == RunState::Interrupted);
        }
        qInfo("%d kills, %lld steps", kills, static_cast<long long>(highest + 1));
    }
    void aDeadRunIsToldFromALiveOne() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string run = writer.createRun("n", {}, RunState::Preparing);
        const auto trainer = start(t.workspace, "record", {QString::fromStdString(run), "0", "1000000", "5", "1"});
        QVERIFY(!waitForLine(*trainer, "ack").isNull());
        QVERIFY(writer.markDeadRuns().empty());
        QVERIFY(store.run(run)->state == RunState::Running);
        const auto second = start(t.workspace, "record", {QString::fromStdString(run), "0", "1", "0", "1"});
        QVERIFY(second->waitForFinished(30'000));
        QVERIFY(second->exitCode() == 1 && second->readAllStandardError().contains("another process trains this run"));
        writer.sendCommand(run, RunCommand::Stop);
        QVERIFY(!waitForLine(*trainer, "stopped").isNull());
        QVERIFY(finish(*trainer));
        QVERIFY(store.run(run)->state == RunState::Stopped);
        QVERIFY(writer.markDeadRuns().empty());
    }
    // Readers that read without a pause keep the log from being emptied at a quiet moment; the writer waits for a gap
    // then.
    void theLogStaysBoundedBehindReaders() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string run = writer.createRun("n", {}, RunState::Running);
        RunRecorder recorder(writer, run);
        std::vector<std::unique_ptr<QProcess>> readers;
        for (int i = 0; i < 2; ++i) {
            readers.push_back(start(t.workspace, "read", {QString::fromStdString(run)}));
            QVERIFY(!waitForLine(*readers.back(), "ready").isNull());
        }
        const fs::path log = t.workspace.database().string() + "-wal";
        std::uintmax_t largest = 0, written = 0;
        for (StepIndex i = 0; i < 100; ++i) {
            for (StepIndex step = i * 30; step < i * 30 + 30; ++step) recorder.onStep(stepEvent(step));
            const std::string notes(1'000'000 + static_cast<std::size_t>(i), 'n');
            writer.setNotes(run, notes);
            written += notes.size();
            largest = std::max(largest, fs::file_size(log));
        }
        recorder.sync();
        for (auto& reader : readers) {
            QVERIFY(reader->state() == QProcess::Running);  // it has seen nothing wrong
            reader->closeWriteChannel();
            QVERIFY(finish(*reader));
        }
        qInfo("%.0f MB written, the log was %.1f MB at most", static_cast<double>(written) / 1e6,
              static_cast<double>(largest) / 1e6);
        QVERIFY(largest < 60'000'000);
        RunStore store(t.workspace);
        QCOMPARE(store.series(run, "loss").size(), std::size_t{3000});
        QVERIFY(store.integrityCheck().empty());
    }
};

QTEST_GUILESS_MAIN(TestStoreProcesses)
#include "test_store_processes.moc"
