#include "app/gui/gui_busy.h"

#include <algorithm>

#include "ui/plots/frame_clock.h"

namespace tritlab {

nlohmann::ordered_json timesJson(std::vector<double> times) {
    nlohmann::ordered_json json{{"count", times.size()}};
    if (times.empty()) return json;
    std::sort(times.begin(), times.end());
    const auto at = [&](double share) {
        return times[std::min(times.size() - 1, static_cast<std::size_t>(share * static_cast<double>(times.size())))];
    };
    json["p50_ms"] = at(0.5);
    json["p95_ms"] = at(0.95);
    json["p99_ms"] = at(0.99);
    json["worst_ms"] = times.back();
    return json;
}

namespace {
BusyMeter* activeMeter = nullptr;  // on the GUI thread
int notifyDepth = 0;               // an event that is sent while another is handled is part of it
constexpr qint64 pauseNs = 200'000;
}  // namespace

bool MeasuredApplication::notify(QObject* receiver, QEvent* event) {
    if (activeMeter == nullptr || receiver->thread() != thread()) return QApplication::notify(receiver, event);
    if (notifyDepth++ == 0) activeMeter->begins();
    const bool done = QApplication::notify(receiver, event);
    if (--notifyDepth == 0 && activeMeter != nullptr) activeMeter->ends();
    return done;
}

BusyMeter::~BusyMeter() { stop(); }

void BusyMeter::start() {
    frames_.clear();
    stretches_.clear();
    begin_ = -1;
    clock_.start();
    notifyDepth = 0;
    activeMeter = this;
}

void BusyMeter::stop() {
    if (activeMeter != this) return;
    activeMeter = nullptr;
    close();
}

void BusyMeter::begins() {
    const qint64 now = clock_.nsecsElapsed();
    if (begin_ >= 0 && now - end_ < pauseNs) return;
    close();
    begin_ = now;
    framesBefore_ = FrameClock::shared().frames();
}

void BusyMeter::ends() { end_ = clock_.nsecsElapsed(); }

void BusyMeter::close() {
    if (begin_ < 0) return;
    const double ms = static_cast<double>(end_ - begin_) / 1e6;
    stretches_.push_back(ms);
    if (FrameClock::shared().frames() != framesBefore_) frames_.push_back(ms);
    begin_ = -1;
}

Heartbeat::Heartbeat(QObject* parent) : QObject(parent) {
    timer_.setTimerType(Qt::PreciseTimer);
    timer_.setInterval(periodMs);
    connect(&timer_, &QTimer::timeout, this, [this] {
        delays_.push_back(std::max(0.0, static_cast<double>(since_.nsecsElapsed()) / 1e6 - periodMs));
        since_.start();
    });
}

void Heartbeat::start() {
    delays_.clear();
    since_.start();
    timer_.start();
}

}  // namespace tritlab
