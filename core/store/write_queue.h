// The one thread of a process that writes: jobs from any thread, drained into one transaction a batch, each batch under
// the write protocol across processes (schema.h, WriteTurn) and about 50 ms at most. Jobs in the order they came; a
// long one works in slices and goes behind the others between two. Where a batch fails it is rolled back and its jobs
// are tried one by one, so that a wrong job costs nobody else's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/workspace.h"
#include "core/store/database.h"

namespace tritlab {

// All of it runs on the writer's thread.
class WriteJob {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    virtual ~WriteJob() = default;
    // Works inside a transaction, about until `deadline`; false: more is left. May be repeated after a rollback.
    virtual bool write(Database& database, TimePoint deadline) = 0;
    virtual void committed(bool done) = 0;
    virtual void rolledBack() {}
    virtual void failed(const Error& error) = 0;
};

class WriteQueue {
public:
    // Opens the database (which is there and has the schema) and starts the thread.
    explicit WriteQueue(const Workspace& workspace);
    ~WriteQueue();  // drains

    void add(std::shared_ptr<WriteJob> job, std::chrono::milliseconds delay = std::chrono::milliseconds(0));
    // Runs `work` in a transaction and waits for its commit; throws what went wrong. `work` may be repeated after a
    // rollback.
    void call(std::function<void(Database&)> work);
    // The same for long work: repeated in further transactions until it gives true.
    void callInSlices(std::function<bool(Database&, WriteJob::TimePoint)> work);
    // Waits for all that was handed over so far, delayed jobs too.
    void flush();
    void noteFailure(const Error& error);  // of a job that nobody waits for: the next flush throws it

    [[nodiscard]] const Workspace& workspace() const { return workspace_; }

private:
    using Jobs = std::vector<std::shared_ptr<WriteJob>>;
    void loop();
    std::shared_ptr<WriteJob> nextReady();
    void promoteDue(bool all);
    void runBatch();
    bool runTransaction(Jobs& jobs, bool takeMore, std::optional<Error>& error);

    const Workspace workspace_;
    Database database_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<WriteJob>> ready_;
    std::multimap<WriteJob::TimePoint, std::shared_ptr<WriteJob>> delayed_;
    std::optional<Error> failure_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace tritlab
