#include "core/run/loss_watch.h"

#include <algorithm>

namespace tritlab {

bool LossWatch::add(StepIndex step, double loss) {
    sum_ = decay * sum_ + (1 - decay) * loss;
    weight_ = decay * weight_ + (1 - decay);
    best_ = std::min(best_, smoothed());
    return step >= warmupSteps_ && smoothed() > factor_ * best_ && smoothed() > best_ + minRise;
}

nlohmann::ordered_json LossWatch::state() const {
    nlohmann::ordered_json state;
    state["sum"] = sum_;
    state["weight"] = weight_;
    if (weight_ > 0) state["best"] = best_;
    return state;
}

void LossWatch::restore(const nlohmann::json& state) {
    sum_ = state.at("sum").get<double>();
    weight_ = state.at("weight").get<double>();
    best_ = state.contains("best") ? state.at("best").get<double>() : std::numeric_limits<double>::infinity();
}

}  // namespace tritlab
