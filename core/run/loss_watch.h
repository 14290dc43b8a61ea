// Watches the training loss for an explosion: a smoothed loss that leaves its best behind. A plain value, saved in
// checkpoints.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/types.h"

namespace tritlab {

class LossWatch {
public:
    static constexpr double decay = 0.9;    // of the exponential mean, a step; corrected for its start
    static constexpr double minRise = 0.5;  // nats above the best: three times a tiny loss is noise, not an explosion

    // factor: RunConfig::explodeFactor. Until the end of warm-up the best is only gathered, nothing is judged.
    LossWatch(double factor, StepIndex warmupSteps) : factor_(factor), warmupSteps_(warmupSteps) {}

    // Takes the finite loss of `step`; true where it has exploded.
    bool add(StepIndex step, double loss);
    [[nodiscard]] double smoothed() const {
        return weight_ > 0 ? sum_ / weight_ : std::numeric_limits<double>::quiet_NaN();
    }
    [[nodiscard]] double best() const { return best_; }  // least smoothed loss; infinity before the first step

    [[nodiscard]] nlohmann::ordered_json state() const;
    void restore(const nlohmann::json& state);

private:
    double factor_;
    StepIndex warmupSteps_;
    double sum_ = 0, weight_ = 0;
    double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace tritlab
