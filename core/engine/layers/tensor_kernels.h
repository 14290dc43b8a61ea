// The pieces that BitLinear's and the prologue's nodes are made of, on whole tensors, in two sets. The CPU's runs the
// loops of core/kernels; the other asks LibTorch's ops and those of core/engine/layers/tensor_ops.h, which are
// dispatched by the tensors' device.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <vector>

#include "core/architecture/quantizer.h"
#include "core/engine/layers/prologue_node.h"
#include "core/kernels/int8_product.h"

namespace tritlab {

// Shadow weights that share an input, quantized.
struct TernaryCodes {
    at::Tensor codes;           // int8 [sum of out, in]
    at::Tensor columnScale;     // fp32 [sum of out]: the scale of each column's weight
    std::vector<float> scales;  // of each weight, where they are on the host (on the CPU); else empty
    PackedCodes packed;         // for the CPU's vector kernel, where the machine has it
};

class TensorKernels {
public:
    virtual ~TensorKernels() = default;

    // As prologueForward and its neighbours in core/engine/layers/prologue_node.h; never asked of a trivial prologue
    // that changes nothing.
    virtual at::Tensor prologue(PrologueState& state, double lambda) const = 0;
    virtual void prologueCodes(PrologueState& state, at::Tensor& codes, at::Tensor& inverseScale) const = 0;
    virtual at::Tensor prologueCodeValues(PrologueState& state) const = 0;
    virtual at::Tensor prologueBackward(const PrologueState& state, const at::Tensor& dy, float factor,
                                        at::Tensor& normGradient) const = 0;

    // weights: fp32 [out, in] each; the results have them one below the other. `into` may hold codes of before.
    // Throws Error for a quantizer that it cannot compute.
    virtual void quantize(const std::vector<at::Tensor>& weights, const WeightQuantizer& quantizer,
                          TernaryCodes& into) const = 0;
    virtual at::Tensor dense(const std::vector<at::Tensor>& weights, at::ScalarType type) const = 0;
    virtual at::Tensor blended(const std::vector<at::Tensor>& weights, const TernaryCodes& codes, double lambda,
                               at::ScalarType type) const = 0;
    // [N, sum of out] from int8 x [N, in], exact sums scaled (core/engine/layers/bit_linear.h).
    virtual at::Tensor integerProduct(const at::Tensor& x, const at::Tensor& inverseScale, const TernaryCodes& codes,
                                      at::ScalarType type) const = 0;

    virtual at::Tensor valuesOfCodes(const at::Tensor& codes, at::ScalarType type) const = 0;
    // g [N, out] times each row's scale, and, where byColumn is given, times each column's.
    virtual void scaleGradient(const at::Tensor& g, const at::Tensor& rowScale, const at::Tensor& columnScale,
                               at::Tensor& byRow, at::Tensor* byColumn) const = 0;
    virtual at::Tensor rowSum(const at::Tensor& g) const = 0;      // fp32 [columns]: the sum of g's rows
    virtual at::Tensor toFloat(const at::Tensor& rows) const = 0;  // contiguous rows as new fp32 ones
};

// Of the tensor's device.
const TensorKernels& tensorKernels(const at::Tensor& tensor);
// Whether work on this tensor goes the way of LibTorch's ops: it is not on the CPU, or that way is forced.
bool usesTensorOps(const at::Tensor& tensor);
// For tests: CPU tensors go that way too, so that what runs on a device can be compared without one.
void forceTensorOps(bool force);

const TensorKernels& cpuTensorKernels();
const TensorKernels& opTensorKernels();

}  // namespace tritlab
