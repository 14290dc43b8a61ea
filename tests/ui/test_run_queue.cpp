// The queue over an engine whose runs the test steers: one after another, stopped, failing at the start, taken out
// while waiting.
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <atomic>

#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "app/services/store_watcher.h"
#include "core/base/error.h"
#include "core/store/run_store.h"
#include "store_fixture.h"
#include "tests/core/engine/train_only_engine.h"

using namespace tritlab;

namespace {

// Trains nothing: reports steps until it is stopped, by its token or through the store.
class SteeredEngine : public TrainOnlyEngine {
public:
    TrainResult train(const TrainRequest& request) override {
        ++running;
        max = std::max<int>(max, running);
        if (request.config.seed == 666) {
            --running;
            throw Error("cannot read the text", "data.txt", "Name a file that exists");
        }
        TrainResult result;
        resumed = request.resume;
        for (RunObserver* each : request.observers) {
            each->onProgress({"reading data", 0.5});
            each->onState({RunState::Running, 0, {}, true});
        }
        result.state = RunState::Finished;
        for (StepIndex i = 0; i < request.config.steps; ++i) {
            bool stop = request.stop.stopRequested();
            for (const RunCommand command : request.commands->take()) stop |= command == RunCommand::Stop;
            if (stop) {
                result.state = RunState::Stopped;
                break;
            }
            for (RunObserver* each : request.observers) each->onStep(StoreFixture::step(request.config, i));
            ++result.steps;
            QThread::msleep(2);
        }
        for (RunObserver* each : request.observers) each->onState({result.state, result.steps, {}, true});
        --running;
        return result;
    }

    std::atomic<int> running = 0, max = 0;
    std::atomic<bool> resumed = false;
};

}  // namespace

class TestRunQueue : public QObject {
    Q_OBJECT

    static bool opens(StoreActions& actions) {
        QSignalSpy ready(&actions, &StoreActions::ready);
        actions.open();
        return ready.wait();
    }
    SteeredEngine engine_;

    RunSummary stored(const StoreFixture& fixture, const QString& run) {
        return *RunStore(fixture.workspace).run(run.toStdString());
    }

private Q_SLOTS:
    void oneAfterAnother() {
        StoreFixture fixture;
        StoreActions actions(fixture.workspace);
        QVERIFY(opens(actions));
        RunQueue queue(&actions, [this]() -> Engine& { return engine_; });
        QSignalSpy ended(&queue, &RunQueue::ended), added(&queue, &RunQueue::added),
            progressed(&queue, &RunQueue::progressed);
        queue.add("one", StoreFixture::config(LambdaSchedule::Linear, 30));
        queue.add("two", StoreFixture::config(LambdaSchedule::None, 30));
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 2, 30000);
        QCOMPARE(engine_.max.load(), 1);
        QVERIFY(progressed.count() >= 1);
        for (const auto& each : added) {
            const RunSummary run = stored(fixture, each.first().toString());
            QCOMPARE(run.state, RunState::Finished);
            QCOMPARE(run.steps, 30);
        }
        QVERIFY(!queue.busy());
    }

    void stoppedHereOrFromTheStore() {
        StoreFixture fixture;
        StoreActions actions(fixture.workspace);
        QVERIFY(opens(actions));
        RunQueue queue(&actions, [this]() -> Engine& { return engine_; });
        QSignalSpy ended(&queue, &RunQueue::ended), started(&queue, &RunQueue::started);
        for (const bool throughStore : {false, true}) {
            ended.clear();
            started.clear();
            queue.add("long", StoreFixture::config(LambdaSchedule::Linear, 100000));
            QTRY_COMPARE_WITH_TIMEOUT(started.count(), 1, 20000);
            const QString run = queue.current();
            QTRY_VERIFY_WITH_TIMEOUT(stored(fixture, run).steps > 5, 20000);
            if (throughStore) fixture.writer->sendCommand(run.toStdString(), RunCommand::Stop);
            else QVERIFY(queue.stop(run));
            QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 20000);
            QCOMPARE(ended.first().at(1).value<RunState>(), RunState::Stopped);
            QCOMPARE(stored(fixture, run).state, RunState::Stopped);
            QVERIFY(!queue.stop(run));  // none of this queue's any more
        }
    }

    void failsWithItsReason() {
        StoreFixture fixture;
        StoreActions actions(fixture.workspace);
        QVERIFY(opens(actions));
        RunQueue queue(&actions, [this]() -> Engine& { return engine_; });
        QSignalSpy ended(&queue, &RunQueue::ended);
        RunConfig config = StoreFixture::config();
        config.seed = 666;
        queue.add("bad", config);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 20000);
        QVERIFY(ended.first().at(2).toString().contains("data.txt"));
        const RunSummary run = stored(fixture, ended.first().at(0).toString());
        QCOMPARE(run.state, RunState::Failed);
        QVERIFY(QString::fromStdString(run.explanation).contains("Name a file that exists"));
    }

    void waitingRunIsTakenOut() {
        StoreFixture fixture;
        StoreActions actions(fixture.workspace);
        QVERIFY(opens(actions));
        RunQueue queue(&actions, [this]() -> Engine& { return engine_; });
        QSignalSpy added(&queue, &RunQueue::added), idle(&queue, &RunQueue::idle);
        queue.add("long", StoreFixture::config(LambdaSchedule::Linear, 100000));
        queue.add("waits", StoreFixture::config());
        QTRY_COMPARE_WITH_TIMEOUT(added.count(), 2, 20000);
        QCOMPARE(queue.waiting(), std::size_t{1});
        const QString waiting = added.at(1).first().toString();
        QVERIFY(queue.has(waiting));
        QVERIFY(queue.stop(waiting));
        QTRY_COMPARE_WITH_TIMEOUT(stored(fixture, waiting).state, RunState::Stopped, 20000);
        queue.stopForExit();
        QTRY_COMPARE_WITH_TIMEOUT(idle.count(), 1, 20000);
    }

    void waitingRunsChangePlaces() {
        StoreFixture fixture;
        StoreActions actions(fixture.workspace);
        QVERIFY(opens(actions));
        RunQueue queue(&actions, [this]() -> Engine& { return engine_; });
        QSignalSpy added(&queue, &RunQueue::added), idle(&queue, &RunQueue::idle);
        queue.add("long", StoreFixture::config(LambdaSchedule::Linear, 100000));
        for (const char* name : {"a", "b", "c"}) queue.add(name, StoreFixture::config());
        QTRY_COMPARE_WITH_TIMEOUT(added.count(), 4, 20000);
        const QStringList before = queue.waitingRuns();
        QCOMPARE(before.size(), 3);
        QSignalSpy moved(&queue, &RunQueue::waitingChanged);
        QVERIFY(queue.move(before[2], -1));
        QCOMPARE(queue.waitingRuns(), (QStringList{before[0], before[2], before[1]}));
        QVERIFY(queue.move(before[0], 5));  // to the end
        QCOMPARE(queue.waitingRuns(), (QStringList{before[2], before[1], before[0]}));
        QVERIFY(!queue.move(before[0], 1));
        QVERIFY(!queue.move(queue.current(), 1));
        QCOMPARE(moved.count(), 2);
        queue.stopForExit();
        QTRY_COMPARE_WITH_TIMEOUT(idle.count(), 1, 20000);
    }

    // Another process's changes, seen from here: the fixture's own writer stands for it.
    void watcherTellsOfOthers() {
        StoreFixture fixture;
        std::vector<RunSummary> seen;
        StoreWatcher watcher(fixture.workspace, nullptr);
        connect(&watcher, &StoreWatcher::runsChanged, this,
                [&seen](const std::vector<RunSummary>& runs) { seen = runs; });
        QSignalSpy changed(&watcher, &StoreWatcher::runsChanged);
        watcher.start();
        QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 1, 20000);
        QVERIFY(seen.empty());
        const std::string id = fixture.writer->createRun("other", StoreFixture::config(), RunState::Stopped);
        QTRY_VERIFY_WITH_TIMEOUT(!seen.empty() && seen.front().id == id, 20000);
        fixture.writer->renameRun(id, "renamed");
        QTRY_VERIFY_WITH_TIMEOUT(!seen.empty() && seen.front().name == "renamed", 20000);
    }
};

QTEST_GUILESS_MAIN(TestRunQueue)
#include "test_run_queue.moc"
