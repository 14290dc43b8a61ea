// The plugin's kernels on plain device pointers: the same functions as core/kernels/train_kernels.h, for rows on a CUDA
// device. bf16 is std::uint16_t, as there. Each call queues its work on `stream` and returns; it throws
// std::runtime_error where a launch fails. No LibTorch here: core/engine/cuda/ops.cpp gives them tensors.
#pragma once

#include <cstdint>

#include "core/kernels/prologue.h"

namespace tritlab::cuda {

using Stream = void*;  // a cudaStream_t

// max(mean |w|, 1e-5) into *mean. Summed in double, in an order that depends on n alone. partial: at least
// absmeanPartials doubles.
constexpr int absmeanPartials = 1024;
void absmean(const float* w, std::int64_t n, double* partial, float* mean, Stream stream);
// clamp(round_half_even(w / *mean), -1, 1)
void ternaryCodes(const float* w, const float* mean, std::int64_t n, std::int8_t* codes, Stream stream);
// w + lambda (codes * *mean - w)
template <typename T>
void blendWeights(const float* w, const std::int8_t* codes, const float* mean, float lambda, std::int64_t n, T* y,
                  Stream stream);

// What a linear's input goes through (core/kernels/prologue.h); width: values after the activation.
template <typename T>
struct PrologueInput {
    Prologue kind;
    const T* x = nullptr;               // [rows, gated ? 2 width : width]
    const float* normWeight = nullptr;  // [width], with a norm
    std::int64_t rows = 0, width = 0;
};
// y [rows, width] of T, blended with its int8 quantization where lambda > 0; rstd [rows] where there is a norm.
template <typename T>
void prologue(const PrologueInput<T>& input, float lambda, float* rstd, T* y, Stream stream);
// The same quantized: codes [rows, width], inverseScale [rows].
template <typename T>
void prologueCodes(const PrologueInput<T>& input, float* rstd, std::int8_t* codes, float* inverseScale, Stream stream);
// dx from dy * factor; normGradient [width] (written, not added to) where there is a norm, through partial
// [prologuePartials, width], summed in order.
constexpr int prologuePartials = 64;
template <typename T>
void prologueBackward(const PrologueInput<T>& input, const float* rstd, const T* dy, float factor, float* partial,
                      float* normGradient, T* dx, Stream stream);

// y[r, c] = float(sums[r, c]) * (columnScale[c] * rowScale[r])
template <typename T>
void scaleSums(const std::int32_t* sums, std::int64_t rows, std::int64_t columns, const float* rowScale,
               const float* columnScale, T* y, Stream stream);

}  // namespace tritlab::cuda
