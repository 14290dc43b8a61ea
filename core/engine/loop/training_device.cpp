#include "core/engine/loop/training_device.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/device/plugin.h"

namespace tritlab {

void finishWork(at::Device device) {
    if (!device.is_cpu()) c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

void forgetPeak(at::Device device) {
    if (device.is_cpu()) forgetPeak();
    else c10::getDeviceAllocator(device.type())->resetPeakStats(device.index());
}

std::int64_t peakBytes(at::Device device) {
    using Stats = c10::CachingAllocator::StatType;
    if (device.is_cpu()) return peakResidentBytes();
    return c10::getDeviceAllocator(device.type())
        ->getDeviceStats(device.index())
        .allocated_bytes[static_cast<std::size_t>(Stats::AGGREGATE)]
        .peak;
}

TrainingDevice trainingDevice(ComputeDevice wanted, const Ranks& ranks) {
    if (wanted == ComputeDevice::Cpu) return {};
    const CudaState& cuda = cudaState();
    if (!cuda.usable()) {
        if (wanted == ComputeDevice::Auto) return {};
        throw Error(cuda.missing, "device", cuda.hint + ", or set device = cpu", ErrorKind::Failed);
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
