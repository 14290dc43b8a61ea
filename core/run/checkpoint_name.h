// What a checkpoint's folder is called: "step-00000500". Others speak of a checkpoint by this name without opening it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/types.h"

namespace tritlab {

// `step` in eight digits, or as many as it takes.
std::string checkpointName(StepIndex step);
// The step that a folder of this name holds; nothing where the name is no checkpoint's.
std::optional<StepIndex> stepOfCheckpointName(std::string_view name);

}  // namespace tritlab
