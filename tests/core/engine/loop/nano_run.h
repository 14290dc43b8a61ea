// A nano run for tests: made-up text that can be learnt, a model of a few thousand parameters, and an observer that
// keeps all.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/engine/engine.h"

namespace tritlab {

// About 60 kB of short sentences over few words.
void writeNanoText(const std::filesystem::path& file);
// 24 steps of 4 x 32 tokens; evaluation, samples, health and checkpoints at every 8th.
RunConfig nanoConfig(const std::filesystem::path& text, Precision precision);

struct Recorder : RunObserver {
    std::vector<StepEvent> steps;
    std::vector<HealthEvent> health;
    std::vector<EvaluationEvent> evaluations;
    std::vector<SampleEvent> samples;
    std::vector<CheckpointEvent> checkpoints;
    std::vector<StateEvent> states;
    std::vector<LogEvent> logs;
    int syncs = 0, progress = 0;
    std::function<void(const StepEvent&)> eachStep;

    void onStep(const StepEvent& event) override {
        steps.push_back(event);
        if (eachStep) eachStep(event);
    }
    void onHealth(const HealthEvent& event) override { health.push_back(event); }
    void onEvaluation(const EvaluationEvent& event) override { evaluations.push_back(event); }
    void onSample(const SampleEvent& event) override { samples.push_back(event); }
    void onCheckpoint(const CheckpointEvent& event) override { checkpoints.push_back(event); }
    void onState(const StateEvent& event) override { states.push_back(event); }
    void onLog(const LogEvent& event) override { logs.push_back(event); }
    void onProgress(const ProgressEvent&) override { ++progress; }
    void sync() override { ++syncs; }

    [[nodiscard]] std::string logText() const {
        std::string text;
        for (const LogEvent& log : logs) text += log.text + "\n";
        return text;
    }
    // Loss of each step; a repeated step has to repeat its loss to the bit.
    [[nodiscard]] bool mergeLosses(std::map<StepIndex, double>& losses) const {
        for (const StepEvent& step : steps) {
            const auto [known, isNew] = losses.emplace(step.step, step.loss);
            if (!isNew && known->second != step.loss) return false;
        }
        return true;
    }
};

// Gives the commands that were put in, once.
struct CommandQueue : CommandSource {
    std::vector<RunCommand> waiting;
    std::vector<RunCommand> take() override { return std::exchange(waiting, {}); }
};

TrainRequest nanoRequest(const RunConfig& config, const std::filesystem::path& workspace, RunObserver& observer,
                         bool resume = false);

}  // namespace tritlab
