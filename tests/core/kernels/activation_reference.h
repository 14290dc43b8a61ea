// Activations and their slopes in double, as their papers write them: what every kernel is compared with.
#pragma once

#include <cmath>

#include "core/architecture/activation.h"

namespace tritlab::reference {

inline double activate(Activation activation, double x) {
    switch (activation) {
        case Activation::None: return x;
        case Activation::ReluSquared: return x > 0 ? x * x : 0;
        case Activation::Silu: return x / (1 + std::exp(-x));
    }
    return std::nan("");
}

inline double slope(Activation activation, double x) {
    switch (activation) {
        case Activation::None: return 1;
        case Activation::ReluSquared: return x > 0 ? 2 * x : 0;
        case Activation::Silu: {
            const double s = 1 / (1 + std::exp(-x));
            return s * (1 + x * (1 - s));
        }
    }
    return std::nan("");
}

}  // namespace tritlab::reference
