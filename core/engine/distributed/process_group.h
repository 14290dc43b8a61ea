// The ranks of a data-parallel run and what they do together, over LibTorch's c10d: they meet at a TCPStore, and Gloo
// moves tensors; where each rank has a CUDA device of its own, NCCL moves those that lie there. Every call of a
// collective is made by all ranks in the same order, on the compute thread. A rank that is gone ends them all: each
// call throws Error that names it then.
#pragma once

#include <ATen/core/Tensor.h>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/run/ranks.h"

namespace c10d {
class Backend;
class Work;
}  // namespace c10d

namespace tritlab {

class ProcessGroup {
public:
    // Waits for all ranks. Throws Error where they do not come.
    ProcessGroup(const Ranks& ranks, const StopToken& stop);
    ~ProcessGroup();
    ProcessGroup(const ProcessGroup&) = delete;
    ProcessGroup& operator=(const ProcessGroup&) = delete;

    [[nodiscard]] int rank() const { return ranks_.rank; }
    [[nodiscard]] int size() const { return ranks_.size; }
    [[nodiscard]] bool leads() const { return ranks_.leads(); }
    [[nodiscard]] const Ranks& ranks() const { return ranks_; }

    // Called by all ranks, once: what lies on their devices goes from one to the other by NCCL from now on, where every
    // rank has one of its own and the plugin's NCCL; else as copies through main memory. Gives how, in words, for the
    // log.
    std::string useDevice(at::Device device);

    // The sum over the ranks, in place. Every rank gets the same bits; with two ranks they are those of a + b.
    void sum(const std::vector<at::Tensor>& tensors);
    // The same in an order that the ranks alone decide, (r0 + r1) + (r2 + r3) (core/config/accumulation.h): Gloo's ring
    // and NCCL begin each part of a tensor at another rank. Costs more rounds where there are more than two ranks.
    void sumByHalves(const std::vector<at::Tensor>& tensors);
    // Numbers that most ranks leave 0: the sums are exact where each place is filled by one rank.
    void sum(std::vector<double>& numbers);
    // From the rank `owners[i]` to all, in place.
    void broadcast(const std::vector<at::Tensor>& tensors, const std::vector<int>& owners);
    void send(const at::Tensor& tensor, int to);
    void receive(const at::Tensor& tensor, int from);
    // Rank 0's text, at every rank.
    std::string broadcastText(const std::string& mine);
    // Every rank's text, at every rank, in rank order.
    std::vector<std::string> allTexts(const std::string& mine);

    // Rank 0 does not wait; the others wait, however long, until rank 0 has come to this call as often as they have:
    // for what takes rank 0 longer than a collective may (preparing text). Throws Error where rank 0 fails. A stop that
    // is requested of a rank meanwhile waits for the first step.
    void barrier();

    // The others learn why this rank ends. Called at most once, before it goes.
    void fail(const std::string& reason);

private:
    struct Impl;
    using Start = std::function<c10::intrusive_ptr<c10d::Work>(c10d::Backend& backend, std::vector<at::Tensor>& one,
                                                               std::size_t index)>;
    void collective(const char* what, const std::function<void()>& work);
    void sumAtFirst(const std::vector<at::Tensor>& tensors, int first, int count);
    void each(const char* what, const std::vector<at::Tensor>& tensors, const Start& start);
    [[noreturn]] void someoneIsLost(const char* what, const std::string& reason);
    Ranks ranks_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tritlab
