#include "app/gui/gui_busy.h"

#include <QAbstractEventDispatcher>
#include <algorithm>

#include "ui/plots/plot_worker.h"

namespace tritlab {

nlohmann::ordered_json timesJson(std::vector<double> times) {
    nlohmann::ordered_json json{{"count", times.size()}};
    if (times.empty()) return json;
    std::sort(times.begin(), times.end());
    const auto at = [&](double share) { return times[std::min(times.size() - 1, static_cast<std::size_t>(share * static_cast<double>(times.size())))]; };
    json["p50_ms"] = at(0.5);
    json["p95_ms"] = at(0.95);
    json["p99_ms"] = at(0.99);
    json["worst_ms"] = times.back();
    return json;
}

BusyMeter::BusyMeter(QObject* parent) : QObject(parent) {
    QAbstractEventDispatcher* loop = QAbstractEventDispatcher::instance();
    connect(loop, &QAbstractEventDispatcher::awake, this, &BusyMeter::awake);
    connect(loop, &QAbstractEventDispatcher::aboutToBlock, this, &BusyMeter::rest);
}

void BusyMeter::start() {
    frames_.clear();
    stretches_.clear();
    on_ = true;
    busy_ = false;
}

void BusyMeter::stop() {
    rest();
    on_ = false;
}

void BusyMeter::awake() {
    if (!on_ || busy_) return;
    busy_ = true;
    framesBefore_ = FrameClock::shared().frames();
    timer_.start();
}

void BusyMeter::rest() {
    if (!on_ || !busy_) return;
    busy_ = false;
    const double ms = static_cast<double>(timer_.nsecsElapsed()) / 1e6;
    stretches_.push_back(ms);
    if (FrameClock::shared().frames() != framesBefore_) frames_.push_back(ms);
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
