// A run in this process as window and command line train it: recorded in the store, and stopped with a checkpoint where
// the store can no longer be written.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/engine/engine.h"

namespace tritlab {

class StoreWriter;

struct RecordedRun {
    TrainResult result;
    // Why the store could not be written, for which the run was stopped; nothing where all went well.
    std::optional<std::string> storeFailure;
    // Only where the store failed:
    bool allStored = true;          // it took everything in the end, when there was room again
    StepIndex storedSteps = -1;     // else: how many steps it holds; -1: that cannot be read
    StepIndex lastCheckpoint = -1;  // -1: none was written

    // What a person has to know of the end, the last checkpoint included where the store failed; empty where there is
    // nothing to say.
    [[nodiscard]] std::string message() const;
};

// Trains run `request.runId` of the writer's workspace to its end, as rank 0 of `request.ranks`. The caller fills in
// run, config, resume, stop token, ranks and the observers that hear of it beside the store; workspace and commands are
// set here. Where a write fails (a full disk), the run is asked to stop with a checkpoint, and the result says so.
// Throws what Engine::train() and the engine's loader throw, where the run cannot start: it is marked Failed with that
// reason. Kind Busy: another process trains it, and nothing has changed; nor has it where the run is in the trash.
RecordedRun trainRecorded(StoreWriter& writer, TrainRequest request, const std::function<Engine&()>& engine);

}  // namespace tritlab
