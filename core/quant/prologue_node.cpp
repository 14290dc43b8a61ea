#include "core/quant/prologue_node.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mul.h>
#include <vector>

#include "core/base/profile.h"
#include "core/quant/autograd_node.h"

namespace tritlab {

namespace {

template <typename T>
PrologueRows<T> rowsOf(const PrologueState& state) {
    return {state.kind, pointer<T>(state.x), pointer<float>(state.normWeight), pointer<float>(state.rstd), state.width()};
}

// pass(kernels' rows, begin, end, scratch of `width` floats) over all rows of x, of its type; for passes whose rows are independent.
template <typename Pass>
void overRows(const PrologueState& state, const Pass& pass) {
    const std::int64_t width = state.width();
    byPrecision(state.x.scalar_type(), [&]<typename T>() {
        const auto rows = rowsOf<T>(state);
        forRows(state.x.size(0), width, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> scratch(static_cast<std::size_t>(width));
            pass.template operator()<T>(rows, begin, end, scratch.data());
        });
    });
}

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
    if (state.trivial() && lambda == 0) return state.x;
    at::Tensor y = at::empty({state.x.size(0), state.width()}, state.x.options());
    overRows(state, [&]<typename T>(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch) {
        rowKernels<T>().prologue(rows, begin, end, static_cast<float>(lambda), scratch, pointer<T>(y));
    });
    return y;
}

void prologueForwardCodes(PrologueState& state, at::Tensor& codes, at::Tensor& inverseScale) {
    const ProfileScope scope("norms");
    codes = at::empty({state.x.size(0), state.width()}, state.x.options().dtype(at::kChar));
    inverseScale = at::empty({state.x.size(0)}, state.x.options().dtype(at::kFloat));
    overRows(state, [&]<typename T>(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch) {
        rowKernels<T>().prologueCodes(rows, begin, end, scratch, pointer<std::int8_t>(codes), pointer<float>(inverseScale));
    });
}

at::Tensor prologueCodeValues(PrologueState& state) {
    const ProfileScope scope("norms");
    at::Tensor y = at::empty({state.x.size(0), state.width()}, state.x.options());
    overRows(state, [&]<typename T>(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch) {
        rowKernels<T>().prologueCodeValues(rows, begin, end, scratch, pointer<T>(y));
    });
    return y;
}

at::Tensor prologueBackward(const PrologueState& state, const at::Tensor& dy, float factor, at::Tensor& normGradient) {
    const ProfileScope scope("norms");
    if (state.trivial()) return factor == 1.0F ? dy : at::mul(dy, static_cast<double>(factor));
    const std::int64_t n = state.x.size(0), width = state.width();
    at::Tensor dx = at::empty_like(state.x);
    // The norm's gradient sums over rows: per chunk of rows, chunks in order, so that no thread count alters it.
    const std::int64_t chunk = std::max<std::int64_t>(32, (n + 63) / 64), chunks = (n + chunk - 1) / chunk;
    std::vector<float> partial(state.kind.norm ? static_cast<std::size_t>(chunks * width) : 0);
    byPrecision(state.x.scalar_type(), [&]<typename T>() {
        const auto rows = rowsOf<T>(state);
        at::parallel_for(0, chunks, 1, [&](std::int64_t first, std::int64_t last) {
            std::vector<float> scratch(static_cast<std::size_t>(2 * width));
            for (std::int64_t c = first; c < last; ++c)
                rowKernels<T>().prologueBackward(rows, c * chunk, std::min(n, (c + 1) * chunk), pointer<T>(dy), factor, scratch.data(),
                                                 partial.empty() ? nullptr : partial.data() + c * width, pointer<T>(dx));
        });
    });
    if (state.kind.norm) {
        normGradient = at::zeros({width}, state.normWeight.options());
        auto* total = pointer<float>(normGradient);
        for (std::int64_t c = 0; c < chunks; ++c)
            rowKernels<float>().addToFloat(partial.data() + c * width, width, 1.0F, total);
    }
    return dx;
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
