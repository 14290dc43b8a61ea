// Writes to the store on a thread of its own: a rename or a command may wait for another process's transaction, the
// window does not.
#pragma once

#include <QObject>
#include <QPointer>
#include <QThread>
#include <functional>
#include <memory>
#include <type_traits>

#include "core/store/store_writer.h"

namespace tritlab {

class StoreActions : public QObject {
    Q_OBJECT
public:
    explicit StoreActions(const Workspace& workspace, QObject* parent = nullptr);
    ~StoreActions() override;  // after what was asked is written

    // Makes or migrates the database; ready() or failed() follows.
    void open();
    // The process's one writer; null until ready().
    [[nodiscard]] std::shared_ptr<StoreWriter> writer() const { return writer_; }

    // Runs `work` on the writing thread. `what` names it for failed() where it throws ("rename the run").
    void run(const QString& what, std::function<void(StoreWriter&)> work);
    template <typename Work, typename Done>
    void ask(const QString& what, QObject* context, Work work, Done done) {
        using Result = std::invoke_result_t<Work, StoreWriter&>;
        const QPointer<QObject> guard(context);
        run(what, [this, guard, work = std::move(work), done = std::move(done)](StoreWriter& writer) mutable {
            auto result = std::make_shared<Result>(work(writer));
            QMetaObject::invokeMethod(
                this,
                [guard, result, done = std::move(done)]() mutable {
                    if (guard) done(std::move(*result));
                },
                Qt::QueuedConnection);
        });
    }
    [[nodiscard]] bool idle() const { return pending_ == 0; }

Q_SIGNALS:
    void ready();
    void failed(const QString& what, const QString& message);

private:
    Workspace workspace_;
    QThread thread_;
    QObject* worker_;
    std::shared_ptr<StoreWriter> writer_;
    int pending_ = 0;
};

}  // namespace tritlab
