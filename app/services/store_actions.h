// Writes to the store on a thread of its own: a rename or a command may wait for another process's transaction, the
// window does not.
#pragma once

#include <functional>
#include <memory>

#include "core/store/store_writer.h"
#include "ui/services/task_thread.h"

namespace tritlab {

class StoreActions : public QObject {
    Q_OBJECT
public:
    // Its destructor waits until all that was asked is written.
    explicit StoreActions(const Workspace& workspace, QObject* parent = nullptr);

    // Makes or migrates the database; ready() or failed() follows.
    void open();
    // The process's one writer; null until ready().
    [[nodiscard]] std::shared_ptr<StoreWriter> writer() const { return writer_; }

    // Runs `work` on the writing thread. `what` names it for failed() where it throws ("rename the run").
    void run(const QString& what, std::function<void(StoreWriter&)> work);
    template <typename Work, typename Done>
    void ask(const QString& what, QObject* context, Work work, Done done) {
        if (!writer_) {
            Q_EMIT failed(what, tr("The store is not open."));
            return;
        }
        thread_.post(
            context, [writer = writer_, work = std::move(work)]() mutable { return work(*writer); }, std::move(done),
            [this, what](const QString& message) { Q_EMIT failed(what, message); });
    }
    [[nodiscard]] bool idle() const { return thread_.idle(); }

Q_SIGNALS:
    void ready();
    void failed(const QString& what, const QString& message);

private:
    Workspace workspace_;
    std::shared_ptr<StoreWriter> writer_;
    TaskThread thread_;
};

}  // namespace tritlab
