#include "core/engine/layers/recompute.h"

#include <utility>

#include "core/engine/layers/autograd_node.h"

namespace tritlab {

namespace {

struct RecomputeNode final : torch::autograd::Node {
    at::Tensor x;
    std::function<at::Tensor(const at::Tensor&)> part;

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
        const at::AutoGradMode record(true);
        const at::Tensor input = x.detach().requires_grad_();
        part(input).backward(gradients[0]);  // within the running backward, on the same thread
        return {input.grad()};
    }
    void release_variables() override {
        x = at::Tensor();
        part = nullptr;
    }
    [[nodiscard]] std::string name() const override { return "TritlabRecompute"; }
};

}  // namespace

at::Tensor recomputed(const at::Tensor& x, std::function<at::Tensor(const at::Tensor& x)> part) {
    if (!wantsGradient({x})) return part(x);
    auto node = std::make_shared<RecomputeNode>();
    at::Tensor y;
    {
        const at::NoGradGuard guard;
        node->x = x.detach();
        node->part = std::move(part);
        y = node->part(node->x);
    }
    attach(y, node, {x});
    return y;
}

}  // namespace tritlab
