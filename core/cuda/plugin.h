// The door to the CUDA plugin, libtritlab_cuda.so beside this library. It is opened at run time, so that nobody without an NVIDIA
// device needs its libraries. Part of tritlab_torch.
#pragma once

#include <filesystem>
#include <string>

namespace tritlab {

std::filesystem::path cudaPluginPath();  // where it is looked for; it need not be there
// Why there is no device to use ("no NVIDIA driver …"), or empty. Asks the driver alone.
std::string missingCudaDevice();
// Its ops are in LibTorch's dispatcher afterwards, as tritlab::absmean, … Throws Error where it was not built or cannot be loaded.
void loadCudaPlugin();

}  // namespace tritlab
