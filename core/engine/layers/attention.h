// Causal self-attention of packed rows with RoPE, as one autograd node: rotation, grouped query heads, document
// borders.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <span>

namespace tritlab {

struct QkvShape {
    std::int64_t batch = 0, length = 0, heads = 0, kvHeads = 0, headSize = 0;
    [[nodiscard]] std::int64_t width() const { return (heads + 2 * kvHeads) * headSize; }
};

// Cosines and sines of position * frequency, fp32 [positions, headSize / 2], computed in float64.
struct RopeTable {
    at::Tensor cosine, sine;
};
// frequencies: ropeFrequencies() of core/architecture/rope.h.
RopeTable ropeTable(std::int64_t positions, std::span<const double> frequencies, at::Device device = at::kCPU);

// qkv: [batch * length, width], each row all query heads, then all key heads, then all value heads; the first two are
// rotated (rotate-half). On the CPU bf16 runs on the fused kernels where the machine has them, everything else widened
// to fp32, whose forward is the packed engine's (kernels/attention_rows.h); elsewhere LibTorch's ops. documentStart:
// int32 [batch, length] or undefined: position t attends from there (from 0) to t. documentMask: maskOf(documentStart),
// where a caller has it already; looked at only off the CPU.
// -> [batch * length, heads * headSize].
at::Tensor attention(const at::Tensor& qkv, const QkvShape& shape, const RopeTable& rope,
                     const at::Tensor& documentStart, const at::Tensor& documentMask = {});

// Added to the scores: 0 where documentStart <= source <= position, else -inf. [batch, 1, length, length].
at::Tensor maskOf(const at::Tensor& documentStart, at::ScalarType type);

}  // namespace tritlab
