// Activation (with its gate), RMS norm and int8 quantization of rows in one kernel: a block a row, which it reads again
// for each pass rather than keep: the second and third time it comes from the cache, whatever the width.
#include "core/engine/cuda/device.cuh"
#include "core/engine/cuda/kernels.h"

namespace tritlab::cuda {
namespace {

__device__ float sigmoid(float x) { return 1.0F / (expf(-x) + 1.0F); }

// GELU by tanh is x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).
__device__ float geluArgument(float x) { return x * (1.5957691216F + 0.0713548163F * (x * x)); }

template <typename T>
__device__ float activated(const Prologue& kind, const T* x, std::int64_t width, std::int64_t i) {
    float a = toFloat(x[i]);
    if (kind.activation == Activation::ReluSquared) {
        a = a < 0.0F ? 0.0F : a;  // NaN stays
        a = a * a;
    } else if (kind.activation == Activation::Silu) {
        a = a * sigmoid(a);
    } else if (kind.activation == Activation::GeluTanh) {
        a = a * sigmoid(geluArgument(a));
    }
    return kind.gated ? a * toFloat(x[width + i]) : a;
}

template <typename T>
__device__ const T* rowOf(const PrologueInput<T>& in, std::int64_t row) {
    return in.x + row * (in.kind.gated ? 2 * in.width : in.width);
}

template <typename T>
__device__ float rstdOf(const PrologueInput<T>& in, const T* x) {
    if (!in.kind.norm) return 1.0F;
    float squares = 0;
    for (std::int64_t i = threadIdx.x; i < in.width; i += threads) {
        const float a = activated(in.kind, x, in.width, i);
        squares += a * a;
    }
    return 1.0F / sqrtf(overBlock(squares, Sum{}) / static_cast<float>(in.width) + in.kind.eps);
}

template <typename T>
__device__ float valueAt(const PrologueInput<T>& in, const T* x, float rstd, std::int64_t i) {
    const float a = activated(in.kind, x, in.width, i);
    return in.kind.norm ? a * rstd * in.normWeight[i] : a;
}

// max(max |value|, 1e-5) over the row.
template <typename T>
__device__ float largest(const PrologueInput<T>& in, const T* x, float rstd) {
    unsigned max = 0;
    for (std::int64_t i = threadIdx.x; i < in.width; i += threads) {
        const unsigned bits = __float_as_uint(fabsf(valueAt(in, x, rstd, i)));
        max = bits > max ? bits : max;
    }
    return atLeast(__uint_as_float(overBlock(max, LargestBits{})), 1e-5F);
}

template <typename T>
__global__ void forwardRow(PrologueInput<T> in, float lambda, float* rstds, T* y) {
    const T* x = rowOf(in, blockIdx.x);
    T* out = y + blockIdx.x * in.width;
    const float rstd = rstdOf(in, x);
    if (in.kind.norm && threadIdx.x == 0) rstds[blockIdx.x] = rstd;
    const float max = lambda > 0 ? largest(in, x, rstd) : 1.0F;
    const float scale = 127.0F / max, inverse = max / 127.0F;
    for (std::int64_t i = threadIdx.x; i < in.width; i += threads) {
        const float v = valueAt(in, x, rstd, i);
        out[i] = fromFloat<T>(lambda > 0 ? v + lambda * (int8Code(v, scale) * inverse - v) : v);
    }
}

template <typename T>
__global__ void codesRow(PrologueInput<T> in, float* rstds, std::int8_t* codes, float* inverseScale) {
    const T* x = rowOf(in, blockIdx.x);
    const float rstd = rstdOf(in, x);
    const float max = largest(in, x, rstd);
    if (threadIdx.x == 0) {
        if (in.kind.norm) rstds[blockIdx.x] = rstd;
        inverseScale[blockIdx.x] = max / 127.0F;
    }
    for (std::int64_t i = threadIdx.x; i < in.width; i += threads)
        codes[blockIdx.x * in.width + i] = static_cast<std::int8_t>(int8Code(valueAt(in, x, rstd, i), 127.0F / max));
}

template <typename T>
__device__ void activationBackward(const Prologue& kind, const T* x, std::int64_t width, std::int64_t i, float da,
                                   T* dx) {
    const float g = toFloat(x[i]);
    float value = g, slope = 1.0F;
    if (kind.activation == Activation::ReluSquared) {
        const float positive = g < 0.0F ? 0.0F : g;
        value = positive * positive;
        slope = 2.0F * positive;
    } else if (kind.activation == Activation::Silu) {
        const float s = sigmoid(g);
        value = g * s;
        slope = s * (1.0F + g * (1.0F - s));
    } else if (kind.activation == Activation::GeluTanh) {
        const float s = sigmoid(geluArgument(g));
        value = g * s;
        slope = s * (1.0F + g * (1.0F - s) * (1.5957691216F + 0.2140644488F * (g * g)));
    }
    dx[i] = fromFloat<T>(kind.gated ? da * slope * toFloat(x[width + i]) : da * slope);
    if (kind.gated) dx[width + i] = fromFloat<T>(da * value);
}

// y = a rstd w: with n = a rstd, da = rstd (dy w - n mean(dy w n)).
template <typename T>
__global__ void backwardRow(PrologueInput<T> in, const float* rstds, const T* dy, float factor, T* dx) {
    const std::int64_t row = blockIdx.x;
    const T *x = rowOf(in, row), *g = dy + row * in.width;
    T* out = dx + (x - in.x);
    const float rstd = in.kind.norm ? rstds[row] : 1.0F;
    float mean = 0;
    if (in.kind.norm) {
        for (std::int64_t i = threadIdx.x; i < in.width; i += threads)
            mean += toFloat(g[i]) * factor * in.normWeight[i] * (activated(in.kind, x, in.width, i) * rstd);
        mean = overBlock(mean, Sum{}) / static_cast<float>(in.width);
    }
    for (std::int64_t i = threadIdx.x; i < in.width; i += threads) {
        float da = toFloat(g[i]) * factor;
        if (in.kind.norm) da = (da * in.normWeight[i] - activated(in.kind, x, in.width, i) * rstd * mean) * rstd;
        activationBackward(in.kind, x, in.width, i, da, out);
    }
}

// Part p of column i: rows p, p + prologuePartials, …
template <typename T>
__global__ void normGradientParts(PrologueInput<T> in, const float* rstds, const T* dy, float factor, float* partial) {
    const std::int64_t i = blockIdx.x * std::int64_t{threads} + threadIdx.x;
    if (i >= in.width) return;
    float sum = 0;
    for (std::int64_t row = blockIdx.y; row < in.rows; row += prologuePartials)
        sum +=
            toFloat(dy[row * in.width + i]) * factor * (activated(in.kind, rowOf(in, row), in.width, i) * rstds[row]);
    partial[blockIdx.y * in.width + i] = sum;
}

__global__ void normGradientSum(const float* partial, std::int64_t width, float* gradient) {
    const std::int64_t i = blockIdx.x * std::int64_t{threads} + threadIdx.x;
    if (i >= width) return;
    float sum = 0;
    for (int part = 0; part < prologuePartials; ++part) sum += partial[part * width + i];
    gradient[i] = sum;
}

}  // namespace

template <typename T>
void prologue(const PrologueInput<T>& input, float lambda, float* rstd, T* y, Stream stream) {
    if (input.rows == 0) return;
    forwardRow<<<static_cast<unsigned>(input.rows), threads, 0, native(stream)>>>(input, lambda, rstd, y);
    checkLaunch("prologue");
}

template <typename T>
void prologueCodes(const PrologueInput<T>& input, float* rstd, std::int8_t* codes, float* inverseScale, Stream stream) {
    if (input.rows == 0) return;
    codesRow<<<static_cast<unsigned>(input.rows), threads, 0, native(stream)>>>(input, rstd, codes, inverseScale);
    checkLaunch("prologue's quantization");
}

template <typename T>
void prologueBackward(const PrologueInput<T>& input, const float* rstd, const T* dy, float factor, float* partial,
                      float* normGradient, T* dx, Stream stream) {
    if (input.rows > 0) {
        backwardRow<<<static_cast<unsigned>(input.rows), threads, 0, native(stream)>>>(input, rstd, dy, factor, dx);
        checkLaunch("prologue's backward");
    }
    if (!input.kind.norm) return;
    const auto columns = static_cast<unsigned>((input.width + threads - 1) / threads);
    normGradientParts<<<dim3(columns, prologuePartials), threads, 0, native(stream)>>>(input, rstd, dy, factor,
                                                                                       partial);
    checkLaunch("norm's gradient");
    normGradientSum<<<columns, threads, 0, native(stream)>>>(partial, input.width, normGradient);
    checkLaunch("norm's gradient");
}

#define TRITLAB_FOR(T)                                                                          \
    template void prologue(const PrologueInput<T>&, float, float*, T*, Stream);                 \
    template void prologueCodes(const PrologueInput<T>&, float*, std::int8_t*, float*, Stream); \
    template void prologueBackward(const PrologueInput<T>&, const float*, const T*, float, float*, float*, T*, Stream);
TRITLAB_FOR(float)
TRITLAB_FOR(std::uint16_t)

}  // namespace tritlab::cuda
