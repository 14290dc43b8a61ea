// Engine::benchKernels: what each set of kernels takes for the same work, beside the scalar reference or LibTorch's own
// operation.
#pragma once

#include <vector>

#include "core/engine/engine.h"

namespace tritlab {

// Throws Error for a request without rows or repeats.
std::vector<KernelTiming> benchKernelSets(const KernelBenchRequest& request);

}  // namespace tritlab
