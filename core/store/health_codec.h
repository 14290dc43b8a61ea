// One health snapshot as one compressed blob. Before compression, little-endian:
//   version 1:  u32 layers, u32 bins; for each layer u32 length, its name, the eight figures that there were first as
//               f64 (health_codec.cpp names them), u8 collapsed; then all histograms, u32, byte-shuffled.
//   version 2:  the same, then u8 2, u32 figures; for each figure u32 length, its name in core/run/metrics.h, one
//               f64 a layer.
// A blob without an end of that kind is of version 1, and that is what is written while no layer has another figure, so
// that older programs read it; of version 2 they read all but its end. A figure that is not in the blob is as a new
// LayerHealth has it; one that this program does not know is passed over.
#pragma once

#include <string>
#include <string_view>

#include "core/run/events.h"

namespace tritlab {

std::string encodeHealth(const HealthEvent& event);
// Throws Error where it is damaged, and of kind TooNew where it is of a later version.
HealthEvent decodeHealth(StepIndex step, std::string_view data);

}  // namespace tritlab
