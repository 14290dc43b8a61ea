// The disk becomes full while the window's queue trains with the real engine: the run is stopped, what the window says
// names the last good checkpoint, what was acknowledged is there, and once there is room the run goes on to its end.
// Skipped where small file systems cannot be mounted.
#include <QSignalSpy>
#include <QTest>

#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "app/services/store_watcher.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/config/fields.h"
#include "core/store/run_store.h"
#include "tests/app/cli_process.h"
#include "tests/core/base/small_disk.h"

using namespace tritlab;
using tritlab::testing::SmallDisk;

namespace {

const std::string obstacle = SmallDisk::prepare();  // before main(): there is one thread yet
constexpr StepIndex steps = 300;

}  // namespace

class TestFullDisk : public QObject {
    Q_OBJECT
    QTemporaryDir text_;

    [[nodiscard]] RunConfig config(StepIndex checkpointEvery) const {
        RunConfig config = presetDraft("nano").config();
        config.steps = steps;
        config.vocabSize = 400;
        config.checkpointEvery = checkpointEvery;
        config.sampleEvery = 0;
        config.data = {{text_.filePath("text.txt").toStdString(), 1}};
        return frozen(config);
    }

private Q_SLOTS:
    void initTestCase() {
        if (!obstacle.empty()) QSKIP(("no small file system can be mounted here: " + obstacle).c_str());
        QFile file(text_.filePath("text.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(test::someText(120000)) > 0);
    }

    void stopsAndGoesOn_data() {
        QTest::addColumn<int>("checkpointEvery");
        QTest::addRow("after a checkpoint") << 10;
        QTest::addRow("before the first checkpoint") << static_cast<int>(steps);
    }
    void stopsAndGoesOn() {
        QFETCH(int, checkpointEvery);
        const QTemporaryDir home;
        const SmallDisk disk(home.path().toStdString(), 24 << 20);
        const Workspace workspace(home.path().toStdString());
        StoreActions actions(workspace);
        QSignalSpy ready(&actions, &StoreActions::ready);
        actions.open();
        QVERIFY(ready.wait());
        RunQueue queue(&actions, []() -> Engine& { return loadEngine(); });
        StoreWatcher watcher(workspace, actions.writer());  // as in the window, whose list of runs it fills
        watcher.start();
        QSignalSpy unreadable(&watcher, &StoreWatcher::failed);
        QSignalSpy started(&queue, &RunQueue::started), ended(&queue, &RunQueue::ended);
        const RunConfig frozen = config(checkpointEvery);
        queue.add("full", frozen);
        QTRY_COMPARE_WITH_TIMEOUT(started.count(), 1, 20000);
        const std::string run = queue.current().toStdString();
        const auto stored = [&] { return RunStore(workspace).run(run).value(); };
        const auto losses = [&] { return RunStore(workspace).series(run, "loss"); };

        QTRY_VERIFY_WITH_TIMEOUT(stored().steps > 30, 60000);
        const StepIndex acknowledged = stored().steps;
        for (int i = 0; i < 6000 && ended.isEmpty(); ++i) {
            disk.fill();
            QTest::qWait(10);
        }
        QCOMPARE(ended.count(), 1);
        QCOMPARE(ended.first().at(1).value<RunState>(), RunState::Stopped);
        const QString message = ended.first().at(2).toString();
        QVERIFY2(message.contains("disk is full"), qPrintable(message));
        const auto checkpoints = listCheckpoints(workspace.checkpoints(run));
        QCOMPARE(checkpoints.empty(), checkpointEvery == steps);
        const QString last = checkpoints.empty() ? QStringLiteral("No checkpoint has been written")
                                                 : QString::fromStdString(checkpointName(checkpoints.back().step));
        QVERIFY2(message.contains(last), qPrintable(message));
        if (!checkpoints.empty()) QCOMPARE(readCheckedManifest(checkpoints.back().path).step, checkpoints.back().step);

        // What was acknowledged is there; the watcher, which marks dead runs every two seconds, does not drown the
        // message in others; and the run can be resumed as soon as there is room.
        const auto before = losses();
        QVERIFY(stored().steps >= acknowledged && stored().steps < steps);
        QCOMPARE(static_cast<StepIndex>(before.size()), stored().steps);
        QTest::qWait(3000);
        QVERIFY2(unreadable.isEmpty(), qPrintable(unreadable.value(0).value(0).toString()));
        disk.makeRoom();
        QTRY_VERIFY_WITH_TIMEOUT(stored().state == RunState::Stopped || stored().state == RunState::Interrupted, 20000);
        queue.resume(QString::fromStdString(run), frozen, true);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 2, 100000);
        QVERIFY2(ended.last().at(1).value<RunState>() == RunState::Finished, qPrintable(ended.last().at(2).toString()));
        const auto after = losses();
        QCOMPARE(static_cast<StepIndex>(after.size()), steps);
        for (std::size_t i = 0; i < before.size(); ++i) {
            QCOMPARE(after[i].step, before[i].step);
            QCOMPARE(after[i].value, before[i].value);  // repeated steps repeat their losses
        }
        QCOMPARE(stored().state, RunState::Finished);
        QCOMPARE(RunStore(workspace).integrityCheck(), std::string());
    }
};

QTEST_GUILESS_MAIN(TestFullDisk)
#include "test_full_disk.moc"
