#include "core/device/processor.h"

#include "core/kernels/kernels.h"

namespace tritlab {

#if defined(__x86_64__)
bool bf16ProductsAreFast() {
    static const bool able =
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return able && kernelSetAllowed(KernelSet::Avx512Vnni);
}

bool fusedAttentionAvailable() {
    static const bool able = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
    return able && kernelSetAllowed(KernelSet::Avx512Vnni);
}
#else
bool bf16ProductsAreFast() { return true; }
bool fusedAttentionAvailable() { return false; }
#endif

}  // namespace tritlab
