// The gradients of micro-batches, summed in blocks: core/config/accumulation.h says in which order, and why.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/engine/model/language_model.h"

namespace tritlab {

// Calls micro(0) to micro(count - 1) in order. Each adds its gradients to the parameters', as backward() does; what
// these are in the end is the sum in `blocks` blocks. Between two blocks the sum so far is kept aside, a gradient of
// each parameter for each level of halving. False as soon as a call gives false: the gradients mean nothing then.
bool sumGradients(std::vector<Parameter>& parameters, std::int64_t count, std::int64_t blocks,
                  const std::function<bool(std::int64_t)>& micro);

}  // namespace tritlab
