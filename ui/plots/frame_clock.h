// The clock of frames: charts that have something new are repainted together, at most sixty times a second and two
// thirds of the time, so that a stream of mouse events never piles up, however many pixels the screen has.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <functional>
#include <vector>

namespace tritlab {

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
