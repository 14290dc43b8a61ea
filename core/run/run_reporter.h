// Hands a run's events to all its observers, in order.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/run/events.h"

namespace tritlab {

class RunReporter {
public:
    explicit RunReporter(std::vector<RunObserver*> observers) : observers_(std::move(observers)) {}
    void report(const StepEvent& event) { each(&RunObserver::onStep, event); }
    void report(const HealthEvent& event) { each(&RunObserver::onHealth, event); }
    void report(const EvaluationEvent& event) { each(&RunObserver::onEvaluation, event); }
    void report(const SampleEvent& event) { each(&RunObserver::onSample, event); }
    void report(const CheckpointEvent& event) { each(&RunObserver::onCheckpoint, event); }
    void report(const StateEvent& event) { each(&RunObserver::onState, event); }
    void report(const ProgressEvent& event) { each(&RunObserver::onProgress, event); }
    void log(LogLevel level, StepIndex step, std::string text) {
        each(&RunObserver::onLog, LogEvent{level, step, std::move(text)});
    }
    void sync() {
        for (RunObserver* observer : observers_) observer->sync();
    }

private:
    template <class Event>
    void each(void (RunObserver::*handler)(const Event&), const Event& event) {
        for (RunObserver* observer : observers_) (observer->*handler)(event);
    }
    std::vector<RunObserver*> observers_;
};

}  // namespace tritlab
