// Which kernels train on this machine.
#pragma once

#include <string>

namespace tritlab {

// "avx512 attention-fused attention-rows int8-vnni aten-AVX512 amx_bf16": our own kernels, LibTorch's, and what oneDNN
// chooses by. Runs with equal texts and thread counts give equal bits.
std::string kernelSet();
// On a device of that name; empty: the CPU, as above.
std::string kernelSet(const std::string& device);

}  // namespace tritlab
