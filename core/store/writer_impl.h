// What StoreWriter and RunRecorder share: the schema lock, held for their lives, and the queue.
#pragma once

#include <functional>
#include <utility>

#include "core/store/schema.h"
#include "core/store/store_writer.h"
#include "core/store/write_queue.h"

namespace tritlab {

struct StoreWriter::Impl {
    explicit Impl(const Workspace& workspace)
        : schemaLock(openSchema(workspace, storeMigrations())), queue(workspace) {}
    FileLock schemaLock;
    WriteQueue queue;
};

const char* runCommandKey(RunCommand command);

// A write that nobody waits for; where it fails, the next flush throws.
class DetachedJob : public WriteJob {
public:
    DetachedJob(WriteQueue& queue, std::function<void(Database&)> work) : queue_(queue), work_(std::move(work)) {}
    bool write(Database& database, TimePoint) override {
        work_(database);
        return true;
    }
    void committed(bool) override {}
    void failed(const Error& error) override { queue_.noteFailure(error); }

private:
    WriteQueue& queue_;
    std::function<void(Database&)> work_;
};

}  // namespace tritlab
