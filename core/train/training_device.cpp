#include "core/train/training_device.h"

#include "core/base/error.h"
#include "core/cuda/plugin.h"

namespace tritlab {

TrainingDevice trainingDevice(ComputeDevice wanted, const Ranks& ranks) {
    if (wanted == ComputeDevice::Cpu) return {};
    const CudaState& cuda = cudaState();
    if (!cuda.usable()) {
        if (wanted == ComputeDevice::Auto) return {};
        throw Error(cuda.missing, "device", cuda.mend + ", or set device = cpu", ErrorKind::Failed);
    }
    try {
        loadCudaPlugin();
    } catch (const Error& error) {
        if (wanted == ComputeDevice::Cuda) throw;
        return {at::kCPU, {}, "Trains on the CPU and not on " + cuda.devices[0] + ": " + error.what()};
    }
    const std::size_t index = static_cast<std::size_t>(ranks.localRank) % cuda.devices.size();
    return {at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index)), cuda.devices[index], {}};
}

}  // namespace tritlab
