#include "core/engine/layers/attention_ops.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <limits>
#include <optional>

#include "core/base/profile.h"
#include "core/engine/layers/autograd_node.h"

namespace tritlab {

namespace {

at::Tensor repeated(const at::Tensor& heads, std::int64_t times) {
    if (times == 1) return heads;
    return heads.unsqueeze(2)
        .expand({heads.size(0), heads.size(1), times, heads.size(2), heads.size(3)})
        .reshape({heads.size(0), heads.size(1) * times, heads.size(2), heads.size(3)});
}

// A copy of qkv with its query and key heads turned (rotate-half): direction 1 forward, -1 back.
at::Tensor rotated(const at::Tensor& qkv, const QkvShape& s, const RopeTable& rope, double direction) {
    const std::int64_t turned = s.heads + s.kvHeads, half = s.headSize / 2;
    const at::Tensor x = qkv.view({s.batch, s.length, s.heads + 2 * s.kvHeads, 2, half}), result = at::empty_like(x);
    const at::Tensor cosine = rope.cosine.narrow(0, 0, s.length).unsqueeze(1),
                     sine = rope.sine.narrow(0, 0, s.length).unsqueeze(1) * direction;
    const at::Tensor first = x.narrow(2, 0, turned).select(3, 0), second = x.narrow(2, 0, turned).select(3, 1);
    const at::Tensor target = result.narrow(2, 0, turned);
    target.select(3, 0).copy_(first * cosine - second * sine);
    target.select(3, 1).copy_(second * cosine + first * sine);
    result.narrow(2, turned, s.kvHeads).copy_(x.narrow(2, turned, s.kvHeads));
    return result.view(qkv.sizes());
}

struct RotationNode final : torch::autograd::Node {
    QkvShape shape;
    RopeTable rope;

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        const at::NoGradGuard guard;
        return {rotated(gradients[0].contiguous(), shape, rope, -1.0)};
    }
    [[nodiscard]] std::string name() const override { return "TritlabRotation"; }
};

}  // namespace

Heads headsOf(const at::Tensor& qkv, const QkvShape& s) {
    const at::Tensor all = qkv.view({s.batch, s.length, s.heads + 2 * s.kvHeads, s.headSize}).transpose(1, 2);
    const std::int64_t times = s.heads / s.kvHeads;
    return {all.narrow(1, 0, s.heads), repeated(all.narrow(1, s.heads, s.kvHeads), times),
            repeated(all.narrow(1, s.heads + s.kvHeads, s.kvHeads), times)};
}

at::Tensor maskOf(const at::Tensor& documentStart, at::ScalarType type) {
    const at::Tensor position = at::arange(documentStart.size(1), documentStart.options());
    const at::Tensor source = position.unsqueeze(0).unsqueeze(0);
    const at::Tensor blocked =
        source.lt(documentStart.unsqueeze(2)).logical_or(source.gt(position.unsqueeze(0).unsqueeze(2)));
    return at::zeros(blocked.sizes(), documentStart.options().dtype(type))
        .masked_fill_(blocked, -std::numeric_limits<double>::infinity())
        .unsqueeze(1);
}

// Rotation is a node of its own, which keeps nothing but its table; the rest is LibTorch's, which chooses by device and
// mask how.
at::Tensor attentionByOps(const at::Tensor& qkv, const QkvShape& shape, const RopeTable& rope, const at::Tensor& mask) {
    const bool record = wantsGradient({qkv});
    at::Tensor turned;
    {
        const at::NoGradGuard guard;
        turned = rotated(qkv.detach(), shape, rope, 1.0);
    }
    if (record) {
        auto node = std::make_shared<RotationNode>();
        node->shape = shape;
        node->rope = rope;
        attach(turned, node, {qkv});
    }
    const Heads heads = headsOf(turned, shape);
    return at::scaled_dot_product_attention(heads.query, heads.key, heads.value,
                                            mask.defined() ? std::optional(mask) : std::nullopt, 0.0, !mask.defined())
        .transpose(1, 2)
        .reshape({shape.batch * shape.length, shape.heads * shape.headSize});
}

}  // namespace tritlab
