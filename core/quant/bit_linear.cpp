#include "core/quant/bit_linear.h"

#include <ATen/ops/_int_mm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <span>

#include "core/base/error.h"
#include "core/base/profile.h"
#include "core/quant/autograd_node.h"
#include "core/quant/prologue_node.h"
#include "core/quant/quantizers.h"

namespace tritlab {

namespace {

struct BitLinearNode final : torch::autograd::Node {
    PrologueState prologue;
    // The product's left operand, [N, in], only where the prologue is trivial; else its own backward needs its input anyway, and
    // gives the operand again.
    at::Tensor input;                        // dense, blended: compute type
    at::Tensor codes;                        // lambda 1: int8
    at::Tensor inverseScale;                 // lambda 1: fp32 [N]
    double lambda = 0;
    at::Tensor weight;                       // the right operand: compute type, or at lambda 1 int8 codes, [out, in]
    at::Tensor columnScale;                  // lambda 1: fp32 [out]
    std::vector<float> absmeans;             // lambda 1
    std::vector<std::int64_t> outs;          // of each linear

    torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override;
    void release_variables() override {
        prologue = {};
        input = codes = inverseScale = weight = columnScale = at::Tensor();
    }
    [[nodiscard]] std::string name() const override { return "TritlabBitLinear"; }
};

at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
    const ProfileScope scope("products");
    return at::mm(a, b);
}

// Codes [rows, columns] in the compute type.
at::Tensor valuesOfCodes(const at::Tensor& codes, at::ScalarType type) {
    at::Tensor values = at::empty(codes.sizes(), codes.options().dtype(type));
    const std::int64_t columns = codes.size(1);
    byPrecision(type, [&]<typename T>() {
        forRows(codes.size(0), columns, [&](std::int64_t begin, std::int64_t end) {
            rowKernels<T>().fromCodes(pointer<std::int8_t>(codes) + begin * columns, (end - begin) * columns,
                                      pointer<T>(values) + begin * columns);
        });
    });
    return values;
}

// dW [out, in] of the compute type as one fp32 tensor a linear.
void splitWeightGradient(const at::Tensor& dw, const std::vector<std::int64_t>& outs, torch::autograd::variable_list& result) {
    const ProfileScope scope("gradients");
    std::int64_t first = 0;
    const std::int64_t in = dw.size(1);
    for (const std::int64_t out : outs) {
        at::Tensor part = at::empty({out, in}, dw.options().dtype(at::kFloat));
        byPrecision(dw.scalar_type(), [&]<typename T>() {
            forRows(out, in, [&](std::int64_t begin, std::int64_t end) {
                rowKernels<T>().toFloat(pointer<T>(dw) + (first + begin) * in, (end - begin) * in, pointer<float>(part) + begin * in);
            });
        });
        result.push_back(part);
        first += out;
    }
}

// Per parameter of the group a gradient for the weight; before them the input's and the norm's.
torch::autograd::variable_list BitLinearNode::apply(torch::autograd::variable_list&& gradients) {
    const at::NoGradGuard guard;
    const at::Tensor g = gradients[0].contiguous();
    const bool integers = inverseScale.defined(), single = outs.size() == 1;
    const bool wantsInput = task_should_compute_output(0) || prologue.kind.norm;
    at::Tensor byRow = g, byColumn = g, left = input, right = weight;
    if (integers) {
        const ProfileScope scope("quantize");
        // y = (sum of codes) * (absmean * inverseScale): fold the token's scale into g for dW, the column's for dX.
        byRow = at::empty_like(g);
        if (!single && wantsInput) byColumn = at::empty_like(g);
        byPrecision(g.scalar_type(), [&]<typename T>() {
            forRows(g.size(0), g.size(1), [&](std::int64_t begin, std::int64_t end) {
                rowKernels<T>().scaleGradient(pointer<T>(g), begin, end, g.size(1), pointer<float>(inverseScale),
                                              pointer<float>(columnScale), pointer<T>(byRow),
                                              !single && wantsInput ? pointer<T>(byColumn) : nullptr);
            });
        });
        if (wantsInput) right = valuesOfCodes(weight, g.scalar_type());
        if (codes.defined()) left = valuesOfCodes(codes, g.scalar_type());
    }
    if (!left.defined()) left = integers ? prologueCodeValues(prologue) : prologueForward(prologue, lambda);
    torch::autograd::variable_list result(2);
    if (wantsInput) {
        const at::Tensor dh = product(byColumn, right);
        result[0] = prologueBackward(prologue, dh, integers && single ? absmeans[0] : 1.0F, result[1]);
    }
    splitWeightGradient(product(byRow.t(), left), outs, result);
    return result;
}

}  // namespace

LinearGroup::LinearGroup(std::vector<at::Tensor> weights, at::ScalarType computeType, bool ternary)
    : weights_(std::move(weights)), type_(computeType), ternary_(ternary) {
    in_ = weights_.at(0).size(1);
    for (const at::Tensor& weight : weights_) out_ += weight.size(0);
    // The integer product is summed in int32 and turned into float: exact while in * 128 stays below 2^24.
    if (ternary_ && in_ > 131072)
        throw Error("a BitLinear of " + std::to_string(in_) + " inputs", "model", "Its integer sums are exact to 131072 inputs.");
}

template <typename Fill>
at::Tensor LinearGroup::concatenated(const Fill& fill) const {
    const ProfileScope scope("quantize");
    at::Tensor all = at::empty({out_, in_}, weights_[0].options().dtype(type_).requires_grad(false));
    std::int64_t first = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        const std::int64_t out = weights_[i].size(0);
        byPrecision(type_, [&]<typename T>() {
            forRows(out, in_, [&](std::int64_t begin, std::int64_t end) {
                fill.template operator()<T>(i, begin * in_, (first + begin) * in_, (end - begin) * in_, pointer<T>(all) + (first + begin) * in_);
            });
        });
        first += out;
    }
    return all;
}

const LinearGroup::Codes& LinearGroup::codes(std::uint64_t version) {
    if (codesVersion_ == version) return codes_;
    const at::NoGradGuard guard;
    const ProfileScope scope("quantize");
    const auto options = weights_[0].options().requires_grad(false);
    codes_ = {at::empty({out_, in_}, options.dtype(at::kChar)), {}, at::empty({out_}, options)};
    auto* target = pointer<std::int8_t>(codes_.codes);
    auto* scale = pointer<float>(codes_.columnScale);
    const TrainKernels& kernels = trainKernels();
    constexpr auto block = static_cast<std::int64_t>(absmeanBlock);
    for (const at::Tensor& weight : weights_) {
        const auto* w = pointer<float>(weight);
        const std::int64_t n = weight.numel(), blocks = (n + block - 1) / block;
        std::vector<double> sums(static_cast<std::size_t>(blocks));
        at::parallel_for(0, blocks, 16, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t b = begin; b < end; ++b)
                sums[static_cast<std::size_t>(b)] = kernels.absoluteSum(w + b * block, std::min(block, n - b * block));
        });
        const float mean = absmeanOfBlocks(sums, static_cast<std::size_t>(n));
        at::parallel_for(0, blocks, 16, [&](std::int64_t begin, std::int64_t end) {
            kernels.ternaryCodes(w + begin * block, std::min(end * block, n) - begin * block, 1.0F / mean, target + begin * block);
        });
        target += n;
        scale = std::fill_n(scale, weight.size(0), mean);
        codes_.absmeans.push_back(mean);
    }
    if (int8ProductIsFast()) packed_.pack(pointer<std::int8_t>(codes_.codes), out_, in_);
    codesVersion_ = version;
    ++quantizations_;
    return codes_;
}

const at::Tensor& LinearGroup::denseWeight(std::uint64_t version) {
    if (kind_ == Values::Dense && valuesVersion_ == version) return values_;
    if (type_ == at::kFloat && weights_.size() == 1) {
        values_ = weights_[0].detach();
    } else {
        values_ = concatenated([&]<typename T>(std::size_t i, std::int64_t from, std::int64_t, std::int64_t n, T* to) {
            rowKernels<T>().fromFloat(pointer<float>(weights_[i]) + from, n, to);
        });
    }
    kind_ = Values::Dense;
    valuesVersion_ = version;
    return values_;
}

const at::Tensor& LinearGroup::blendedWeight(double lambda, std::uint64_t version) {
    if (kind_ == Values::Blended && valuesVersion_ == version && valuesLambda_ == lambda) return values_;
    const Codes& all = codes(version);
    values_ = concatenated([&]<typename T>(std::size_t i, std::int64_t from, std::int64_t at, std::int64_t n, T* to) {
        rowKernels<T>().blendWeights(pointer<float>(weights_[i]) + from, pointer<std::int8_t>(all.codes) + at, all.absmeans[i],
                                     static_cast<float>(lambda), n, to);
    });
    kind_ = Values::Blended;
    valuesVersion_ = version;
    valuesLambda_ = lambda;
    return values_;
}

at::Tensor LinearGroup::integerProduct(const at::Tensor& x, const at::Tensor& inverseScale) {
    const ProfileScope scope("products");
    const std::int64_t rows = x.size(0);
    at::Tensor y = at::empty({rows, out_}, codes_.columnScale.options().dtype(type_));
    const auto* rowScale = pointer<float>(inverseScale);
    const auto* columnScale = pointer<float>(codes_.columnScale);
    const bool fast = int8ProductIsFast();
    const at::Tensor sums = fast ? at::Tensor() : at::_int_mm(x, codes_.codes.t());
    byPrecision(type_, [&]<typename T>() {
        if (fast) {
            at::parallel_for(0, rows, 32, [&](std::int64_t begin, std::int64_t end) {
                int8Product(packed_, {pointer<std::int8_t>(x), rowScale, columnScale}, begin, end, pointer<T>(y), out_);
            });
        } else {
            forRows(rows, out_, [&](std::int64_t begin, std::int64_t end) {
                rowKernels<T>().scaleSums(pointer<std::int32_t>(sums), begin, end, out_, rowScale, columnScale, pointer<T>(y));
            });
        }
    });
    return y;
}

at::Tensor LinearGroup::forward(const at::Tensor& x, const Prologue& prologue, const at::Tensor& normWeight, double lambda,
                                std::uint64_t version) {
    torch::autograd::variable_list inputs{x, normWeight};
    inputs.insert(inputs.end(), weights_.begin(), weights_.end());
    const bool record = wantsGradient(inputs);
    const double blend = ternary_ ? lambda : 0.0;
    auto node = std::make_shared<BitLinearNode>();
    at::Tensor y;
    {
        const at::NoGradGuard guard;
        node->prologue = prologueState(x, prologue, normWeight);
        if (blend == 1.0) {
            const Codes& all = codes(version);
            values_ = at::Tensor();  // a blend that is wanted again was of other weights: evaluations come between steps
            valuesVersion_ = none;
            prologueForwardCodes(node->prologue, node->codes, node->inverseScale);
            y = integerProduct(node->codes, node->inverseScale);
            node->weight = all.codes;
            node->columnScale = all.columnScale;
            node->absmeans = all.absmeans;
        } else {
            node->weight = blend == 0.0 ? denseWeight(version) : blendedWeight(blend, version);
            node->input = prologueForward(node->prologue, blend);
            y = product(node->input, node->weight.t());
        }
        node->lambda = blend;
        if (node->prologue.trivial()) node->prologue.x = at::Tensor();
        else node->input = node->codes = at::Tensor();
    }
    if (record) {
        for (const at::Tensor& weight : weights_) node->outs.push_back(weight.size(0));
        attach(y, node, inputs);
    }
    return y;
}

}  // namespace tritlab
