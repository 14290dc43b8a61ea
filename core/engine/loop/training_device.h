// Where a run trains: on the CPU, or on a CUDA device.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <string>

#include "core/config/run_config.h"
#include "core/run/ranks.h"

namespace tritlab {

struct TrainingDevice {
    at::Device device = at::kCPU;
    std::string name;    // "NVIDIA H100 80GB HBM3"; empty for the CPU
    std::string remark;  // why a device that is there is not used, where that was not asked for
};

// A device takes work and goes on by itself: waits until all of it is done. The CPU has nothing to wait for.
void finishWork(at::Device device);
// The most memory held since forgetPeak(), in bytes: of tensors on a device; of the whole process on the CPU.
void forgetPeak(at::Device device);
std::int64_t peakBytes(at::Device device);

// The ranks of a machine take its devices in turn. Throws Error that says what is missing where CUDA was asked for.
TrainingDevice trainingDevice(ComputeDevice wanted, const Ranks& ranks);

}  // namespace tritlab
