// Attention on LibTorch's ops, for tensors of any device; and what the CPU's ways share with it. Internal to
// core/engine/layers.
#pragma once

#include "core/engine/layers/attention.h"

namespace tritlab {

// [batch, heads, length, headSize] of qkv's queries, keys and values, key and value heads repeated for their group.
struct Heads {
    at::Tensor query, key, value;
};
Heads headsOf(const at::Tensor& qkv, const QkvShape& shape);

// As attention(), with maskOf's mask, or none.
at::Tensor attentionByOps(const at::Tensor& qkv, const QkvShape& shape, const RopeTable& rope, const at::Tensor& mask);

}  // namespace tritlab
