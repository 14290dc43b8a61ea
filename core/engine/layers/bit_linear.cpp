#include "core/engine/layers/bit_linear.h"

#include "core/base/error.h"
#include "core/base/profile.h"
#include "core/engine/layers/autograd_node.h"
#include "core/engine/layers/products.h"
#include "core/engine/layers/prologue_node.h"

namespace tritlab {

namespace {

struct BitLinearNode final : torch::autograd::Node {
    PrologueState prologue;
    // The product's left operand, [N, in], only where the prologue is trivial; else its own backward needs its input
    // anyway, and gives the operand again.
    at::Tensor input;         // dense, blended: compute type
    at::Tensor codes;         // lambda 1: int8
    at::Tensor inverseScale;  // lambda 1: fp32 [N]
    double lambda = 0;
    at::Tensor weight;               // the right operand: compute type, or at lambda 1 int8 codes, [out, in]
    at::Tensor columnScale;          // lambda 1: fp32 [out]
    std::vector<float> scales;       // lambda 1: of each weight, where they are on the host
    std::vector<std::int64_t> outs;  // of each linear
    bool biases = false;

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
    void release_variables() override {
        prologue = {};
        input = codes = inverseScale = weight = columnScale = at::Tensor();
    }
    [[nodiscard]] std::string name() const override { return "TritlabBitLinear"; }
};

// dW [out, in] of the compute type as one fp32 tensor a linear.
void splitWeightGradient(const at::Tensor& dw, const std::vector<std::int64_t>& outs,
                         torch::autograd::variable_list& result) {
    const ProfileScope scope("gradients");
    std::int64_t first = 0;
    for (const std::int64_t out : outs) {
        result.push_back(tensorKernels(dw).toFloat(dw.narrow(0, first, out)));
        first += out;
    }
}

// db [out] = the sum of g's rows, one fp32 tensor a linear.
void splitBiasGradient(const at::Tensor& g, const std::vector<std::int64_t>& outs,
                       torch::autograd::variable_list& result) {
    const ProfileScope scope("gradients");
    const at::Tensor sums = tensorKernels(g).rowSum(g);
    std::int64_t first = 0;
    for (const std::int64_t out : outs) {
        result.push_back(outs.size() == 1 ? sums : sums.narrow(0, first, out).clone());
        first += out;
    }
}

// A gradient for each weight of the group, then for each bias; before them the input's and the norm's.
torch::autograd::variable_list BitLinearNode::apply(torch::autograd::variable_list&& gradients) {
    const at::NoGradGuard guard;
    const at::Tensor g = gradients[0].contiguous();
    const TensorKernels& kernels = tensorKernels(g);
    // The one scale of a single linear scales dX as it is made; those of several scale the columns of g.
    const bool integers = inverseScale.defined(), single = scales.size() == 1;
    const bool wantsInput = task_should_compute_output(0) || prologue.kind.norm;
    at::Tensor byRow = g, byColumn = g, left = input, right = weight;
    if (integers) {
        const ProfileScope scope("quantize");
        // y = (sum of codes) * (absmean * inverseScale): fold the token's scale into g for dW, the column's for dX.
        kernels.scaleGradient(g, inverseScale, columnScale, byRow, !single && wantsInput ? &byColumn : nullptr);
        if (wantsInput) right = kernels.valuesOfCodes(weight, g.scalar_type());
        if (codes.defined()) left = kernels.valuesOfCodes(codes, g.scalar_type());
    }
    if (!left.defined()) left = integers ? prologueCodeValues(prologue) : prologueForward(prologue, lambda);
    torch::autograd::variable_list result(2);
    if (wantsInput) {
        const at::Tensor dh = product(byColumn, right);
        result[0] = prologueBackward(prologue, dh, integers && single ? scales[0] : 1.0F, result[1]);
    }
    splitWeightGradient(product(byRow.t(), left), outs, result);
    if (biases) splitBiasGradient(g, outs, result);
    return result;
}

}  // namespace

BitLinear::BitLinear(std::vector<at::Tensor> weights, at::ScalarType computeType,
                     const std::optional<WeightQuantizer>& quantizer, std::vector<at::Tensor> biases)
    : weights_(std::move(weights)), biases_(std::move(biases)), type_(computeType), quantizer_(quantizer) {
    in_ = weights_.at(0).size(1);
    for (const at::Tensor& weight : weights_) out_ += weight.size(0);
    // The integer product is summed in int32 and turned into float: exact while in * 128 stays below 2^24.
    if (ternary() && in_ > 131072)
        throw Error("a BitLinear of " + std::to_string(in_) + " inputs", "model",
                    "Its integer sums are exact to 131072 inputs.");
}

const TernaryCodes& BitLinear::codes(std::uint64_t version) {
    if (codesVersion_ == version) return codes_;
    const at::NoGradGuard guard;
    const ProfileScope scope("quantize");
    tensorKernels(weights_[0]).quantize(weights_, quantizer_.value(), codes_);
    codesVersion_ = version;
    ++quantizations_;
    return codes_;
}

const at::Tensor& BitLinear::denseWeight(std::uint64_t version) {
    if (kind_ == Values::Dense && valuesVersion_ == version) return values_;
    if (type_ == at::kFloat && weights_.size() == 1) {
        values_ = weights_[0].detach();
    } else {
        const at::NoGradGuard guard;
        const ProfileScope scope("quantize");
        values_ = tensorKernels(weights_[0]).dense(weights_, type_);
    }
    kind_ = Values::Dense;
    valuesVersion_ = version;
    return values_;
}

const at::Tensor& BitLinear::blendedWeight(double lambda, std::uint64_t version) {
    if (kind_ == Values::Blended && valuesVersion_ == version && valuesLambda_ == lambda) return values_;
    const TernaryCodes& all = codes(version);
    {
        const ProfileScope scope("quantize");
        values_ = tensorKernels(weights_[0]).blended(weights_, all, lambda, type_);
    }
    kind_ = Values::Blended;
    valuesVersion_ = version;
    valuesLambda_ = lambda;
    return values_;
}

at::Tensor BitLinear::integerProduct(const at::Tensor& x, const at::Tensor& inverseScale) {
    const ProfileScope scope("products");
    return tensorKernels(x).integerProduct(x, inverseScale, codes_, type_);
}

void BitLinear::addBiases(const at::Tensor& y) const {
    const ProfileScope scope("products");
    std::int64_t first = 0;
    for (const at::Tensor& bias : biases_) {
        y.narrow(1, first, bias.size(0)).add_(bias.detach().to(y.scalar_type()));
        first += bias.size(0);
    }
}

at::Tensor BitLinear::forward(const at::Tensor& x, const Prologue& prologue, const at::Tensor& normWeight,
                              double lambda, std::uint64_t version) {
    torch::autograd::variable_list inputs{x, normWeight};
    inputs.insert(inputs.end(), weights_.begin(), weights_.end());
    inputs.insert(inputs.end(), biases_.begin(), biases_.end());
    const bool record = wantsGradient(inputs);
    const double blend = ternary() ? lambda : 0.0;
    auto node = std::make_shared<BitLinearNode>();
    at::Tensor y;
    {
        const at::NoGradGuard guard;
        node->prologue = prologueState(x, prologue, normWeight);
        if (blend == 1.0) {
            const TernaryCodes& all = codes(version);
            // a blend that is wanted again was of other weights: evaluations come between steps
            values_ = at::Tensor();
            valuesVersion_ = none;
            prologueForwardCodes(node->prologue, node->codes, node->inverseScale);
            y = integerProduct(node->codes, node->inverseScale);
            node->weight = all.codes;
            node->columnScale = all.columnScale;
            node->scales = all.scales;
        } else {
            node->weight = blend == 0.0 ? denseWeight(version) : blendedWeight(blend, version);
            node->input = prologueForward(node->prologue, blend);
            y = product(node->input, node->weight.t());
        }
        addBiases(y);
        node->lambda = blend;
        if (node->prologue.trivial()) node->prologue.x = at::Tensor();
        else node->input = node->codes = at::Tensor();
    }
    if (record) {
        for (const at::Tensor& weight : weights_) node->outs.push_back(weight.size(0));
        node->biases = !biases_.empty();
        attach(y, node, inputs);
    }
    return y;
}

}  // namespace tritlab
