// How long the GUI thread was busy each time: with one event or several, one right after the other. And a heartbeat.
#pragma once

#include <QApplication>
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <nlohmann/json.hpp>
#include <vector>

namespace tritlab {

// p50, p95, p99 and the largest of some times in milliseconds.
nlohmann::ordered_json timesJson(std::vector<double> milliseconds);

// The application of a bench: tells a BusyMeter of each event.
class MeasuredApplication : public QApplication {
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override;
};

// Stretches of work: events with less than a fifth of a millisecond between them. One in which charts were drawn is a
// frame. Needs a MeasuredApplication.
class BusyMeter {
public:
    BusyMeter() = default;
    ~BusyMeter();
    BusyMeter(const BusyMeter&) = delete;
    BusyMeter& operator=(const BusyMeter&) = delete;
    void start();
    void stop();
    [[nodiscard]] const std::vector<double>& frames() const { return frames_; }  // milliseconds
    [[nodiscard]] const std::vector<double>& stretches() const { return stretches_; }

private:
    friend class MeasuredApplication;
    void begins();
    void ends();
    void close();
    QElapsedTimer clock_;
    qint64 begin_ = -1, end_ = 0;  // nanoseconds, of the stretch in hand
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
