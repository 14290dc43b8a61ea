// One health snapshot as one compressed blob: per layer its name, its eight figures and its histogram.
#pragma once

#include <string>
#include <string_view>

#include "core/run/events.h"

namespace tritlab {

std::string encodeHealth(const HealthEvent& event);
HealthEvent decodeHealth(StepIndex step, std::string_view data);  // throws Error where it is damaged

}  // namespace tritlab
