// Where a run trains: on the CPU, or on a CUDA device.
#pragma once

#include <ATen/core/Tensor.h>
#include <string>

#include "core/config/run_config.h"
#include "core/train/ranks.h"

namespace tritlab {

struct TrainingDevice {
    at::Device device = at::kCPU;
    std::string name;    // "NVIDIA H100 80GB HBM3"; empty for the CPU
    std::string remark;  // why a device that is there is not used, where that was not asked for
};

// The ranks of a machine take its devices in turn. Throws Error that says what is missing where CUDA was asked for.
TrainingDevice trainingDevice(ComputeDevice wanted, const Ranks& ranks);

}  // namespace tritlab
