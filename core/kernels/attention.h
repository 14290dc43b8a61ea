// Fused causal attention over packed documents, forward and backward, on bf16 rows; rotary embedding included.
// LibTorch-free. Never holds a T x T tensor: the forward is an online softmax over blocks of keys (Dao et al. 2022,
// arXiv 2205.14135), the backward recomputes the probabilities from the saved log-sum-exp. Key blocks that lie wholly
// in other documents are skipped.
#pragma once

#include <cstdint>

namespace tritlab {

using Bf16Bits = std::uint16_t;  // the bits of a bfloat16

struct AttentionShape {
    std::int64_t batch = 0, length = 0;  // B, T
    std::int64_t heads = 0,
                 kvHeads = 0;   // kvHeads divides heads; query head h uses key/value head h / (heads / kvHeads)
    std::int64_t headSize = 0;  // D: a multiple of 16, at most 256
    // Elements from one token's row to the next; head h of a row starts at h * D. Rows of a batch follow one another.
    std::int64_t queryStride = 0, keyStride = 0, valueStride = 0, outStride = 0;
};

struct AttentionInputs {
    const Bf16Bits* query = nullptr;  // [B, T, heads, D] with queryStride; before rotation
    const Bf16Bits* key = nullptr;    // [B, T, kvHeads, D]
    const Bf16Bits* value = nullptr;
    // [B, T]: the first position of the row that token t may attend to; null: 0 everywhere.
    const std::int32_t* documentStart = nullptr;
    // [T, D / 2] cosines and sines of the rotation in rotate-half layout; null: no rotation.
    const float* cosines = nullptr;
    const float* sines = nullptr;
};

// Strides of the gradients equal those of what they belong to, unless given.
struct AttentionGradients {
    Bf16Bits* query = nullptr;
    Bf16Bits* key = nullptr;
    Bf16Bits* value = nullptr;
    std::int64_t queryStride = 0, keyStride = 0, valueStride = 0;
};

// Where fusedAttentionAvailable() (core/device/processor.h). Tasks are (batch, key/value head) pairs: [0, batch *
// kvHeads). Ranges may run on different threads; results do not depend on it. out: [B, T, heads, D] with outStride;
// logSumExp: [B, heads, T].
void attentionForward(const AttentionShape& shape, const AttentionInputs& inputs, Bf16Bits* out, float* logSumExp,
                      std::int64_t firstTask, std::int64_t lastTask);
// out and logSumExp as the forward gave them; outGradient has outStride.
void attentionBackward(const AttentionShape& shape, const AttentionInputs& inputs, const Bf16Bits* out,
                       const Bf16Bits* outGradient, const float* logSumExp, const AttentionGradients& gradients,
                       std::int64_t firstTask, std::int64_t lastTask);

}  // namespace tritlab
