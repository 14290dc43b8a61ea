// In words: why a run was stopped as diverged, at which settings, and what usually helps.
#pragma once

#include <limits>
#include <string>

#include "core/base/types.h"
#include "core/config/run_config.h"

namespace tritlab {

enum class DivergenceKind { LossNotFinite, GradientNotFinite, WeightsNotFinite, LossExploded };

struct Divergence {
    DivergenceKind kind = DivergenceKind::LossNotFinite;
    StepIndex step = 0;  // whose loss or gradient it was
    double loss = 0, learningRate = 0, lambda = 1;
    double gradNorm = std::numeric_limits<double>::quiet_NaN();  // the last finite one
    double smoothed = std::numeric_limits<double>::quiet_NaN(), best = std::numeric_limits<double>::infinity();
    StepIndex checkpoint = -1;  // the newest one; -1: none yet
};

std::string explain(const Divergence& divergence, const RunConfig& config);

}  // namespace tritlab
