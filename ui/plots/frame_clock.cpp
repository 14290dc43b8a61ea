#include "ui/plots/frame_clock.h"

#include <QCoreApplication>
#include <algorithm>
#include <utility>

namespace tritlab {

namespace {
constexpr qint64 maxPauseMs = 50;
}  // namespace

FrameClock& FrameClock::shared() {
    static QPointer<FrameClock> clock;
    if (clock.isNull()) clock = new FrameClock(QCoreApplication::instance());
    return *clock;
}

FrameClock::FrameClock(QObject* parent) : QObject(parent) {
    timer_.setSingleShot(true);
    timer_.setTimerType(Qt::PreciseTimer);
    connect(&timer_, &QTimer::timeout, this, &FrameClock::tick);
    sinceFrame_.start();
}

void FrameClock::request(QObject* context, std::function<void()> draw) {
    if (std::any_of(waiting_.begin(), waiting_.end(),
                    [context](const Waiting& each) { return each.context == context; }))
        return;
    waiting_.push_back({context, std::move(draw)});
    waitForNext();
}

void FrameClock::waitForNext() {
    if (waiting_.empty() || painting_ || timer_.isActive()) return;
    timer_.start(static_cast<int>(std::max<qint64>(0, pauseMs_ - sinceFrame_.elapsed())));
}

void FrameClock::tick() {
    sinceFrame_.restart();
    ++frames_;
    painting_ = true;
    for (const Waiting& each : std::exchange(waiting_, {})) {
        if (each.context) each.draw();
    }
    // Widgets paint at low priority: this comes behind them.
    QCoreApplication::postEvent(this, new QEvent(QEvent::User), Qt::LowEventPriority - 1);
}

void FrameClock::customEvent(QEvent*) {
    const qint64 took = sinceFrame_.elapsed();
    pauseMs_ = std::max<qint64>(frameMs, took + std::min<qint64>(took / 2, maxPauseMs));
    painting_ = false;
    waitForNext();
}

}  // namespace tritlab
