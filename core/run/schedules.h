// Learning rate, weight decay and lambda as pure functions of the step. The form draws them, the trainer follows them.
#pragma once

#include "core/base/types.h"
#include "core/config/run_config.h"

namespace tritlab {

// step in [0, config.steps).
double learningRateAt(const RunConfig& config, StepIndex step);
double weightDecayAt(const RunConfig& config, StepIndex step);
// In [0, 1]. Exactly 1 from lambdaReachOneAt on, at the latest for the last step, unless lambdaFinal < 1. Always 0 for
// dense linears. Module 7's formulas: reference values in tests/core/run.
double lambdaAt(const RunConfig& config, StepIndex step);
// The first step whose lambda is exactly 1; -1 where there is none.
StepIndex lambdaReachesOne(const RunConfig& config);

}  // namespace tritlab
