// Checkpoints that wait in a run's trash: their folders lie in runs/ID/trash/, each with what its row said beside it,
// until they are restored or purged. The trainer and the chat do not see them.
#pragma once

#include <vector>

#include "core/base/workspace.h"
#include "core/store/store_writer.h"

namespace tritlab {

// Out of the run's checkpoints into its trash, and back. The newest of a run that is being trained cannot go (kind
// Busy); restoring one that has been written anew meanwhile is refused. Both throw Error where there is no such
// checkpoint.
void trashCheckpoint(StoreWriter& writer, const std::string& run, StepIndex step);
void restoreCheckpoint(StoreWriter& writer, const std::string& run, StepIndex step);
void purgeCheckpoint(const Workspace& workspace, const std::string& run, StepIndex step);  // from the trash, for good
// In step order; a damaged note beside a folder is an entry without size and date, never a lost one.
std::vector<CheckpointInfo> trashedCheckpoints(const Workspace& workspace, const std::string& run);

}  // namespace tritlab
