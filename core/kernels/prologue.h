// What happens to a linear's input before the product, in one pass over its rows: activation (with its gate), then RMS
// norm.
#pragma once

#include "core/architecture/activation.h"

namespace tritlab {

struct Prologue {
    Activation activation = Activation::None;
    bool gated = false;  // the input's rows are [gate | up]: activation(gate) * up
    bool norm = false;   // x / sqrt(mean(x^2) + eps) * weight
    float eps = 1e-5F;
};

}  // namespace tritlab
