// BitLinear as one autograd node: prologue, quantization, product. Three paths by the value of lambda
// (docs/formats-and-formulas.md, Lambda): 0 dense; between: operands blended with their quantization, in the compute
// type; exactly 1: the integer product of ternary and int8 codes,
//   y[t, o] = float(sum_i code_x[t, i] * code_w[o, i]) * (absmean_w * inverseScale_x[t])
// (each operation rounded to float once, in that order; bf16 rounds the result once more). Gradients are
// straight-through. A bias is added to the product in the compute type, whatever lambda is.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/layers/tensor_kernels.h"
#include "core/kernels/prologue.h"

namespace tritlab {

// Linears that share one input: their products run as one, their shadow weights are quantized once per parameter
// version.
class BitLinear {
public:
    // weights: fp32 leaves [out, in], one `in`. computeType: at::kFloat or at::kBFloat16. Without a quantizer: dense
    // whatever lambda says. biases: fp32 leaves [out], one a weight, or none at all.
    BitLinear(std::vector<at::Tensor> weights, at::ScalarType computeType,
              const std::optional<WeightQuantizer>& quantizer, std::vector<at::Tensor> biases = {});

    // x [N, inputWidth] of the compute type -> [N, sum of out], the linears' outputs side by side.
    at::Tensor forward(const at::Tensor& x, const Prologue& prologue, const at::Tensor& normWeight, double lambda,
                       std::uint64_t version);

    const TernaryCodes& codes(std::uint64_t version);      // quantized at the first call after a change of version
    const at::Tensor& denseWeight(std::uint64_t version);  // the weights in the compute type [sum of out, in]
    [[nodiscard]] std::uint64_t quantizations() const { return quantizations_; }  // times that codes() had to quantize
    [[nodiscard]] bool ternary() const { return quantizer_.has_value(); }
    [[nodiscard]] const std::vector<at::Tensor>& weights() const { return weights_; }

private:
    at::Tensor integerProduct(const at::Tensor& x, const at::Tensor& inverseScale);  // of the current codes
    const at::Tensor& blendedWeight(double lambda, std::uint64_t version);
    void addBiases(const at::Tensor& y) const;

    static constexpr std::uint64_t none = ~std::uint64_t{0};
    std::vector<at::Tensor> weights_, biases_;
    at::ScalarType type_;
    std::optional<WeightQuantizer> quantizer_;
    std::int64_t in_ = 0, out_ = 0;
    TernaryCodes codes_;
    at::Tensor values_;  // dense or blended: what the last forward below lambda 1 used
    enum class Values { Dense, Blended } kind_ = Values::Dense;
    double valuesLambda_ = -1;
    std::uint64_t codesVersion_ = none, valuesVersion_ = none, quantizations_ = 0;
};

}  // namespace tritlab
