// How long the GUI thread was busy each time: from when its event loop wakes up until it waits again. And a heartbeat.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <nlohmann/json.hpp>
#include <vector>

namespace tritlab {

// p50, p95, p99 and the largest of some times in milliseconds.
nlohmann::ordered_json timesJson(std::vector<double> milliseconds);

// Each stretch in which charts were drawn is a frame; the longest of all stretches counts too.
class BusyMeter : public QObject {
    Q_OBJECT
public:
    explicit BusyMeter(QObject* parent = nullptr);
    void start();
    void stop();
    [[nodiscard]] const std::vector<double>& frames() const { return frames_; }  // milliseconds
    [[nodiscard]] const std::vector<double>& stretches() const { return stretches_; }

private:
    void awake();
    void rest();
    QElapsedTimer timer_;
    bool on_ = false, busy_ = false;
    quint64 framesBefore_ = 0;
    std::vector<double> frames_, stretches_;
};

// Ticks every 5 ms; a gap is the time between two ticks, less those 5 ms.
class Heartbeat : public QObject {
    Q_OBJECT
public:
    static constexpr int periodMs = 5;
    explicit Heartbeat(QObject* parent = nullptr);
    void start();
    void stop() { timer_.stop(); }
    [[nodiscard]] const std::vector<double>& delays() const { return delays_; }  // milliseconds

private:
    QTimer timer_;
    QElapsedTimer since_;
    std::vector<double> delays_;
};

}  // namespace tritlab
