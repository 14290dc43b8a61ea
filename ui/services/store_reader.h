// Reads the store on a thread of its own: work goes in as functions over a RunStore, results come back to the GUI
// thread. Nothing that the window shows is read or decoded on the GUI thread.
#pragma once

#include <QObject>
#include <QPointer>
#include <QThread>
#include <functional>
#include <memory>

#include "core/store/run_store.h"

namespace tritlab {

class StoreReader : public QObject {
    Q_OBJECT
public:
    explicit StoreReader(const Workspace& workspace, QObject* parent = nullptr);
    ~StoreReader() override;  // waits for the work in hand, drops what waits

    // Runs `work` on the reader's thread and hands its result to `done` on this object's thread, unless `context` is
    // gone by then. What `work` throws is told by failed().
    template <typename Work, typename Done>
    void ask(QObject* context, Work work, Done done) {
        using Result = std::invoke_result_t<Work, RunStore&>;
        const QPointer<QObject> guard(context);
        post([this, guard, work = std::move(work), done = std::move(done)](RunStore& store) mutable {
            auto result = std::make_shared<Result>(work(store));
            QMetaObject::invokeMethod(
                this,
                [guard, result, done = std::move(done)]() mutable {
                    if (guard) done(std::move(*result));
                },
                Qt::QueuedConnection);
        });
    }
    [[nodiscard]] const Workspace& workspace() const { return workspace_; }
    // True once nothing is asked or on its way: for tests and for pictures.
    [[nodiscard]] bool idle() const { return pending_ == 0; }

Q_SIGNALS:
    void failed(const QString& message);

private:
    void post(std::function<void(RunStore&)> work);
    Workspace workspace_;
    QThread thread_;
    QObject* worker_;                  // lives on thread_
    std::unique_ptr<RunStore> store_;  // used on thread_ alone
    int pending_ = 0;
};

}  // namespace tritlab
