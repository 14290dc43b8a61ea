// How shadow weights become ternary: a value that a model carries. Who quantizes, computes, watches or writes ternary
// weights asks it; the arithmetic is in core/kernels/quantizers.h and, on tensors, in core/engine/layers.
#pragma once

#include <cstdint>

namespace tritlab {

struct WeightQuantizer {
    enum class Kind : std::uint8_t { Absmean };  // codes of w / mean |w|, and that mean as their scale
    Kind kind = Kind::Absmean;
    std::int64_t groupSize = 0;  // consecutive weights of a row that share a scale; 0: all of a tensor share one
    bool operator==(const WeightQuantizer&) const = default;
};

}  // namespace tritlab
