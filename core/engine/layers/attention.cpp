#include "core/engine/layers/attention.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/empty.h>
#include <cmath>
#include <optional>

#include "core/base/profile.h"
#include "core/device/processor.h"
#include "core/engine/layers/attention_ops.h"
#include "core/engine/layers/autograd_node.h"
#include "core/engine/layers/tensor_kernels.h"
#include "core/kernels/attention.h"
#include "core/kernels/attention_rows.h"

namespace tritlab {

namespace {

void rotateHeads(const at::Tensor& qkv, const QkvShape& shape, const RopeTable& rope, float direction) {
    byPrecision(qkv.scalar_type(), [&]<typename T>() {
        forRows(qkv.size(0), qkv.size(1), [&](std::int64_t begin, std::int64_t end) {
            rowKernels<T>().rotate(pointer<T>(qkv), shape.width(), begin, end, shape.length,
                                   shape.heads + shape.kvHeads, shape.headSize, pointer<float>(rope.cosine),
                                   pointer<float>(rope.sine), direction);
        });
    });
}

// The kernels of kernels/attention.h: bf16 rows, rotation inside.
bool fused(const at::Tensor& qkv, const QkvShape& s) {
    return qkv.scalar_type() == at::kBFloat16 && s.headSize % 16 == 0 && s.headSize <= 256 && fusedAttentionAvailable();
}

AttentionShape kernelShape(const QkvShape& s) {
    return {s.batch, s.length, s.heads, s.kvHeads, s.headSize, s.width(), s.width(), s.width(), s.heads * s.headSize};
}

struct FusedCall {
    AttentionShape shape;
    AttentionInputs inputs;
};

FusedCall fusedCall(const at::Tensor& qkv, const QkvShape& s, const RopeTable& rope, const at::Tensor& documentStart) {
    const auto* first = pointer<Bf16Bits>(qkv);
    return {kernelShape(s),
            {first, first + s.heads * s.headSize, first + (s.heads + s.kvHeads) * s.headSize,
             pointer<std::int32_t>(documentStart), pointer<float>(rope.cosine), pointer<float>(rope.sine)}};
}

// What both nodes keep of their forward.
struct AttentionState : torch::autograd::Node {
    QkvShape shape;
    RopeTable rope;
    at::Tensor qkv, documentStart, output, logSumExp;

    void release_variables() override { qkv = documentStart = output = logSumExp = at::Tensor(); }
};

// forward(state, its first and last task) over the rows that `Node` keeps; sums: the shape of log-sum-exp.
template <typename Node, typename Forward>
at::Tensor attended(const at::Tensor& qkv, const at::Tensor& kept, const QkvShape& s, const RopeTable& rope,
                    const at::Tensor& documentStart, at::IntArrayRef sums, const Forward& forward) {
    at::Tensor output;
    auto node = std::make_shared<Node>();
    {
        const at::NoGradGuard guard;
        node->shape = s;
        node->rope = rope;
        node->qkv = kept;
        if (documentStart.defined()) node->documentStart = documentStart.contiguous();
        node->output = at::empty({s.batch * s.length, s.heads * s.headSize}, kept.options());
        node->logSumExp = at::empty(sums, kept.options().dtype(at::kFloat));
        at::parallel_for(0, s.batch * s.kvHeads, 1,
                         [&](std::int64_t begin, std::int64_t end) { forward(*node, begin, end); });
        // Not the node's own tensor: the result becomes a variable whose gradient is the node.
        output = kept.scalar_type() == qkv.scalar_type() ? node->output.detach() : node->output.to(qkv.scalar_type());
    }
    if (wantsGradient({qkv})) attach(output, node, {qkv});
    return output;
}

struct FusedAttentionNode final : AttentionState {
    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        const at::NoGradGuard guard;
        const ProfileScope scope("attention");
        const at::Tensor g = gradients[0].contiguous();
        const FusedCall call = fusedCall(qkv, shape, rope, documentStart);
        at::Tensor dqkv = at::empty_like(qkv);
        auto* first = pointer<Bf16Bits>(dqkv);
        const AttentionGradients out{first, first + shape.heads * shape.headSize,
                                     first + (shape.heads + shape.kvHeads) * shape.headSize};
        at::parallel_for(0, shape.batch * shape.kvHeads, 1, [&](std::int64_t begin, std::int64_t end) {
            attentionBackward(call.shape, call.inputs, pointer<Bf16Bits>(output), pointer<Bf16Bits>(g),
                              pointer<float>(logSumExp), out, begin, end);
        });
        return {dqkv};
    }
    [[nodiscard]] std::string name() const override { return "TritlabFusedAttention"; }
};

at::Tensor fusedAttention(const at::Tensor& qkv, const QkvShape& s, const RopeTable& rope,
                          const at::Tensor& documentStart) {
    return attended<FusedAttentionNode>(qkv, qkv.detach(), s, rope, documentStart, {s.batch, s.heads, s.length},
                                        [](const AttentionState& n, std::int64_t begin, std::int64_t end) {
                                            const FusedCall call = fusedCall(n.qkv, n.shape, n.rope, n.documentStart);
                                            attentionForward(call.shape, call.inputs, pointer<Bf16Bits>(n.output),
                                                             pointer<float>(n.logSumExp), begin, end);
                                        });
}

// fp32 rows: the forward by the packed engine's kernel, the backward by LibTorch's.
struct FloatAttentionNode final : AttentionState {
    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        const at::NoGradGuard guard;
        const ProfileScope scope("attention");
        const QkvShape& s = shape;
        const Heads heads = headsOf(qkv, s);
        const std::vector<std::int64_t> byHead{s.batch, s.length, s.heads, s.headSize};
        const at::Tensor g = gradients[0].to(at::kFloat).view(byHead).transpose(1, 2);
        const at::Tensor mask = documentStart.defined() ? maskOf(documentStart, at::kFloat) : at::Tensor();
        auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
            g, heads.query, heads.key, heads.value, output.view(byHead).transpose(1, 2), logSumExp.transpose(1, 2), 0.0,
            !mask.defined(), mask.defined() ? std::optional(mask) : std::nullopt);
        at::Tensor dqkv = at::empty({s.batch, s.length, s.heads + 2 * s.kvHeads, s.headSize}, qkv.options());
        const std::int64_t times = s.heads / s.kvHeads;
        const auto put = [&](std::int64_t first, std::int64_t count, const at::Tensor& d) {
            dqkv.narrow(2, first, count).copy_(d.transpose(1, 2));
        };
        const auto grouped = [&](const at::Tensor& d) {
            return times == 1 ? d : d.reshape({s.batch, s.kvHeads, times, s.length, s.headSize}).sum(2);
        };
        put(0, s.heads, dq);
        put(s.heads, s.kvHeads, grouped(dk));
        put(s.heads + s.kvHeads, s.kvHeads, grouped(dv));
        dqkv = dqkv.view({s.batch * s.length, s.width()});
        rotateHeads(dqkv, s, rope, -1.0F);
        return {dqkv.to(gradients[0].scalar_type())};
    }
    [[nodiscard]] std::string name() const override { return "TritlabAttention"; }
};

at::Tensor floatAttention(const at::Tensor& qkv, const QkvShape& s, const RopeTable& rope,
                          const at::Tensor& documentStart) {
    const at::Tensor turned = qkv.detach().to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    rotateHeads(turned, s, rope, 1.0F);
    return attended<FloatAttentionNode>(qkv, turned, s, rope, documentStart, {s.batch, s.length, s.heads},
                                        [](const AttentionState& n, std::int64_t begin, std::int64_t end) {
                                            const auto* first = pointer<float>(n.qkv);
                                            const std::int64_t d = n.shape.headSize;
                                            const AttentionRows rows{first, first + n.shape.heads * d,
                                                                     first + (n.shape.heads + n.shape.kvHeads) * d,
                                                                     pointer<std::int32_t>(n.documentStart)};
                                            attentionRows(kernelShape(n.shape), rows, pointer<float>(n.output),
                                                          pointer<float>(n.logSumExp), begin, end);
                                        });
}

}  // namespace

RopeTable ropeTable(std::int64_t positions, std::span<const double> frequencies, at::Device device) {
    const auto half = static_cast<std::int64_t>(frequencies.size());
    RopeTable table{at::empty({positions, half}, at::kFloat), at::empty({positions, half}, at::kFloat)};
    auto* cosine = pointer<float>(table.cosine);
    auto* sine = pointer<float>(table.sine);
    for (std::int64_t p = 0; p < positions; ++p)
        for (const double frequency : frequencies) {
            const double angle = static_cast<double>(p) * frequency;
            *cosine++ = static_cast<float>(std::cos(angle));
            *sine++ = static_cast<float>(std::sin(angle));
        }
    return {table.cosine.to(device), table.sine.to(device)};
}

at::Tensor attention(const at::Tensor& qkv, const QkvShape& shape, const RopeTable& rope,
                     const at::Tensor& documentStart, const at::Tensor& documentMask) {
    const ProfileScope scope("attention");
    if (usesTensorOps(qkv)) {
        const bool make = documentStart.defined() && !documentMask.defined();
        return attentionByOps(qkv, shape, rope, make ? maskOf(documentStart, qkv.scalar_type()) : documentMask);
    }
    if (fused(qkv, shape)) return fusedAttention(qkv, shape, rope, documentStart);
    return floatAttention(qkv, shape, rope, documentStart);
}

}  // namespace tritlab
