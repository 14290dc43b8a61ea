#include "core/engine/loop/kernel_set.h"

#include <ATen/Version.h>

#include "core/base/files.h"
#include "core/device/processor.h"
#include "core/kernels/int8_product.h"
#include "core/kernels/train_kernels.h"

namespace tritlab {

std::string kernelSet() {
    std::string set(trainKernels().name);
    if (fusedAttentionAvailable()) set += " attention-fused";
    set += " attention-rows";  // of fp32; and of bf16 where it is not fused
    set += int8ProductHas(KernelSet::Avx512Vnni) ? " int8-vnni"
           : int8ProductHas(KernelSet::Avx2)     ? " int8-avx2"
                                                 : " int8-scalar";
    if (!bf16ProductsAreFast()) set += " bf16-as-fp32";
    set += " aten-" + at::get_cpu_capability();
    const std::string processor = readFile("/proc/cpuinfo");
    for (const char* feature : {"avx512_bf16", "amx_bf16", "amx_int8"})
        if (processor.find(std::string(" ") + feature) != std::string::npos) set += std::string(" ") + feature;
    return set;
}

std::string kernelSet(const std::string& device) { return device.empty() ? kernelSet() : "cuda " + device; }

}  // namespace tritlab
