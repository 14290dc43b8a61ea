// The door to the CUDA plugin, libtritlab_cuda.so beside this library: whether this machine can train on a CUDA device,
// and the plugin itself. Both are asked at run time, so that nobody without an NVIDIA device needs its libraries. No
// LibTorch here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tritlab {

struct CudaState {
    std::vector<std::string> devices;  // their names, "NVIDIA H100 80GB HBM3"
    std::string missing,
        hint;  // what is not there ("there is no NVIDIA driver (…)") and what to do; empty where all is
    [[nodiscard]] bool usable() const { return missing.empty(); }
};
// Looked at once, at the first call: the driver, the plugin's file, then the devices. Where driver and plugin are there
// the driver starts, which may take half a second.
const CudaState& cudaState();

std::filesystem::path cudaPluginPath();  // where it is looked for; it need not be there
// Its ops for CUDA tensors are in LibTorch's dispatcher afterwards (core/engine/layers/tensor_ops.h). LibTorch counts
// its devices once: a process loads it before its first backward. Throws Error where it was not built or cannot be
// loaded.
void loadCudaPlugin();
// What the loaded plugin exports under this name; null where it is not loaded, or has none.
void* cudaPluginSymbol(const char* name);

}  // namespace tritlab
