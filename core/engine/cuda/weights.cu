// Absmean quantization of shadow weights and what is made of the codes (core/kernels/quantizers.h has the formulas).
#include "core/engine/cuda/device.cuh"
#include "core/engine/cuda/kernels.h"

namespace tritlab::cuda {
namespace {

// Block b sums the magnitudes of values b, b + blocks, … (by threads): no atomics, so that the sum is the same each
// time.
__global__ void absoluteSums(const float* w, std::int64_t n, double* partial) {
    double sum = 0;
    for (std::int64_t i = blockIdx.x * std::int64_t{threads} + threadIdx.x; i < n;
         i += gridDim.x * std::int64_t{threads})
        sum += fabs(static_cast<double>(w[i]));
    sum = overBlock(sum, Sum{});
    if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

__global__ void meanOf(const double* partial, int parts, std::int64_t n, float* mean) {
    double sum = 0;
    for (int i = static_cast<int>(threadIdx.x); i < parts; i += threads) sum += partial[i];
    sum = overBlock(sum, Sum{});
    if (threadIdx.x == 0) *mean = atLeast(static_cast<float>(n == 0 ? 0.0 : sum / static_cast<double>(n)), 1e-5F);
}

__global__ void codesOf(const float* w, const float* mean, std::int64_t n, std::int8_t* codes) {
    const float inverse = 1.0F / *mean;
    for (std::int64_t i = blockIdx.x * std::int64_t{threads} + threadIdx.x; i < n;
         i += gridDim.x * std::int64_t{threads})
        codes[i] = static_cast<std::int8_t>(rintf(fminf(fmaxf(w[i] * inverse, -1.0F), 1.0F)));
}

template <typename T>
__global__ void blended(const float* w, const std::int8_t* codes, const float* mean, float lambda, std::int64_t n,
                        T* y) {
    const float scale = *mean;
    for (std::int64_t i = blockIdx.x * std::int64_t{threads} + threadIdx.x; i < n;
         i += gridDim.x * std::int64_t{threads})
        y[i] = fromFloat<T>(w[i] + lambda * (static_cast<float>(codes[i]) * scale - w[i]));
}

template <typename T>
__global__ void scaled(const std::int32_t* sums, std::int64_t n, std::int64_t columns, const float* rowScale,
                       const float* columnScale, T* y) {
    for (std::int64_t i = blockIdx.x * std::int64_t{threads} + threadIdx.x; i < n;
         i += gridDim.x * std::int64_t{threads})
        y[i] = fromFloat<T>(static_cast<float>(sums[i]) * (columnScale[i % columns] * rowScale[i / columns]));
}

}  // namespace

void absmean(const float* w, std::int64_t n, double* partial, float* mean, Stream stream) {
    const unsigned blocks = n == 0 ? 1 : min(gridFor(n), static_cast<unsigned>(absmeanPartials));
    absoluteSums<<<blocks, threads, 0, native(stream)>>>(w, n, partial);
    checkLaunch("absmean");
    meanOf<<<1, threads, 0, native(stream)>>>(partial, static_cast<int>(blocks), n, mean);
    checkLaunch("absmean");
}

void ternaryCodes(const float* w, const float* mean, std::int64_t n, std::int8_t* codes, Stream stream) {
    if (n == 0) return;
    codesOf<<<gridFor(n), threads, 0, native(stream)>>>(w, mean, n, codes);
    checkLaunch("ternary codes");
}

template <typename T>
void blendWeights(const float* w, const std::int8_t* codes, const float* mean, float lambda, std::int64_t n, T* y,
                  Stream stream) {
    if (n == 0) return;
    blended<<<gridFor(n), threads, 0, native(stream)>>>(w, codes, mean, lambda, n, y);
    checkLaunch("lambda blend");
}

template <typename T>
void scaleSums(const std::int32_t* sums, std::int64_t rows, std::int64_t columns, const float* rowScale,
               const float* columnScale, T* y, Stream stream) {
    if (rows * columns == 0) return;
    scaled<<<gridFor(rows * columns), threads, 0, native(stream)>>>(sums, rows * columns, columns, rowScale,
                                                                    columnScale, y);
    checkLaunch("scaling of integer sums");
}

template void blendWeights(const float*, const std::int8_t*, const float*, float, std::int64_t, float*, Stream);
template void blendWeights(const float*, const std::int8_t*, const float*, float, std::int64_t, std::uint16_t*, Stream);
template void scaleSums(const std::int32_t*, std::int64_t, std::int64_t, const float*, const float*, float*, Stream);
template void scaleSums(const std::int32_t*, std::int64_t, std::int64_t, const float*, const float*, std::uint16_t*,
                        Stream);

}  // namespace tritlab::cuda
