// What a run minimizes: the seam between the loop, which knows steps, ranks and the optimizer, and a loss, which knows
// the model and a micro-batch. One file an objective; objective.cpp chooses by the run's config.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/config/run_config.h"
#include "core/engine/model/language_model.h"
#include "core/engine/objective/batch_tensors.h"

namespace tritlab {

// Of one micro-batch. Sums, not means: the loop divides by the count of the whole step, so that each part weighs the
// same whatever the accumulation and the ranks.
struct ObjectiveLoss {
    at::Tensor sum;               // fp32 scalar on the model's device, differentiable
    std::vector<double> metrics;  // sums in the order of Objective::metrics()
};

class Objective {
public:
    virtual ~Objective() = default;
    // Keys of what it reports beside its loss, as means over the step: series "objective/KEY" of the run.
    [[nodiscard]] virtual std::span<const char* const> metrics() const { return {}; }
    // What the sums of this micro-batch are divided by, known before its forward.
    [[nodiscard]] virtual std::int64_t count(const BatchTensors& batch) const = 0;
    virtual ObjectiveLoss loss(LanguageModel& model, const BatchTensors& batch, double lambda) const = 0;
};

std::unique_ptr<Objective> makeObjective(const RunConfig& config);
std::unique_ptr<Objective> makeCausalLm();  // the next token: mean nats over all targets

}  // namespace tritlab
