// Value types that all rooms share.
#pragma once

#include <cstdint>

namespace tritlab {

using TokenId = std::int32_t;
using StepIndex = std::int64_t;  // optimizer steps, the first is 0

}  // namespace tritlab
