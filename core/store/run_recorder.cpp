// The trainer's thread appends events to a buffer; a job on the writer's thread takes them from its front, slice by
// slice, and drops them once they are committed. Steps wait up to 250 ms for company; states, checkpoints and sync()
// are waited for. Where the disk is full, events stay in the buffer and each further job tries them again, so that a
// disk that has room again before the run ends costs nothing.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/store/record_events.h"
#include "core/store/store_writer.h"
#include "core/store/writer_impl.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto flushDelay = std::chrono::milliseconds(250);
constexpr auto commandInterval = std::chrono::milliseconds(100);
constexpr std::size_t maxPending = 50'000;  // events; beyond, the trainer waits for the disk, unless that is full

// Shared by the recorder and the jobs that are still in the writer's queue.
struct Recording {
    Recording(const Workspace& workspace, const std::string& id, std::int64_t number) : writer(workspace, id, number) {}

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<RecordedEvent> pending;        // handed over
    bool scheduled = false;                   // a job will look at `pending` within the flush delay
    std::uint64_t received = 0, settled = 0;  // events: handed over; committed or given up
    std::uint64_t failedJobs = 0;
    std::optional<Error> failure;  // why the events in hand cannot be written
    bool givenUp = false;          // what comes after a gap would look like the whole: nothing is taken any more

    // With the mutex held.
    void giveUp(const Error& why) {
        if (!failure) failure = why;
        givenUp = true;
        pending.clear();
        settled = received;
        changed.notify_all();
    }

    // The writer's thread alone:
    EventWriter writer;
    std::deque<RecordedEvent> working;
    std::size_t uncommitted = 0;  // of `working`, from its front: written in the transaction that is open
};

class FlushJob : public WriteJob {
public:
    explicit FlushJob(std::shared_ptr<Recording> recording) : recording_(std::move(recording)) {}

    bool write(Database& database, TimePoint) override {
        Recording& r = *recording_;
        {
            const std::lock_guard lock(r.mutex);
            r.scheduled = false;
            // What another job has written in this transaction stays until that is committed.
            if (r.givenUp && r.uncommitted == 0) r.working.clear();
            std::move(r.pending.begin(), r.pending.end(), std::back_inserter(r.working));
            r.pending.clear();
        }
        written_ = r.writer.write(database, r.working, r.uncommitted);
        r.uncommitted += written_;
        return r.uncommitted == r.working.size();
    }
    void committed(bool) override {
        Recording& r = *recording_;
        r.working.erase(r.working.begin(), r.working.begin() + static_cast<std::ptrdiff_t>(written_));
        r.uncommitted -= written_;
        {
            const std::lock_guard lock(r.mutex);
            r.settled += written_;
            if (r.working.empty() && !r.givenUp) r.failure.reset();
        }
        r.changed.notify_all();
    }
    void rolledBack() override {
        recording_->writer.rolledBack();
        recording_->uncommitted = 0;
    }
    void failed(const Error& error) override {
        Recording& r = *recording_;
        bool first = false;
        {
            const std::lock_guard lock(r.mutex);
            first = !r.failure;
            if (first) r.failure = error;
            r.scheduled = false;
            ++r.failedJobs;
        }
        r.changed.notify_all();
        if (first) logError(error.what());
    }

private:
    std::shared_ptr<Recording> recording_;
    std::size_t written_ = 0;
};

}  // namespace

struct RunRecorder::Impl {
    Impl(std::shared_ptr<StoreWriter::Impl> writer, const std::string& id, FileLock runLock)
        : store(std::move(writer)), run(id), lock(std::move(runLock)),
          commands(store->queue.workspace().database(), Database::Mode::ReadOnly) {
        // What was asked of an earlier trainer of this run is not for this one.
        store->queue.call([this](Database& database) {
            number = runNumber(database, run);
            Query(database, "DELETE FROM command WHERE run = ?", number).run();
        });
        recording = std::make_shared<Recording>(store->queue.workspace(), run, number);
    }

    // Never throws: a recorder must not end a training.
    template <class Event>
    void add(const Event& event, bool soon, bool wait) noexcept {
        try {
            Recording& r = *recording;
            std::unique_lock lock_(r.mutex);
            const auto room = [&] { return r.received - r.settled < maxPending; };
            r.changed.wait(lock_, [&] { return r.failure || room(); });
            if (!r.givenUp && !room()) r.giveUp(*r.failure);
            if (r.givenUp) return;
            r.pending.push_back({event, nowMilliseconds()});
            ++r.received;
            const bool schedule = soon || !r.scheduled;
            if (!wait) r.scheduled = true;
            lock_.unlock();
            if (wait) flushAndWait();
            else if (schedule) flush(soon ? std::chrono::milliseconds(0) : flushDelay);
        } catch (const std::exception& error) {
            giveUp(Error(error.what(), {}, {}, ErrorKind::Failed));
        }
    }
    void flush(std::chrono::milliseconds delay) { store->queue.add(std::make_shared<FlushJob>(recording), delay); }
    // Returns when all that was handed over is committed, or could not be.
    void flushAndWait() {
        Recording& r = *recording;
        std::unique_lock lock_(r.mutex);
        const std::uint64_t target = r.received, failedBefore = r.failedJobs;
        lock_.unlock();
        flush(std::chrono::milliseconds(0));
        lock_.lock();
        r.changed.wait(lock_, [&] { return r.settled >= target || r.failedJobs != failedBefore; });
    }
    void giveUp(const Error& why) noexcept {
        const std::lock_guard lock_(recording->mutex);
        recording->giveUp(why);
    }

    [[nodiscard]] std::optional<Error> failure() const {
        const std::lock_guard lock_(recording->mutex);
        return recording->failure;
    }

    std::shared_ptr<StoreWriter::Impl> store;
    std::string run;
    FileLock lock;
    std::int64_t number = 0;
    std::shared_ptr<Recording> recording;

    // Of the thread that calls take().
    Database commands;
    Clock::time_point lookAt{};
    std::int64_t seenVersion = -1, lastCommand = 0;
};

RunRecorder::RunRecorder(StoreWriter& writer, const std::string& run) {
    const Workspace& workspace = writer.workspace();
    writer.impl_->queue.call([&run](Database& database) { runNumber(database, run); });
    // Who looks for dead runs, or trashes one, holds the lock for a moment only.
    auto lock = FileLock::tryLock(workspace.runLock(run), FileLock::Mode::Exclusive);
    for (int attempt = 0; !lock && attempt < 25; ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        lock = FileLock::tryLock(workspace.runLock(run), FileLock::Mode::Exclusive);
    }
    if (!lock)
        throw Error("another process trains this run", run,
                    "Wait for it or stop it; a copy of the run can be started as a branch", ErrorKind::Busy);
    impl_ = std::make_unique<Impl>(writer.impl_, run, std::move(*lock));
}

RunRecorder::~RunRecorder() {
    try {
        impl_->flushAndWait();
    } catch (const std::exception& error) {
        logError(std::string("recording a run: ") + error.what());
    }
}

void RunRecorder::onStep(const StepEvent& event) { impl_->add(event, false, false); }
void RunRecorder::onHealth(const HealthEvent& event) { impl_->add(event, false, false); }
void RunRecorder::onEvaluation(const EvaluationEvent& event) { impl_->add(event, true, false); }
void RunRecorder::onSample(const SampleEvent& event) { impl_->add(event, false, false); }
void RunRecorder::onCheckpoint(const CheckpointEvent& event) { impl_->add(event, true, true); }
void RunRecorder::onLog(const LogEvent& event) { impl_->add(event, false, false); }
void RunRecorder::onProgress(const ProgressEvent& event) { impl_->add(event, false, false); }

void RunRecorder::onState(const StateEvent& event) {
    impl_->add(event, true, true);
    const std::optional<Error> why = impl_->failure();
    if (!why || isGoing(event.state)) return;
    // Points are lost to a full disk; the run's end may still fit, and tells of that.
    impl_->giveUp(*why);
    try {
        StateEvent recorded = event;
        recorded.explanation +=
            (recorded.explanation.empty() ? "" : "\n") + std::string("Recording stopped: ") + why->what();
        impl_->store->queue.call(
            [&](Database& database) { writeState(database, impl_->number, recorded, nowMilliseconds()); });
    } catch (const std::exception& error) {
        logError(std::string("the run's state cannot be stored: ") + error.what());
    }
}

void RunRecorder::sync() {
    try {
        impl_->flushAndWait();
    } catch (const std::exception& error) {
        impl_->giveUp(Error(error.what(), {}, {}, ErrorKind::Failed));
    }
}

void RunRecorder::flush() {
    sync();
    if (const auto why = impl_->failure()) throw Error(*why);
}

std::vector<RunCommand> RunRecorder::take() {
    std::vector<RunCommand> taken;
    Impl& i = *impl_;
    if (Clock::now() < i.lookAt) return taken;
    i.lookAt = Clock::now() + commandInterval;
    try {
        const std::int64_t version = i.commands.integer("PRAGMA data_version");
        if (version == i.seenVersion) return taken;
        i.seenVersion = version;
        for (Query rows(i.commands, "SELECT id, command FROM command WHERE run = ? AND id > ? ORDER BY id", i.number,
                        i.lastCommand);
             rows.next();) {
            i.lastCommand = rows.integer(0);
            const std::string key = rows.text(1);
            for (const RunCommand command : {RunCommand::Stop, RunCommand::Checkpoint, RunCommand::Snapshot})
                if (key == runCommandKey(command)) taken.push_back(command);
        }
        if (!taken.empty()) {
            i.store->queue.add(std::make_shared<DetachedJob>(
                i.store->queue, [number = i.number, last = i.lastCommand](Database& database) {
                    Query(database, "DELETE FROM command WHERE run = ? AND id <= ?", number, last).run();
                }));
        }
    } catch (const std::exception& error) {
        logError(std::string("reading what is asked of the run: ") + error.what());
    }
    return taken;
}

std::optional<std::string> RunRecorder::failure() const {
    const auto why = impl_->failure();
    return why ? std::optional<std::string>(why->what()) : std::nullopt;
}

}  // namespace tritlab
