// A run on stderr: a bar that is redrawn on a terminal, a line every few seconds elsewhere.
#pragma once

#include <chrono>
#include <deque>
#include <string>

#include "core/config/run_config.h"
#include "core/run/events.h"

namespace tritlab::cli {

class ProgressPrinter : public RunObserver {
public:
    explicit ProgressPrinter(const RunConfig& config);
    ~ProgressPrinter() override;
    void onStep(const StepEvent& event) override;
    void onHealth(const HealthEvent& event) override;
    void onEvaluation(const EvaluationEvent& event) override;
    void onSample(const SampleEvent& event) override;
    void onState(const StateEvent& event) override;
    void onLog(const LogEvent& event) override;
    void onProgress(const ProgressEvent& event) override;

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] std::string statusLine(const StepEvent& event) const;
    void draw(const std::string& status, bool always);
    void line(const std::string& text);  // above the bar
    void sayError();

    std::int64_t steps_;
    std::int64_t tokensPerStep_;
    bool terminal_;
    std::string bar_, health_;
    std::string error_;  // logged and not said yet: the next event may end the run with the same words
    std::deque<std::pair<double, StepIndex>> recent_;  // active seconds and step, for the speed of the last steps
    Clock::time_point drawn_{};
};

}  // namespace tritlab::cli
