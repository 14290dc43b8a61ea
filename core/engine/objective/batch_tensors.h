// A batch as the model takes it.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>

#include "core/data/dataset.h"

namespace tritlab {

struct BatchTensors {
    at::Tensor tokens, targets;  // int64 [B, T]; targets -1: not scored
    at::Tensor documentStart;    // int32 [B, T]; undefined where no row crosses a document border
    std::int64_t scored = 0;     // targets that count
};
BatchTensors toTensors(const Batch& batch);

}  // namespace tritlab
