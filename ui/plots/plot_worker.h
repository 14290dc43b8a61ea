// Where pictures of charts are made and long series are smoothed: one thread for all charts. And the clock of frames: charts that
// have something new are repainted together, at most sixty times a second and two thirds of the time, so that a stream of mouse events
// never piles up, however many pixels the screen has.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QThread>
#include <QTimer>
#include <functional>
#include <vector>

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
            hand_,
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
    QObject* hand_;  // lives on thread_
    int pending_ = 0;
};

class FrameClock : public QObject {
    Q_OBJECT
public:
    static constexpr int frameMs = 16;
    static FrameClock& shared();  // on the GUI thread
    // Calls `draw` at the next frame, once however often it is asked for, unless `context` is gone.
    void request(QObject* context, std::function<void()> draw);
    [[nodiscard]] bool idle() const { return waiting_.empty(); }
    [[nodiscard]] quint64 frames() const { return frames_; }

protected:
    void customEvent(QEvent* event) override;

private:
    explicit FrameClock(QObject* parent);
    void tick();
    void waitForNext();
    struct Waiting {
        QPointer<QObject> context;
        std::function<void()> draw;
    };
    std::vector<Waiting> waiting_;
    QTimer timer_;
    QElapsedTimer sinceFrame_;
    bool painting_ = false;  // between the frame's beginning and the end of the painting that it asked for
    qint64 pauseMs_ = 0;     // that the frame has earned the others
    quint64 frames_ = 0;
};

}  // namespace tritlab
