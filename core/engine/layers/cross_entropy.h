// Cross-entropy over the vocabulary's head, in chunks of rows: the logits of all tokens are never in memory at once.
#pragma once

#include <ATen/core/Tensor.h>

namespace tritlab {

// Sum of nats, fp32 scalar, over rows whose target is >= 0. hidden [N, D] of the compute type, weight: the head's fp32
// leaf [V, D], values: the same in the compute type, targets int64 [N] on the CPU. Where a gradient is wanted it is
// computed along with the loss (three products instead of four) and scaled in the backward. Throws Error for a target
// >= V.
at::Tensor crossEntropySum(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& values,
                           const at::Tensor& targets);

// Rows [tokens] (int64, on the CPU) of the fp32 leaf weight [V, D], in the compute type. Throws Error for a token
// outside the vocabulary.
at::Tensor embeddingRows(const at::Tensor& weight, const at::Tensor& tokens, at::ScalarType type);

}  // namespace tritlab
