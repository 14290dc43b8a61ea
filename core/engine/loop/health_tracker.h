// Weight health of a whole model: every BitLinear through core/run/weight_health.h, in parallel, with the memory that a
// checkpoint saves.
#pragma once

#include <vector>

#include "core/engine/model/language_model.h"
#include "core/run/weight_health.h"

namespace tritlab {

class HealthTracker {
public:
    HealthTracker(LanguageModel& model, double deadZoneWidth);
    // Measures the gradients as they are now: the next snapshot tells their norms.
    void takeGradients();
    // Looks at the current weights; counts flips since the last call.
    HealthEvent snapshot(StepIndex step);
    [[nodiscard]] std::vector<LayerMemory>& memory() { return memory_; }  // one a ternary parameter, in their order

private:
    LanguageModel* model_;
    double deadZoneWidth_;
    std::vector<std::size_t> parameters_;  // indices of the ternary ones
    std::vector<LayerMemory> memory_;
    std::vector<double> gradientNorms_;  // of each, for the next snapshot; empty: not taken
};

}  // namespace tritlab
