// What a few measured steps of a config say of a whole run: their times, kept apart by the path that lambda takes, and
// the memory. The measuring itself is Engine::calibrate.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "core/base/stop_token.h"
#include "core/base/types.h"
#include "core/config/run_config.h"

namespace tritlab {

// BitLinear's three paths: lambda 0, between, exactly 1.
enum class LambdaPath { Dense, Blended, Ternary };
constexpr std::size_t lambdaPaths = 3;

// How many of the steps first … config.steps - 1 take each path.
std::array<StepIndex, lambdaPaths> stepsByPath(const RunConfig& config, StepIndex first = 0);

struct CalibrationRequest {
    RunConfig config;  // frozen; its text is not read: the steps are done on random tokens
    std::function<void(int done, int of)> progress;  // called on the compute thread; may be empty
    StopToken stop;                                  // looked at between two micro-batches
};

// Seconds of one path; NaN: not measured.
struct PathSeconds {
    double step = 0;     // of an optimizer step of one micro-batch
    double further = 0;  // of each further micro-batch of a step
};

struct Calibration {
    RunConfig config;  // what was measured
    std::array<PathSeconds, lambdaPaths> seconds;
    std::int64_t memoryBytes = 0;  // resident memory that training added to the process, at its peak

    // Whether the figures hold for another config: the same shapes, precision and threads, and no path that was not
    // measured. Learning rates, the number of steps and the text may differ.
    [[nodiscard]] bool fits(const RunConfig& other) const;
    // Of a config that it fits: training alone, without evaluations, samples and checkpoints, from step `first` on.
    [[nodiscard]] double runSeconds(const RunConfig& other, StepIndex first = 0) const;
};

}  // namespace tritlab
