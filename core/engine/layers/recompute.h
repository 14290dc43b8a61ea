// Activation checkpointing: a part of the model that keeps only its input, and runs again when its backward comes.
#pragma once

#include <ATen/core/Tensor.h>
#include <functional>

namespace tritlab {

// part(x), recorded as one node that holds x and nothing that `part` makes on the way. Gradients go to x and, as they
// are made, to the leaves that `part` uses; part has to give the same again, and what it refers to has to live until
// the backward is done.
at::Tensor recomputed(const at::Tensor& x, std::function<at::Tensor(const at::Tensor& x)> part);

}  // namespace tritlab
