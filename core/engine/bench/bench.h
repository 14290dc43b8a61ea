// Engine::bench: the time of a whole training step (forward, backward, clipping, AdamW) on random tokens, where it
// goes, and the peak memory. Runs on the compute thread.
#pragma once

#include "core/engine/engine.h"

namespace tritlab {

// Throws Error for an unknown shape or mode, naming the known ones.
BenchResult benchTraining(const BenchRequest& request);

}  // namespace tritlab
