// The prologue of a linear (activation, gate, RMS norm) on tensors: as an autograd node of its own, and as the part of
// BitLinear's.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>

#include "core/kernels/prologue.h"

namespace tritlab {

// y [N, width] = prologue(x [N, inputWidth]), of x's type (fp32 or bf16; fp32 inside). normWeight: fp32 [width],
// undefined without norm.
at::Tensor applyPrologue(const at::Tensor& x, const Prologue& kind, const at::Tensor& normWeight);

// The pieces, for nodes that contain a prologue. rstd: fp32 [N], undefined without norm. The backward of a trivial
// prologue needs no x: whoever keeps the state then lets go of it.
struct PrologueState {
    Prologue kind;
    at::Tensor x, normWeight, rstd;
    [[nodiscard]] bool trivial() const { return !kind.norm && kind.activation == Activation::None && !kind.gated; }
    [[nodiscard]] std::int64_t width() const { return kind.gated ? x.size(1) / 2 : x.size(1); }
};
PrologueState prologueState(const at::Tensor& x, const Prologue& kind, const at::Tensor& normWeight);
// Blended with its own int8 quantization where lambda > 0.
at::Tensor prologueForward(PrologueState& state, double lambda);
// Quantized: codes int8 [N, width], inverseScale fp32 [N].
void prologueForwardCodes(PrologueState& state, at::Tensor& codes, at::Tensor& inverseScale);
// The same codes as values of x's type, computed again from x.
at::Tensor prologueCodeValues(PrologueState& state);
// dx from dy * factor; normGradient fp32 [width] where there is a norm, else undefined.
at::Tensor prologueBackward(const PrologueState& state, const at::Tensor& dy, float factor, at::Tensor& normGradient);

}  // namespace tritlab
