// Products of matrices of the compute type, fp32 or bf16, by LibTorch. Where the processor has no AVX512, LibTorch
// multiplies bf16 in a plain loop (measured: sixty times slower than fp32 here); the values are widened to fp32 there,
// which loses nothing, and the product is rounded to bf16 as it would have been.
#pragma once

#include <ATen/core/Tensor.h>

namespace tritlab {

// a [m, k] times b [k, n], both of one type, on one device. In a profile: "products".
at::Tensor product(const at::Tensor& a, const at::Tensor& b);
void productInto(at::Tensor& out, const at::Tensor& a, const at::Tensor& b);

}  // namespace tritlab
