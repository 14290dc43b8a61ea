// Reads the store on a thread of its own: work goes in as functions over a RunStore, results come back to the GUI
// thread. Nothing that the window shows is read or decoded on the GUI thread.
#pragma once

#include <memory>

#include "core/store/run_store.h"
#include "ui/services/task_thread.h"

namespace tritlab {

class StoreReader : public QObject {
    Q_OBJECT
public:
    // Its destructor waits for the read that is running and drops those that have not begun.
    explicit StoreReader(const Workspace& workspace, QObject* parent = nullptr);

    // Runs `work`, given a RunStore&, on the reader's thread and hands its result to `done` on this object's thread,
    // unless `context` is gone by then. What `work` throws is told by failed().
    template <typename Work, typename Done>
    void ask(QObject* context, Work work, Done done) {
        thread_.post(
            context, [this, work = std::move(work)]() mutable { return work(store()); }, std::move(done),
            [this](const QString& message) { Q_EMIT failed(message); });
    }
    [[nodiscard]] const Workspace& workspace() const { return workspace_; }
    // True once nothing is asked or on its way: for tests and for pictures.
    [[nodiscard]] bool idle() const { return thread_.idle(); }

Q_SIGNALS:
    void failed(const QString& message);

private:
    RunStore& store();  // opened by the first work
    Workspace workspace_;
    std::unique_ptr<RunStore> store_;  // used on the thread alone
    TaskThread thread_;
};

}  // namespace tritlab
