// Values of a tensor on the CPU, wherever it lies: for what reads and writes plain memory.
#pragma once

#include <ATen/ops/empty.h>

namespace tritlab {

// Room for values of an fp32 tensor: itself where it lies on the CPU. giveBack() brings them to it.
inline at::Tensor hostRoom(const at::Tensor& tensor) {
    return tensor.is_cpu() ? tensor : at::empty(tensor.sizes(), at::kFloat);
}
// The tensor's values there.
inline at::Tensor onHost(const at::Tensor& tensor) { return tensor.detach().to(at::kCPU); }
inline void giveBack(const at::Tensor& host, const at::Tensor& tensor) {
    if (!tensor.is_cpu()) tensor.detach().copy_(host);
}

}  // namespace tritlab
