// A run that many ranks train: how rank 0 leads it and the others follow.
#pragma once

#include "core/engine/engine.h"

namespace tritlab {

// As Engine::train and Engine::follow, on the compute thread.
TrainResult leadRun(const TrainRequest& request);
TrainResult followRun(const FollowRequest& request);

}  // namespace tritlab
