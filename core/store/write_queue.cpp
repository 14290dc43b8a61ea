#include "core/store/write_queue.h"

#include <future>
#include <utility>

#include "core/base/log.h"
#include "core/store/schema.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto batchTime = std::chrono::milliseconds(30);  // leaves room for the commit in the 50 ms
constexpr int checkpointPages = 1000;                      // 4 MB
constexpr int restartPages = 8000;                         // 32 MB: readers are in the way, wait for a gap

class CallJob : public WriteJob {
public:
    explicit CallJob(std::function<bool(Database&, TimePoint)> work) : work_(std::move(work)) {}
    bool write(Database& database, TimePoint deadline) override { return work_(database, deadline); }
    void committed(bool done) override {
        if (done) promise_.set_value();
    }
    void failed(const Error& error) override { promise_.set_exception(std::make_exception_ptr(error)); }
    std::future<void> result() { return promise_.get_future(); }

private:
    std::function<bool(Database&, TimePoint)> work_;
    std::promise<void> promise_;
};

}  // namespace

WriteQueue::WriteQueue(const Workspace& workspace)
    : workspace_(workspace), database_(workspace.database(), Database::Mode::ReadWrite), thread_([this] { loop(); }) {}

WriteQueue::~WriteQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void WriteQueue::add(std::shared_ptr<WriteJob> job, std::chrono::milliseconds delay) {
    {
        const std::lock_guard lock(mutex_);
        if (delay.count() > 0) delayed_.emplace(Clock::now() + delay, std::move(job));
        else ready_.push_back(std::move(job));
    }
    wake_.notify_all();
}

void WriteQueue::call(std::function<void(Database&)> work) {
    callInSlices([work = std::move(work)](Database& database, WriteJob::TimePoint) {
        work(database);
        return true;
    });
}

void WriteQueue::callInSlices(std::function<bool(Database&, WriteJob::TimePoint)> work) {
    const auto job = std::make_shared<CallJob>(std::move(work));
    auto result = job->result();
    add(job);
    result.get();
}

void WriteQueue::flush() {
    const auto barrier = std::make_shared<CallJob>([](Database&, WriteJob::TimePoint) { return true; });
    auto result = barrier->result();
    {
        const std::lock_guard lock(mutex_);
        promoteDue(true);
        ready_.push_back(barrier);
    }
    wake_.notify_all();
    result.get();
    std::optional<Error> failure;
    {
        const std::lock_guard lock(mutex_);
        failure = std::exchange(failure_, std::nullopt);
    }
    if (failure) throw Error(*failure);
}

void WriteQueue::noteFailure(const Error& error) {
    logError(error.what());
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
}

// With mutex_ held.
void WriteQueue::promoteDue(bool all) {
    const auto now = Clock::now();
    while (!delayed_.empty() && (all || delayed_.begin()->first <= now)) {
        ready_.push_back(std::move(delayed_.begin()->second));
        delayed_.erase(delayed_.begin());
    }
}

std::shared_ptr<WriteJob> WriteQueue::nextReady() {
    const std::lock_guard lock(mutex_);
    promoteDue(stopping_);
    if (ready_.empty()) return nullptr;
    auto job = std::move(ready_.front());
    ready_.pop_front();
    return job;
}

void WriteQueue::loop() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            for (promoteDue(stopping_); ready_.empty(); promoteDue(stopping_)) {
                if (stopping_) return;
                if (delayed_.empty()) {
                    wake_.wait(lock);
                } else {
                    const auto due = delayed_.begin()->first;  // a copy: flush() may empty the map meanwhile
                    wake_.wait_until(lock, due);
                }
            }
        }
        runBatch();
    }
}

void WriteQueue::runBatch() {
    Jobs jobs;
    std::optional<Error> error;
    if (runTransaction(jobs, true, error)) return;
    for (auto& job : jobs) {
        Jobs alone{job};
        if (jobs.size() == 1 || !runTransaction(alone, false, error)) job->failed(*error);
    }
}

// False: rolled back, and `error` says why. `takeMore`: fill `jobs` from the queue.
bool WriteQueue::runTransaction(Jobs& jobs, bool takeMore, std::optional<Error>& error) {
    error.reset();
    std::vector<bool> done;
    try {
        const WriteTurn turn(workspace_);
        if (takeMore) jobs.push_back(nextReady());
        database_.execute("BEGIN IMMEDIATE");
        const auto deadline = Clock::now() + batchTime;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            done.push_back(jobs[i]->write(database_, deadline));
            if (!takeMore || !done.back() || Clock::now() >= deadline) continue;
            if (auto job = nextReady()) jobs.push_back(std::move(job));
        }
        database_.execute("COMMIT");
        // A checkpoint that fails costs nothing: the log keeps what is committed, and the next commit tries again.
        try {
            if (database_.logPages() >= checkpointPages) {
                database_.setBusyTimeout(100);
                database_.checkpoint(database_.logPages() >= restartPages);
            }
        } catch (const Error& why) {
            logWarning(why.what());
        }
        database_.setBusyTimeout(10'000);
    } catch (const Error& why) {
        error = why;
    } catch (const std::exception& why) {
        error = Error(why.what(), database_.path().string(), {}, ErrorKind::Failed);
    }
    if (error) {
        try {
            if (database_.inTransaction()) database_.execute("ROLLBACK");
        } catch (const Error& why) {
            logError(why.what());
        }
        if (takeMore && jobs.empty()) jobs.push_back(nextReady());  // the turn itself failed
        for (auto& job : jobs) job->rolledBack();
        return false;
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        jobs[i]->committed(done[i]);
        if (!done[i]) add(jobs[i]);
    }
    return true;
}

}  // namespace tritlab
