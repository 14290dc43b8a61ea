#include "core/model/kernels/attention.h"

#include "core/quant/kernels/kernels.h"

namespace tritlab {

bool fusedAttentionAvailable() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bf16") && kernelSetAllowed(KernelSet::Avx512Vnni);
}

}  // namespace tritlab
