// What of training's bf16 work this processor does by itself; the rest is widened to fp32, which is slower and takes
// more memory. No LibTorch. TRITLAB_KERNELS=avx2 (or scalar) says no to both.
#pragma once

namespace tritlab {

// Whether LibTorch's own bf16 products are fast here: AVX512BW, VL and DQ, what it asks for before it gives bf16 to
// oneDNN. (Any other kind of processor than x86-64 is left to it.)
bool bf16ProductsAreFast();

// Whether the attention kernels of core/kernels/attention.h run here: AVX512F, BW, VL and AVX512-BF16.
bool fusedAttentionAvailable();

}  // namespace tritlab
