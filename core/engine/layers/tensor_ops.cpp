#include "core/engine/layers/tensor_ops.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

namespace tritlab::ops {
namespace {

// ---- the plain formulas (docs/formats-and-formulas.md, Quantizers), for CPU tensors

at::Tensor plainAbsmean(const at::Tensor& w) {
    if (w.numel() == 0) return at::full({}, 1e-5, w.options().requires_grad(false));
    return w.abs().mean(at::kDouble).to(at::kFloat).clamp_min(1e-5);
}

at::Tensor rounded(const at::Tensor& scaled, double min, double max) {
    return scaled.clamp(min, max).round().nan_to_num(min);
}

at::Tensor plainTernaryCodes(const at::Tensor& w, const at::Tensor& absmean) {
    return rounded(w * absmean.reciprocal(), -1, 1).to(at::kChar);
}

at::Tensor plainBlendWeights(const at::Tensor& w, const at::Tensor& codes, const at::Tensor& absmean, double lambda,
                             at::ScalarType type) {
    return (w + lambda * (codes.to(at::kFloat) * absmean - w)).to(type);
}

// The input's two halves where it is gated: the activation's argument a, and what it is multiplied with.
struct Input {
    Activation activation;
    at::Tensor a, up;  // fp32; up undefined without a gate
    Input(const at::Tensor& x, std::int64_t kind, bool gated)
        : activation(static_cast<Activation>(kind)), a(x.to(at::kFloat)) {
        if (!gated) return;
        const std::vector<at::Tensor> halves = a.chunk(2, 1);
        a = halves[0];
        up = halves[1];
    }
    [[nodiscard]] at::Tensor activated() const {
        switch (activation) {
            case Activation::None: return a;
            case Activation::ReluSquared: return a.clamp_min(0).square();
            case Activation::Silu: return a * a.sigmoid();
            case Activation::GeluTanh: return a * geluArgument().sigmoid();
        }
        return unknown();
    }
    [[nodiscard]] at::Tensor slope() const {
        switch (activation) {
            case Activation::None: return at::ones_like(a);
            case Activation::ReluSquared: return 2 * a.clamp_min(0);
            case Activation::Silu: {
                const at::Tensor s = a.sigmoid();
                return s * (1 + a * (1 - s));
            }
            case Activation::GeluTanh: {
                const at::Tensor s = geluArgument().sigmoid();
                return s * (1 + a * (1 - s) * (1.5957691216 + 0.2140644488 * a.square()));
            }
        }
        return unknown();
    }
    // GELU by tanh is x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).
    [[nodiscard]] at::Tensor geluArgument() const { return a * (1.5957691216 + 0.0713548163 * a.square()); }
    [[noreturn]] at::Tensor unknown() const {
        TORCH_CHECK(false, "tritlab: no activation ", static_cast<int>(activation));
    }
    [[nodiscard]] at::Tensor values() const { return up.defined() ? activated() * up : activated(); }
};

// The prologue's result in fp32, and 1 / rms of each row (empty without a norm).
std::tuple<at::Tensor, at::Tensor> valuesOf(const at::Tensor& x, const Optional& normWeight, std::int64_t activation,
                                            bool gated, double eps) {
    const at::Tensor values = Input(x, activation, gated).values();
    if (!normWeight) return {values, at::empty({0}, values.options())};
    const at::Tensor rstd = (values.square().mean(1) + eps).sqrt().reciprocal();
    return {values * rstd.unsqueeze(1) * *normWeight, rstd};
}

// Codes as fp32, and the inverse scale of each row.
std::tuple<at::Tensor, at::Tensor> quantized(const at::Tensor& values) {
    const at::Tensor largest = values.abs().amax(1).clamp_min(1e-5);
    return {rounded(values * (127 / largest).unsqueeze(1), -128, 127), largest / 127};
}

std::tuple<at::Tensor, at::Tensor> plainPrologue(const at::Tensor& x, const Optional& normWeight,
                                                 std::int64_t activation, bool gated, double eps, double lambda) {
    auto [values, rstd] = valuesOf(x, normWeight, activation, gated, eps);
    if (lambda > 0) {
        const auto [codes, inverseScale] = quantized(values);
        values = values + lambda * (codes * inverseScale.unsqueeze(1) - values);
    }
    return {values.to(x.scalar_type()), rstd};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> plainPrologueCodes(const at::Tensor& x, const Optional& normWeight,
                                                                  std::int64_t activation, bool gated, double eps) {
    const auto [values, rstd] = valuesOf(x, normWeight, activation, gated, eps);
    const auto [codes, inverseScale] = quantized(values);
    return {codes.to(at::kChar), inverseScale, rstd};
}

// With n = values * rstd: d values = rstd (dy w - n mean(dy w n)).
std::tuple<at::Tensor, at::Tensor> plainPrologueBackward(const at::Tensor& dy, const at::Tensor& x,
                                                         const at::Tensor& rstd, const Optional& normWeight,
                                                         std::int64_t activation, bool gated, double factor) {
    const Input input(x, activation, gated);
    at::Tensor d = dy.to(at::kFloat) * factor, normGradient = at::empty({0}, d.options());
    if (normWeight) {
        const at::Tensor scale = rstd.unsqueeze(1), n = input.values() * scale;
        normGradient = (d * n).sum(0);
        d = d * *normWeight;
        d = (d - n * (d * n).mean(1, true)) * scale;
    }
    at::Tensor dx =
        input.up.defined() ? at::cat({d * input.slope() * input.up, d * input.activated()}, 1) : d * input.slope();
    return {dx.to(x.scalar_type()), normGradient};
}

at::Tensor plainInt8Linear(const at::Tensor& x, const at::Tensor& w, const at::Tensor& rowScale,
                           const at::Tensor& columnScale, at::ScalarType type) {
    const at::Tensor sums = at::mm(x.to(at::kDouble), w.to(at::kDouble).t()).to(at::kFloat);
    return (sums * (columnScale.unsqueeze(0) * rowScale.unsqueeze(1))).to(type);
}

// The op `name` for tensors of any device, looked up once a place.
template <typename Signature>
c10::TypedOperatorHandle<Signature> op(const char* name) {
    return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

}  // namespace

at::Tensor absmean(const at::Tensor& w) {
    static const auto handle = op<at::Tensor(const at::Tensor&)>("tritlab::absmean");
    return handle.call(w);
}

at::Tensor ternaryCodes(const at::Tensor& w, const at::Tensor& mean) {
    static const auto handle = op<at::Tensor(const at::Tensor&, const at::Tensor&)>("tritlab::ternary_codes");
    return handle.call(w, mean);
}

at::Tensor blendWeights(const at::Tensor& w, const at::Tensor& codes, const at::Tensor& mean, double lambda,
                        at::ScalarType type) {
    static const auto handle =
        op<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, double, at::ScalarType)>(
            "tritlab::blend_weights");
    return handle.call(w, codes, mean, lambda, type);
}

std::tuple<at::Tensor, at::Tensor> prologue(const at::Tensor& x, const Optional& normWeight, const Prologue& kind,
                                            double lambda) {
    static const auto handle =
        op<std::tuple<at::Tensor, at::Tensor>(const at::Tensor&, const Optional&, std::int64_t, bool, double, double)>(
            "tritlab::prologue");
    return handle.call(x, normWeight, static_cast<std::int64_t>(kind.activation), kind.gated,
                       static_cast<double>(kind.eps), lambda);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> prologueCodes(const at::Tensor& x, const Optional& normWeight,
                                                             const Prologue& kind) {
    static const auto handle = op<std::tuple<at::Tensor, at::Tensor, at::Tensor>(
        const at::Tensor&, const Optional&, std::int64_t, bool, double)>("tritlab::prologue_codes");
    return handle.call(x, normWeight, static_cast<std::int64_t>(kind.activation), kind.gated,
                       static_cast<double>(kind.eps));
}

std::tuple<at::Tensor, at::Tensor> prologueBackward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& rstd,
                                                    const Optional& normWeight, const Prologue& kind, double factor) {
    static const auto handle =
        op<std::tuple<at::Tensor, at::Tensor>(const at::Tensor&, const at::Tensor&, const at::Tensor&, const Optional&,
                                              std::int64_t, bool, double)>("tritlab::prologue_backward");
    return handle.call(dy, x, rstd, normWeight, static_cast<std::int64_t>(kind.activation), kind.gated, factor);
}

at::Tensor int8Linear(const at::Tensor& x, const at::Tensor& w, const at::Tensor& rowScale,
                      const at::Tensor& columnScale, at::ScalarType type) {
    static const auto handle =
        op<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&, at::ScalarType)>(
            "tritlab::int8_linear");
    return handle.call(x, w, rowScale, columnScale, type);
}

}  // namespace tritlab::ops

TORCH_LIBRARY(tritlab, library) {
    library.def("absmean(Tensor w) -> Tensor");
    library.def("ternary_codes(Tensor w, Tensor absmean) -> Tensor");
    library.def("blend_weights(Tensor w, Tensor codes, Tensor absmean, float lambda_, ScalarType dtype) -> Tensor");
    library.def(
        "prologue(Tensor x, Tensor? norm_weight, int activation, bool gated, float eps, float lambda_) -> (Tensor, "
        "Tensor)");
    library.def(
        "prologue_codes(Tensor x, Tensor? norm_weight, int activation, bool gated, float eps) -> (Tensor, Tensor, "
        "Tensor)");
    library.def(
        "prologue_backward(Tensor dy, Tensor x, Tensor rstd, Tensor? norm_weight, int activation, bool gated, float "
        "factor) -> (Tensor, Tensor)");
    library.def("int8_linear(Tensor x, Tensor w, Tensor row_scale, Tensor column_scale, ScalarType dtype) -> Tensor");
}

TORCH_LIBRARY_IMPL(tritlab, CPU, library) {
    using namespace tritlab::ops;
    library.impl("absmean", &plainAbsmean);
    library.impl("ternary_codes", &plainTernaryCodes);
    library.impl("blend_weights", &plainBlendWeights);
    library.impl("prologue", &plainPrologue);
    library.impl("prologue_codes", &plainPrologueCodes);
    library.impl("prologue_backward", &plainPrologueBackward);
    library.impl("int8_linear", &plainInt8Linear);
}
