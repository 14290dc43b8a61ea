// One binary runs on any x86-64: the loader picks the widest clone. All clones give the same bits: the sums are in a
// fixed order, and this file is compiled with -ffp-contract=off. (Sanitizers have to be running before the loader may
// resolve a clone.)
#include "core/kernels/adamw_kernels.h"

#include <cmath>

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define TRITLAB_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TRITLAB_WIDE
#endif

namespace tritlab {

TRITLAB_WIDE double squaredSum(const float* x, std::int64_t n) {
    constexpr int lanes = 16;
    double sums[lanes] = {};
    std::int64_t i = 0;
    for (; i + lanes <= n; i += lanes)
        for (int lane = 0; lane < lanes; ++lane)
            sums[lane] += static_cast<double>(x[i + lane]) * static_cast<double>(x[i + lane]);
    for (; i < n; ++i) sums[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    double sum = 0;
    for (const double part : sums) sum += part;
    return sum;
}

TRITLAB_WIDE void adamwUpdate(float* __restrict w, const float* __restrict g, float* __restrict m, float* __restrict v,
                              std::int64_t n, const AdamWScalars& scalars) {
    const AdamWScalars k = scalars;
    for (std::int64_t i = 0; i < n; ++i) {
        const float gradient = g[i] * k.gradientScale;
        const float first = k.beta1 * m[i] + k.rest1 * gradient;
        const float second = k.beta2 * v[i] + k.rest2 * (gradient * gradient);
        m[i] = first;
        v[i] = second;
        w[i] = w[i] * k.keep - k.stepSize * (first / (std::sqrt(second) / k.rootCorrection2 + k.eps));
    }
}

}  // namespace tritlab
