// A recorded run around an engine that the test scripts: what is stored of it, how it ends where it cannot start, and
// what becomes of it where the store cannot be written. The kernel's own refusal (a limit on the size of files) stands
// for a full disk.
#include <sys/resource.h>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <thread>

#include "core/base/error.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/library/recorded_run.h"
#include "core/run/run_reporter.h"
#include "core/store/store_writer.h"
#include "tests/core/engine/train_only_engine.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

class ScriptedEngine : public TrainOnlyEngine {
public:
    std::function<TrainResult(const TrainRequest&, RunReporter&)> script;

    TrainResult train(const TrainRequest& request) override {
        RunReporter reporter(request.observers);
        return script(request, reporter);
    }
};

StepEvent stepEvent(StepIndex step) {
    StepEvent event;
    event.step = step;
    event.loss = 1 / static_cast<double>(step + 1);
    event.tokens = step + 1;
    return event;
}

TrainResult end(RunReporter& reporter, RunState state, StepIndex steps, const std::string& explanation = {}) {
    reporter.report(StateEvent{state, steps, explanation});
    TrainResult result;
    result.state = state;
    result.steps = steps;
    result.explanation = explanation;
    return result;
}

void limitFiles(rlim_t bytes) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

// The database's log can grow no further, nor any other file beyond that size.
void fillDisk(const Workspace& workspace) { limitFiles(fs::file_size(workspace.database().string() + "-wal")); }
void makeRoom() { limitFiles(RLIM_INFINITY); }

struct Heard : RunObserver {
    std::string log;
    int steps = 0;
    void onLog(const LogEvent& event) override { log += event.text; }
    void onStep(const StepEvent&) override { ++steps; }
};

}  // namespace

class TestRecordedRun : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> folder_;
    Workspace workspace_;
    std::unique_ptr<StoreWriter> writer_;
    std::string run_;
    ScriptedEngine engine_;
    Heard heard_;

    RecordedRun train(bool resume = false) {
        TrainRequest request;
        request.runId = run_;
        request.resume = resume;
        request.observers = {&heard_};
        return trainRecorded(*writer_, std::move(request), [this]() -> Engine& { return engine_; });
    }
    // Steps until it is asked to stop, `stopping` what is done then; the result is as the training loop's.
    void stepUntilStopped(const std::function<void(StepIndex)>& each, const std::function<void(StepIndex)>& stopping) {
        engine_.script = [=](const TrainRequest& request, RunReporter& reporter) {
            reporter.report(StateEvent{RunState::Running, 0, {}});
            for (StepIndex step = 0; step < 10'000; ++step) {
                for (const RunCommand command : request.commands->take()) {
                    if (command != RunCommand::Stop) continue;
                    stopping(step);
                    reporter.sync();
                    return end(reporter, RunState::Stopped, step, "Stopped after " + std::to_string(step) + " steps.");
                }
                reporter.report(stepEvent(step));
                each(step);
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            return end(reporter, RunState::Finished, 10'000);
        };
    }
    // Whether the store has the losses of the first `steps` steps, and no more.
    bool holds(StepIndex steps) {
        const auto points = RunStore(workspace_).series(run_, "loss");
        for (StepIndex step = 0; step < steps && step < static_cast<StepIndex>(points.size()); ++step) {
            const Point& point = points[static_cast<std::size_t>(step)];
            if (point.step != step || point.value != stepEvent(step).loss) return false;
        }
        return static_cast<StepIndex>(points.size()) == steps;
    }
    [[nodiscard]] RunSummary stored() const { return RunStore(workspace_).run(run_).value(); }

private Q_SLOTS:
    void initTestCase() { std::signal(SIGXFSZ, SIG_IGN); }
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        workspace_ = Workspace(folder_->path().toStdString());
        writer_ = std::make_unique<StoreWriter>(workspace_);
        run_ = writer_->createRun("run", {}, RunState::Queued);
        heard_ = {};
    }
    void cleanup() { makeRoom(); }

    void trainsAndStores() {
        engine_.script = [this](const TrainRequest& request, RunReporter& reporter) {
            if (request.workspace.root() != workspace_.root() || request.resume) throw Error("asked for another run");
            reporter.report(StateEvent{RunState::Running, 0, {}});
            for (StepIndex step = 0; step < 50; ++step) reporter.report(stepEvent(step));
            return end(reporter, RunState::Finished, 50);
        };
        const RecordedRun run = train();
        QCOMPARE(run.result.state, RunState::Finished);
        QVERIFY(!run.storeFailure);
        QCOMPARE(run.message(), std::string());
        QVERIFY(holds(50));
        QCOMPARE(stored().state, RunState::Finished);
        QCOMPARE(heard_.steps, 50);
        const RunRecorder another(*writer_, run_);  // the run is let go
    }

    void aRunInTheTrashRests() {
        bool trained = false;
        engine_.script = [&](const TrainRequest&, RunReporter& reporter) {
            trained = true;
            return end(reporter, RunState::Finished, 0);
        };
        writer_->trash(run_, true);
        for (const bool resume : {false, true}) {
            try {
                train(resume);
                QFAIL("no error");
            } catch (const Error& error) {
                QVERIFY(std::string(error.what()).find("in the trash") != std::string::npos);
            }
        }
        QVERIFY(!trained);
        QCOMPARE(stored().state, RunState::Queued);
        writer_->trash(run_, false);
        QCOMPARE(train().result.state, RunState::Finished);
    }

    void resumesAndHandsOnCommands() {
        bool resumed = false;
        engine_.script = [&](const TrainRequest& request, RunReporter& reporter) {
            resumed = request.resume;
            reporter.report(StateEvent{RunState::Running, 0, {}});
            writer_->sendCommand(run_, RunCommand::Stop);
            for (int i = 0; i < 100; ++i, QTest::qSleep(20)) {
                for (const RunCommand command : request.commands->take())
                    if (command == RunCommand::Stop) return end(reporter, RunState::Stopped, 0, "as asked");
            }
            return end(reporter, RunState::Failed, 0, "nobody asked");
        };
        const RecordedRun run = train(true);
        QVERIFY(resumed);
        QCOMPARE(run.result.state, RunState::Stopped);
        QCOMPARE(run.message(), std::string("as asked"));
        QVERIFY(!run.storeFailure);
    }

    void whatCannotStartHasFailed() {
        const auto refuses = [this](const std::function<Engine&()>& engine, const std::string& reason) {
            TrainRequest request;
            request.runId = run_;
            try {
                trainRecorded(*writer_, std::move(request), engine);
                return false;
            } catch (const Error& error) {
                return std::string(error.what()).find(reason) != std::string::npos &&
                       stored().state == RunState::Failed && stored().explanation == error.what();
            }
        };
        QVERIFY(refuses([]() -> Engine& { throw Error("there is no engine", "/lib", "Build it"); }, "no engine"));
        engine_.script = [](const TrainRequest&, RunReporter&) -> TrainResult { throw Error("bad data", "text.txt"); };
        QVERIFY(refuses([this]() -> Engine& { return engine_; }, "bad data"));
        // It is not said in other words where the engine has told of it, nor is a stop made a failure.
        engine_.script = [](const TrainRequest&, RunReporter& reporter) -> TrainResult {
            end(reporter, RunState::Stopped, 0, "stopped while it waited");
            throw Error("nobody came");
        };
        QVERIFY_THROWS_EXCEPTION(Error, train());
        QCOMPARE(stored().state, RunState::Stopped);
        QCOMPARE(stored().explanation, std::string("stopped while it waited"));
    }

    void whatAnotherTrainsIsLeftAlone() {
        const RunRecorder other(*writer_, run_);
        bool trained = false;
        engine_.script = [&](const TrainRequest&, RunReporter&) {
            trained = true;
            return TrainResult{};
        };
        try {
            train();
            QFAIL("two train one run");
        } catch (const Error& error) {
            QCOMPARE(error.kind(), ErrorKind::Busy);
        }
        QVERIFY(!trained);
        QCOMPARE(stored().state, RunState::Queued);
    }

    void aFullDiskStopsTheRun() {
        std::int64_t acknowledged = 0;
        stepUntilStopped(
            [&](StepIndex step) {
                if (step == 100) writer_->flush(), acknowledged = stored().steps, fillDisk(workspace_);
            },
            [this](StepIndex) { fs::create_directories(workspace_.checkpoints(run_) / checkpointName(64)); });
        const RecordedRun run = train();
        QCOMPARE(run.result.state, RunState::Stopped);
        QVERIFY(run.storeFailure && run.storeFailure->find("disk is full") != std::string::npos);
        QVERIFY(!run.allStored);
        QVERIFY(acknowledged > 0 && run.storedSteps >= acknowledged && run.storedSteps < run.result.steps);
        QVERIFY(holds(run.storedSteps));
        for (const std::string& text :
             {*run.storeFailure, run.result.explanation, "up to step " + std::to_string(run.storedSteps),
              std::string("The last checkpoint is step-00000064.")})
            QVERIFY2(run.message().find(text) != std::string::npos, run.message().c_str());
        QVERIFY(heard_.log.find("stopped with a checkpoint") != std::string::npos);

        // The run's end could not be stored; who looks once there is room sees a run that can be resumed.
        QCOMPARE(stored().state, RunState::Running);
        makeRoom();
        QCOMPARE(writer_->markDeadRuns(), std::vector<std::string>{run_});
        QCOMPARE(stored().state, RunState::Interrupted);
    }

    void withoutACheckpointThatIsSaid() {
        stepUntilStopped(
            [&](StepIndex step) {
                if (step == 0) fillDisk(workspace_);
            },
            [](StepIndex) {});
        const RecordedRun run = train();
        QVERIFY2(run.message().find("No checkpoint has been written.") != std::string::npos, run.message().c_str());
    }

    void roomBeforeTheEndLosesNothing() {
        stepUntilStopped(
            [&](StepIndex step) {
                if (step == 100) writer_->flush(), fillDisk(workspace_);
            },
            [](StepIndex) { makeRoom(); });
        const RecordedRun run = train();
        QCOMPARE(run.result.state, RunState::Stopped);
        QVERIFY2(run.storeFailure && run.allStored, run.message().c_str());
        QVERIFY(holds(run.result.steps));
        QCOMPARE(stored().state, RunState::Stopped);
        QCOMPARE(stored().explanation, run.result.explanation);
        const auto log = RunStore(workspace_).log(run_);
        QVERIFY(std::any_of(log.begin(), log.end(), [](const auto& line) {
            return line.event.text.find("The store cannot be written") != std::string::npos;
        }));
    }

    void aFullDiskAtTheStart() {
        fillDisk(workspace_);
        engine_.script = [](const TrainRequest&, RunReporter&) -> TrainResult { throw Error("bad data"); };
        try {
            train();
            QFAIL("it cannot start");
        } catch (const Error& error) {
            const std::string text = error.what();
            QVERIFY2(text.find("bad data") != std::string::npos, text.c_str());
            QVERIFY2(text.find("could not be marked as failed") != std::string::npos, text.c_str());
        }
        QCOMPARE(stored().state, RunState::Queued);
    }
};

QTEST_GUILESS_MAIN(TestRecordedRun)
#include "test_recorded_run.moc"
