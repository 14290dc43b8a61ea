// ProcessGroupNCCL is a part of libtorch_cuda; its header names NCCL's, which comes with the CUDA libraries (nothing of
// it is linked).
#include "core/engine/distributed/nccl.h"

#include <cstdlib>
#define USE_C10D_NCCL  // the wheel's libtorch_cuda has it
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

extern "C" [[gnu::visibility("default")]] c10d::Backend* tritlabMakeNccl(const c10::intrusive_ptr<c10d::Store>& store,
                                                                         int rank, int size,
                                                                         std::chrono::milliseconds timeout);

c10d::Backend* tritlabMakeNccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                               std::chrono::milliseconds timeout) {
    // A rank that is lost ends the run at its last checkpoint: the ranks watch each other
    // (core/engine/distributed/heartbeat.h). c10d's own watchdog would end the process.
    ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", 0);
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = timeout;
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, std::move(options)).release();
}
