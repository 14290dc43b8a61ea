// Small help for tests on tensors: from safetensors, from seeded random numbers; differences.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <cstring>

#include "core/base/random.h"
#include "core/formats/safetensors.h"

namespace tritlab::test {

inline at::Tensor tensorOf(const TensorView& view) {
    const at::ScalarType type = view.type == DType::I64 ? at::kLong : view.type == DType::I8 ? at::kChar : at::kFloat;
    at::Tensor tensor = at::empty(view.shape, type);
    std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
    return tensor;
}

// Uniform in [-1, 1) * scale, the same bits for the same seed.
inline at::Tensor randomTensor(at::IntArrayRef shape, std::uint64_t seed, double scale = 1.0,
                               at::ScalarType type = at::kFloat) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    auto* values = tensor.data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = static_cast<float>(scale * (2 * randomUniform(seed, 77, static_cast<std::uint64_t>(i)) - 1));
    return tensor.to(type);
}

inline at::Tensor randomTokens(at::IntArrayRef shape, std::int64_t vocab, std::uint64_t seed) {
    at::Tensor tensor = at::empty(shape, at::kLong);
    auto* values = tensor.data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = static_cast<std::int64_t>(randomBits(seed, 99, static_cast<std::uint64_t>(i)) %
                                              static_cast<std::uint64_t>(vocab));
    return tensor;
}

inline double largest(const at::Tensor& t) {
    return t.numel() == 0 ? 0.0 : t.detach().to(at::kDouble).abs().max().item<double>();
}
inline double difference(const at::Tensor& a, const at::Tensor& b) {
    return largest(a.detach().to(at::kDouble) - b.detach().to(at::kDouble));
}
// The largest difference as a share of the reference's largest value.
inline double relativeDifference(const at::Tensor& a, const at::Tensor& reference) {
    return difference(a, reference) / std::max(largest(reference), 1e-30);
}
inline bool sameBits(const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor x = a.contiguous(), y = b.contiguous();
    return x.sizes() == y.sizes() && x.scalar_type() == y.scalar_type() &&
           std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0;
}

}  // namespace tritlab::test
