// Forward and backward of one batch, by the fast engine or by the plain reference: what the benches compare.
#pragma once

#include <ATen/core/Tensor.h>
#include <functional>

#include "core/engine/model/language_model.h"

namespace tritlab {

// tokens and targets: int64 [B, T], all of them scored, documents not kept apart. Gives the mean nats a token and
// leaves its gradients in the parameters.
using TrainingPass = std::function<double(const at::Tensor& tokens, const at::Tensor& targets, double lambda)>;

// The model outlives the pass.
TrainingPass fastPass(LanguageModel& model);
// On the model's weights, which have to be of the notebook's block: throws Error for another.
TrainingPass referencePass(LanguageModel& model);

}  // namespace tritlab
