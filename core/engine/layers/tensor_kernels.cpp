// The set of LibTorch's ops, and the choice between the two. Nothing here waits for the device.
#include "core/engine/layers/tensor_kernels.h"

#include <ATen/Functions.h>
#include <atomic>

#include "core/engine/layers/tensor_ops.h"
#include "core/kernels/quantizers.h"

namespace tritlab {

namespace {

std::atomic<bool> forced{false};

ops::Optional normOf(const PrologueState& state) {
    return state.kind.norm ? ops::Optional(state.normWeight) : std::nullopt;
}

class OpTensorKernels final : public TensorKernels {
public:
    at::Tensor prologue(PrologueState& state, double lambda) const override {
        const auto [y, rstd] = ops::prologue(state.x, normOf(state), state.kind, lambda);
        if (state.kind.norm) state.rstd = rstd;
        return y;
    }
    void prologueCodes(PrologueState& state, at::Tensor& codes, at::Tensor& inverseScale) const override {
        at::Tensor rstd;
        std::tie(codes, inverseScale, rstd) = ops::prologueCodes(state.x, normOf(state), state.kind);
        if (state.kind.norm) state.rstd = rstd;
    }
    at::Tensor prologueCodeValues(PrologueState& state) const override {
        at::Tensor codes, inverseScale;
        prologueCodes(state, codes, inverseScale);
        return codes.to(state.x.scalar_type());
    }
    at::Tensor prologueBackward(const PrologueState& state, const at::Tensor& dy, float factor,
                                at::Tensor& normGradient) const override {
        const at::Tensor rstd = state.kind.norm ? state.rstd : at::empty({0}, state.x.options().dtype(at::kFloat));
        const auto [dx, gradient] =
            ops::prologueBackward(dy, state.x, rstd, normOf(state), state.kind, static_cast<double>(factor));
        if (state.kind.norm) normGradient = gradient;
        return dx;
    }

    void quantize(const std::vector<at::Tensor>& weights, const WeightQuantizer& quantizer,
                  TernaryCodes& into) const override {
        requireTensorScale(quantizer);
        std::vector<at::Tensor> codes, scales;
        for (const at::Tensor& weight : weights) {
            switch (quantizer.kind) {
                case WeightQuantizer::Kind::Absmean: {
                    const at::Tensor mean = ops::absmean(weight);
                    codes.push_back(ops::ternaryCodes(weight, mean));
                    scales.push_back(mean.expand({weight.size(0)}));
                }
            }
        }
        into.codes = codes.size() == 1 ? codes[0] : at::cat(codes);
        into.columnScale = at::cat(scales);
        into.scales.clear();
    }
    at::Tensor dense(const std::vector<at::Tensor>& weights, at::ScalarType type) const override {
        at::Tensor all = empty(weights, type);
        forParts(weights, [&](const at::Tensor& weight, std::int64_t first) {
            all.narrow(0, first, weight.size(0)).copy_(weight);
        });
        return all;
    }
    at::Tensor blended(const std::vector<at::Tensor>& weights, const TernaryCodes& codes, double lambda,
                       at::ScalarType type) const override {
        std::vector<at::Tensor> parts;
        forParts(weights, [&](const at::Tensor& weight, std::int64_t first) {
            parts.push_back(ops::blendWeights(weight, codes.codes.narrow(0, first, weight.size(0)),
                                              codes.columnScale[first], lambda, type));
        });
        return parts.size() == 1 ? parts[0] : at::cat(parts);
    }
    at::Tensor integerProduct(const at::Tensor& x, const at::Tensor& inverseScale, const TernaryCodes& codes,
                              at::ScalarType type) const override {
        return ops::int8Linear(x, codes.codes, inverseScale, codes.columnScale, type);
    }

    at::Tensor valuesOfCodes(const at::Tensor& codes, at::ScalarType type) const override { return codes.to(type); }
    void scaleGradient(const at::Tensor& g, const at::Tensor& rowScale, const at::Tensor& columnScale,
                       at::Tensor& byRow, at::Tensor* byColumn) const override {
        byRow = at::empty_like(g);  // the product is fp32, and is rounded as it is stored
        at::mul_out(byRow, g, rowScale.unsqueeze(1));
        if (byColumn == nullptr) return;
        *byColumn = at::empty_like(g);
        at::mul_out(*byColumn, g, columnScale.unsqueeze(0));
    }
    at::Tensor rowSum(const at::Tensor& g) const override { return g.sum(0, false, at::kFloat); }
    at::Tensor toFloat(const at::Tensor& rows) const override { return rows.to(at::kFloat, false, true); }

private:
    template <typename Work>
    static void forParts(const std::vector<at::Tensor>& weights, const Work& work) {
        std::int64_t first = 0;
        for (const at::Tensor& weight : weights) {
            work(weight, first);
            first += weight.size(0);
        }
    }
    static at::Tensor empty(const std::vector<at::Tensor>& weights, at::ScalarType type) {
        std::int64_t rows = 0;
        for (const at::Tensor& weight : weights) rows += weight.size(0);
        return at::empty({rows, weights[0].size(1)}, weights[0].options().requires_grad(false).dtype(type));
    }
};

}  // namespace

const TensorKernels& opTensorKernels() {
    static const OpTensorKernels kernels;
    return kernels;
}

bool usesTensorOps(const at::Tensor& tensor) { return !tensor.is_cpu() || forced.load(std::memory_order_relaxed); }
void forceTensorOps(bool force) { forced = force; }
const TensorKernels& tensorKernels(const at::Tensor& tensor) {
    return usesTensorOps(tensor) ? opTensorKernels() : cpuTensorKernels();
}

}  // namespace tritlab
