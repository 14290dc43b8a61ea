// A run that goes on from another one's checkpoint with a changed config.
#pragma once

#include <string>

#include "core/store/store_writer.h"

namespace tritlab {

// Makes the run (state stopped, ready to be resumed) with a copy of the parent's checkpoint of `step`, and gives its
// id. Throws Error where the parent has no such checkpoint or it is damaged, where `frozen` has another model or
// tokenizer than the parent, or no step is left to train.
std::string branchRun(StoreWriter& writer, const std::string& parent, StepIndex step, const std::string& name,
                      const RunConfig& frozen);
// Whether a field must stay as it is in a branch: the weights and the tokenizer come from the parent.
bool fixedInBranch(const std::string& key);

}  // namespace tritlab
