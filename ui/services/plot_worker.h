// Where pictures of charts are made and long series are smoothed: one thread for all charts.
#pragma once

#include <QObject>
#include <QPointer>
#include <QThread>
#include <functional>

namespace tritlab {

class PlotWorker : public QObject {
    Q_OBJECT
public:
    static PlotWorker& shared();  // on the GUI thread; lives as long as the application
    ~PlotWorker() override;

    // `work` runs on the worker; what it gives is handed to `done` on the GUI thread, unless `context` is gone by then.
    template <typename Work, typename Done>
    void post(QObject* context, Work work, Done done) {
        using Result = std::invoke_result_t<Work>;
        ++pending_;
        QMetaObject::invokeMethod(
            worker_,
            [this, guard = QPointer<QObject>(context), work = std::move(work), done = std::move(done)]() mutable {
                auto result = std::make_shared<Result>(work());
                QMetaObject::invokeMethod(
                    this,
                    [this, guard, result, done = std::move(done)]() mutable {
                        --pending_;
                        if (guard) done(std::move(*result));
                    },
                    Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    }
    [[nodiscard]] bool idle() const { return pending_ == 0; }  // nothing asked or on its way

private:
    explicit PlotWorker(QObject* parent);
    QThread thread_;
    QObject* worker_;  // lives on thread_
    int pending_ = 0;
};

}  // namespace tritlab
