// Initial values of a model's tensors: pure functions of seed, tensor and index, so any number of threads gives the
// same bits.
#pragma once

#include <cstdint>
#include <span>

#include "core/config/run_config.h"
#include "core/model/model_config.h"

namespace tritlab {

// values: the tensor `spec`, number `index` of tensorSpecs(config).
void initializeTensor(const ModelConfig& config, const TensorSpec& spec, std::uint64_t index,
                      Initialization initialization, double std, std::uint64_t seed, std::span<float> values);

}  // namespace tritlab
