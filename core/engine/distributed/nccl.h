// What the CUDA plugin gives to ranks that train on devices: LibTorch's NCCL, behind c10d's interface. The plugin
// exports a function of this kind under this name (cudaPluginSymbol()).
#pragma once

#include <chrono>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace tritlab::cuda {

// The caller owns what it gets. Nothing is sent yet: the ranks meet at their first collective.
using MakeNccl = c10d::Backend* (*)(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                    std::chrono::milliseconds timeout);
constexpr const char* makeNcclName = "tritlabMakeNccl";

}  // namespace tritlab::cuda
