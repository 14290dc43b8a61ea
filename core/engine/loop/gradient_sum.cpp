#include "core/engine/loop/gradient_sum.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <utility>

#include "core/config/accumulation.h"

namespace tritlab {
namespace {

struct BlockSum {
    std::vector<Parameter>& parameters;
    const std::function<bool(std::int64_t)>& micro;

    [[nodiscard]] bool add(std::int64_t first, std::int64_t count, std::int64_t blocks) const {
        if (count <= summedInOrder || blocks <= 1) {
            for (std::int64_t i = first; i < first + count; ++i)
                if (!micro(i)) return false;
            return true;
        }
        const std::int64_t half = firstHalf(count);
        if (!add(first, half, blocks / 2)) return false;
        const std::vector<at::Tensor> aside = takeAway();
        if (!add(first + half, count - half, blocks / 2)) return false;
        giveBack(aside);
        return true;
    }

    // A leaf's gradient accumulates in place: the next block begins a new one.
    [[nodiscard]] std::vector<at::Tensor> takeAway() const {
        std::vector<at::Tensor> gradients;
        gradients.reserve(parameters.size());
        for (Parameter& parameter : parameters)
            gradients.push_back(std::exchange(parameter.value.mutable_grad(), at::Tensor()));
        return gradients;
    }

    void giveBack(const std::vector<at::Tensor>& gradients) const {
        const at::NoGradGuard guard;
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            if (!gradients[i].defined()) continue;
            at::Tensor& later = parameters[i].value.mutable_grad();
            if (later.defined()) later.add_(gradients[i]);
            else later = gradients[i];
        }
    }
};

}  // namespace

bool sumGradients(std::vector<Parameter>& parameters, std::int64_t count, std::int64_t blocks,
                  const std::function<bool(std::int64_t)>& micro) {
    return BlockSum{parameters, micro}.add(0, count, blocks);
}

}  // namespace tritlab
