// What the fused autograd nodes share: hanging a node behind an output, splitting rows among threads, raw pointers by
// precision.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include "core/kernels/train_kernels.h"

namespace tritlab {

// Makes `node` the gradient of `output`; `inputs` in the order of the gradients that node->apply() returns.
inline void attach(at::Tensor& output, const std::shared_ptr<torch::autograd::Node>& node,
                   const torch::autograd::variable_list& inputs) {
    node->set_next_edges(torch::autograd::collect_next_edges(inputs));
    torch::autograd::set_history(output, node);
}

inline bool wantsGradient(const torch::autograd::variable_list& inputs) {
    return at::GradMode::is_enabled() && std::any_of(inputs.begin(), inputs.end(), [](const at::Tensor& t) {
               return t.defined() && t.requires_grad();
           });
}

// T* of a tensor of fp32, bf16 (as uint16_t), int8 or int32.
template <typename T>
T* pointer(const at::Tensor& tensor) {
    return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

// Calls work.template operator()<float>() or <uint16_t>() by the tensor's type.
template <typename Work>
auto byPrecision(at::ScalarType type, Work&& work) {
    return type == at::kFloat ? work.template operator()<float>() : work.template operator()<std::uint16_t>();
}

// work(begin, end) over [0, rows); a thread gets at least `values` values' worth of rows. For passes whose rows are
// independent.
template <typename Work>
void forRows(std::int64_t rows, std::int64_t rowLength, const Work& work) {
    at::parallel_for(0, rows, std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, rowLength)), work);
}

}  // namespace tritlab
