#include "core/engine/layers/prologue_node.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include "core/base/profile.h"
#include "core/engine/layers/autograd_node.h"
#include "core/engine/layers/tensor_kernels.h"

namespace tritlab {

namespace {

struct PrologueNode final : torch::autograd::Node {
    PrologueState state;

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        const at::NoGradGuard guard;
        at::Tensor normGradient;
        at::Tensor dx = prologueBackward(state, gradients[0].contiguous(), 1.0F, normGradient);
        return {dx, normGradient};
    }
    void release_variables() override { state = {}; }
    [[nodiscard]] std::string name() const override { return "TritlabPrologue"; }
};

}  // namespace

PrologueState prologueState(const at::Tensor& x, const Prologue& kind, const at::Tensor& normWeight) {
    PrologueState state{kind, x.detach().contiguous(), normWeight.defined() ? normWeight.detach() : at::Tensor(), {}};
    if (kind.norm) state.rstd = at::empty({x.size(0)}, x.options().dtype(at::kFloat).requires_grad(false));
    return state;
}

at::Tensor prologueForward(PrologueState& state, double lambda) {
    const ProfileScope scope("norms");
    return state.trivial() && lambda == 0 ? state.x : tensorKernels(state.x).prologue(state, lambda);
}

void prologueForwardCodes(PrologueState& state, at::Tensor& codes, at::Tensor& inverseScale) {
    const ProfileScope scope("norms");
    tensorKernels(state.x).prologueCodes(state, codes, inverseScale);
}

at::Tensor prologueCodeValues(PrologueState& state) {
    const ProfileScope scope("norms");
    return tensorKernels(state.x).prologueCodeValues(state);
}

at::Tensor prologueBackward(const PrologueState& state, const at::Tensor& dy, float factor, at::Tensor& normGradient) {
    const ProfileScope scope("norms");
    if (state.trivial()) return factor == 1.0F ? dy : at::mul(dy, static_cast<double>(factor));
    return tensorKernels(state.x).prologueBackward(state, dy, factor, normGradient);
}

at::Tensor applyPrologue(const at::Tensor& x, const Prologue& kind, const at::Tensor& normWeight) {
    const bool record = wantsGradient({x, normWeight});
    at::Tensor y;
    std::shared_ptr<PrologueNode> node;
    {
        const at::NoGradGuard guard;
        PrologueState state = prologueState(x, kind, normWeight);
        y = prologueForward(state, 0);
        if (record) {
            node = std::make_shared<PrologueNode>();
            node->state = std::move(state);
        }
    }
    if (record) attach(y, node, {x, normWeight});
    return y;
}

}  // namespace tritlab
