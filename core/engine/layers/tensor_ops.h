// LibTorch ops of the library `tritlab`: what BitLinear needs beyond LibTorch's own, for tensors of any device. The
// schemas and the kernels for CPU tensors, which are the plain formulas on LibTorch's ops, are in tritlab_torch; the
// CUDA plugin (core/engine/cuda/ops.cpp) adds its kernels for CUDA tensors. Training on the CPU does not come by here:
// core/engine/layers/tensor_kernels.h.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <optional>
#include <tuple>

#include "core/kernels/prologue.h"

namespace tritlab::ops {

using Optional = std::optional<at::Tensor>;

// max(mean |w|, 1e-5) as a scalar tensor; w: fp32.
at::Tensor absmean(const at::Tensor& w);
// clamp(round_half_even(w / absmean), -1, 1) as int8 of w's shape; a NaN becomes -1.
at::Tensor ternaryCodes(const at::Tensor& w, const at::Tensor& absmean);
// w + lambda (codes * absmean - w), of `type`.
at::Tensor blendWeights(const at::Tensor& w, const at::Tensor& codes, const at::Tensor& absmean, double lambda,
                        at::ScalarType type);
// y [N, width] of x's type, blended with its int8 quantization where lambda > 0; rstd fp32 [N], empty without a norm.
std::tuple<at::Tensor, at::Tensor> prologue(const at::Tensor& x, const Optional& normWeight, const Prologue& kind,
                                            double lambda);
// Codes int8 [N, width], inverse scale fp32 [N], rstd.
std::tuple<at::Tensor, at::Tensor, at::Tensor> prologueCodes(const at::Tensor& x, const Optional& normWeight,
                                                             const Prologue& kind);
// dx from dy * factor, and the norm weight's gradient fp32 [width], empty without a norm.
std::tuple<at::Tensor, at::Tensor> prologueBackward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& rstd,
                                                    const Optional& normWeight, const Prologue& kind, double factor);
// float(x w^T) * (columnScale * rowScale), of `type`; x int8 [N, in], w int8 [out, in], the sums exact.
at::Tensor int8Linear(const at::Tensor& x, const at::Tensor& w, const at::Tensor& rowScale,
                      const at::Tensor& columnScale, at::ScalarType type);

}  // namespace tritlab::ops
