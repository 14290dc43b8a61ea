// Causal attention over packed documents on fp32 rows, forward, by the packed engine's kernel: training in fp32 and a
// chat with its model compute the same bits. LibTorch-free.
#pragma once

#include <cstdint>

#include "core/kernels/attention.h"

namespace tritlab {

// Rotated already. Head sizes of any kind; strides as in AttentionShape.
struct AttentionRows {
    const float* query = nullptr;  // [B, T, heads, D] with queryStride
    const float* key = nullptr;    // [B, T, kvHeads, D]
    const float* value = nullptr;
    // [B, T]: the first position that token t may attend to; null: 0 everywhere
    const std::int32_t* documentStart = nullptr;
};

// Tasks as in attentionForward(). out: [B, T, heads, D] with outStride; logSumExp: [B, T, heads].
void attentionRows(const AttentionShape& shape, const AttentionRows& inputs, float* out, float* logSumExp,
                   std::int64_t firstTask, std::int64_t lastTask);

}  // namespace tritlab
