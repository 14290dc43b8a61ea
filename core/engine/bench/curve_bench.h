// Engine::compareCurves: does the fast engine learn as the slow, obvious reference does? Both start from the same
// weights and are given the same batches, learning rates and lambdas; only how a step is computed differs.
#pragma once

#include <vector>

#include "core/engine/engine.h"

namespace tritlab {

// Throws Error for another block than the notebook's, which alone has a reference, and for data that cannot be used.
std::vector<LossCurves> compareLossCurves(const CurveRequest& request);

}  // namespace tritlab
