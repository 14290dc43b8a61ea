// AdamW's inner loops on plain arrays, a translation unit of their own for their flags.
#pragma once

#include <cstdint>

namespace tritlab {

// Sum of squares in double, in a fixed order: infinite or NaN exactly where an element is.
double squaredSum(const float* x, std::int64_t n);

struct AdamWScalars {
    float gradientScale, keep;         // keep: 1 - learning rate * decay
    float beta1, beta2, rest1, rest2;  // rest: 1 - beta
    float stepSize, rootCorrection2, eps;
};
// w = w * keep - stepSize * m / (sqrt(v) / rootCorrection2 + eps), after m and v have taken the scaled gradient in.
void adamwUpdate(float* w, const float* g, float* m, float* v, std::int64_t n, const AdamWScalars& scalars);

}  // namespace tritlab
