// A thread with an event loop that does what is posted to it, one task after another, and hands the results back to the
// thread that posted. Everything in the window that may take longer than a frame runs on one of these.
#pragma once

#include <QObject>
#include <QPointer>
#include <QThread>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

namespace tritlab {

// All members are called on the thread that made the object, which is the GUI thread. As a member of another class it
// is declared last, so that the thread has ended before anything is destroyed that its tasks use.
class TaskThread : public QObject {
    Q_OBJECT
public:
    // What the destructor does with tasks that have not begun. Either way it waits for the one that is running.
    enum class AtEnd {
        Drain,  // they are done first: nothing that was posted is lost. The application object has to exist still
        Drop,   // they are destroyed
    };
    using Failed = std::function<void(const QString& message)>;

    TaskThread(const QString& name, AtEnd atEnd, QObject* parent = nullptr);
    ~TaskThread() override;  // results that have not been handed back by now never are

    // Runs `work` on the thread and hands what it returns to `done` on this object's thread, unless `context` is gone
    // by then. Callables and results may be move-only, and `work` may return void. If `work` throws, `failed` is called
    // on this object's thread with the exception's text, whatever became of `context`: a failure is never lost. Without
    // `failed` an exception ends the program, as it does on any thread that does not catch it.
    template <typename Work, typename Done>
    void post(QObject* context, Work work, Done done, Failed failed = {}) {
        ++pending_;
        QMetaObject::invokeMethod(
            receiver_,
            [this, guard = QPointer<QObject>(context), work = std::move(work), done = std::move(done),
             failed = std::move(failed)]() mutable {
                if (dropping_) return;
                try {
                    if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
                        work();
                        handBack([guard, done = std::move(done)]() mutable {
                            if (guard) done();
                        });
                    } else {
                        handBack([guard, result = work(), done = std::move(done)]() mutable {
                            if (guard) done(std::move(result));
                        });
                    }
                } catch (const std::exception& error) {
                    if (!failed) throw;
                    handBack([failed = std::move(failed), message = QString::fromStdString(error.what())] {
                        failed(message);
                    });
                }
            },
            Qt::QueuedConnection);
    }

    // Runs `work`, which must not throw, on the thread at once and then every `interval`, until the thread ends.
    void repeat(std::chrono::milliseconds interval, std::function<void()> work);

    // Nothing posted is waiting, running or on its way back. Already true in `done` of the last task.
    [[nodiscard]] bool idle() const { return pending_ == 0; }

private:
    // Runs on the thread; `tell` runs on this object's.
    template <typename Tell>
    void handBack(Tell tell) {
        QMetaObject::invokeMethod(
            this,
            [this, tell = std::move(tell)]() mutable {
                --pending_;
                tell();
            },
            Qt::QueuedConnection);
    }
    QThread thread_;
    QObject* receiver_;  // lives on thread_: the events posted to it are the tasks
    AtEnd atEnd_;
    std::atomic<bool> dropping_ = false;
    int pending_ = 0;
};

}  // namespace tritlab
