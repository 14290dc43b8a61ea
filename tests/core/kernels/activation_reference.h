// Activations and their slopes in double, as their papers write them: what every kernel is compared with.
#pragma once

#include <cmath>
#include <numbers>

#include "core/architecture/activation.h"

namespace tritlab::reference {

// Hendrycks and Gimpel 2016: GELU(x) ~ x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
inline double geluInner(double x) { return std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x); }

inline double activate(Activation activation, double x) {
    switch (activation) {
        case Activation::None: return x;
        case Activation::ReluSquared: return x > 0 ? x * x : 0;
        case Activation::Silu: return x / (1 + std::exp(-x));
        case Activation::GeluTanh: return 0.5 * x * (1 + std::tanh(geluInner(x)));
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
        case Activation::GeluTanh: {
            const double t = std::tanh(geluInner(x));
            const double inner = std::sqrt(2 / std::numbers::pi) * (1 + 3 * 0.044715 * x * x);
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner;
        }
    }
    return std::nan("");
}

}  // namespace tritlab::reference
