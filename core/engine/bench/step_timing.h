// Engine::calibrate: a few real steps of a config (forward, backward, clipping, AdamW) on random tokens, timed. Runs on
// the compute thread; reads no text and writes nothing.
#pragma once

#include <optional>

#include "core/run/calibration.h"

namespace tritlab {

// Nothing where it was stopped. Throws Error where the tokenizer cannot be read, and where the memory that is free
// would not do.
std::optional<Calibration> timeSteps(const CalibrationRequest& request);

}  // namespace tritlab
