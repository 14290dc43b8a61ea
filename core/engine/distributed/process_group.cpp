// ProcessGroupGloo is a part of libtorch_cpu; only its header names gloo's, which are Debian's libgloo-dev (nothing of
// it is linked).
#include "core/engine/distributed/process_group.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#define USE_C10D_GLOO  // the wheel's libtorch_cpu has it
#include <unistd.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "core/base/error.h"
#include "core/config/accumulation.h"
#include "core/device/plugin.h"
#include "core/engine/distributed/heartbeat.h"
#include "core/engine/distributed/nccl.h"
#include "core/engine/layers/host_tensor.h"

namespace tritlab {
namespace {

using namespace std::chrono_literals;
constexpr auto meetingTimeout = 5min;  // until all ranks are there
constexpr auto collectiveTimeout =
    30min;                          // what one rank may do while the others wait: writing a checkpoint, drawing samples
constexpr auto reportTimeout = 3s;  // for survivors to say that they are there

std::vector<std::uint8_t> bytesOf(const std::string& text) { return {text.begin(), text.end()}; }
std::string textOf(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

// The first line, without the place in the source before it: c10d and gloo add both, and stacks.
std::string firstLine(const char* text) {
    std::string line = std::string(text).substr(0, std::string(text).find('\n'));
    if (const std::size_t end = line.find("] "); line.starts_with('[') && end != std::string::npos)
        line.erase(0, end + 2);
    return line;
}

std::string hostName() {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    return host;
}

std::string thisProcess() { return "process " + std::to_string(::getpid()) + " on " + hostName(); }

std::shared_ptr<gloo::transport::Device> device(const Ranks& ranks) {
    if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME"); interface != nullptr && *interface != '\0')
        return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
    if (ranks.oneMachine()) return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
    return c10d::ProcessGroupGloo::createDefaultDevice();
}

c10d::TCPStoreOptions storeOptions(const Ranks& ranks) {
    c10d::TCPStoreOptions options;
    options.port = ranks.port;
    options.isServer = ranks.leads() && !ranks.storeIsServed;
    options.timeout = meetingTimeout;
    options.waitWorkers = false;  // waiting is done by meet(), which looks at the stop token
    if (options.isServer && ranks.listener >= 0) options.masterListenFd = ranks.listener;
    return options;
}

}  // namespace

struct ProcessGroup::Impl {
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<c10d::Backend> backend;        // Gloo
    c10::intrusive_ptr<c10d::Backend> deviceBackend;  // NCCL, or none
    std::unique_ptr<Heartbeat> pulse;                 // with it: its works wait without end for a rank that is gone
    std::vector<std::string> who;                     // process and machine of each rank
    int barriers = 0;
    bool broken = false;

    void set(const std::string& name, const std::string& text) const { store->set(name, bytesOf(text)); }
    [[nodiscard]] bool has(const std::string& name) const { return store->check({name}); }
    [[nodiscard]] std::string get(const std::string& name) const { return textOf(store->get(name)); }
    void finish(c10d::Work& work, bool onDevice) {
        while (onDevice && !work.isCompleted()) {
            if (pulse->tripped()) {
                deviceBackend->abort();
                throw Error("a rank no longer answers", {}, {}, ErrorKind::Failed);
            }
            std::this_thread::sleep_for(20us);
        }
        if (onDevice && work.exception() != nullptr) std::rethrow_exception(work.exception());
        work.wait();
    }
    // Until the key is there; false: `until` has passed.
    bool await(const std::string& name, std::chrono::steady_clock::time_point until, const StopToken& stop) const {
        while (!has(name)) {
            if (stop.stopRequested()) throw Error("was stopped while the ranks prepared", {}, {}, ErrorKind::Failed);
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::sleep_for(20ms);
        }
        return true;
    }
};

ProcessGroup::ProcessGroup(const Ranks& ranks, const StopToken& stop) : ranks_(ranks), impl_(std::make_unique<Impl>()) {
    const std::string place = ranks.address + ":" + std::to_string(ranks.port);
    try {
        const auto tcp = c10::make_intrusive<c10d::TCPStore>(ranks.address, storeOptions(ranks));
        impl_->store = c10::make_intrusive<c10d::PrefixStore>("tritlab/" + ranks.attempt, tcp);
        impl_->set(rankKey("who", rank()), thisProcess());
        const auto until = std::chrono::steady_clock::now() + meetingTimeout;
        for (int other = 0; other < size(); ++other) {
            if (!impl_->await(rankKey("who", other), until, stop)) {
                throw Error("rank " + std::to_string(other) + " of " + std::to_string(size()) +
                                " did not come within " + std::to_string(meetingTimeout.count()) + " minutes",
                            place, "Look at its own messages", ErrorKind::Failed);
            }
            impl_->who.push_back(impl_->get(rankKey("who", other)));
        }
        auto options = c10d::ProcessGroupGloo::Options::create(collectiveTimeout);
        options->devices.push_back(device(ranks));
        impl_->backend = c10::make_intrusive<c10d::ProcessGroupGloo>(impl_->store, rank(), size(), options);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error("rank " + std::to_string(rank()) + " of " + std::to_string(size()) +
                        " could not meet the others (" + firstLine(error.what()) + ")",
                    place,
                    "All ranks need the same MASTER_ADDR and MASTER_PORT, a free port, and a network between them",
                    ErrorKind::Failed);
    }
}

// A broken group is not taken down but left to the end of the process: what is under way in it may wait for a rank that
// is gone.
ProcessGroup::~ProcessGroup() {
    impl_->pulse.reset();
    if (!impl_->broken) return;
    impl_->deviceBackend.release();
    impl_->backend.release();
    impl_->store.release();
}

void ProcessGroup::collective(const char* what, const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& error) {
        someoneIsLost(what, firstLine(error.what()));
    }
}

// Which rank it was: the one that does not say that it is there, or the one that said why it ended.
void ProcessGroup::someoneIsLost(const char* what, const std::string& reason) {
    impl_->broken = true;
    std::string lost;
    const auto add = [&](int other, const std::string& text) {
        lost += (lost.empty() ? "" : "; ") + ("rank " + std::to_string(other)) + " (" +
                impl_->who[static_cast<std::size_t>(other)] + ") " + text;
    };
    try {
        impl_->set(rankKey("there", rank()), "yes");
        const auto until = std::chrono::steady_clock::now() + reportTimeout;
        for (int other = 0; other < size(); ++other) {
            if (other == rank()) continue;
            const bool there = impl_->await(rankKey("there", other), until, {});
            if (impl_->has(rankKey("failed", other))) add(other, "ended: " + impl_->get(rankKey("failed", other)));
            else if (!there) add(other, "is gone");
        }
    } catch (const std::exception&) {
        add(0, "is gone");  // the store went with it
    }
    if (lost.empty()) lost = "the ranks lost touch";
    throw Error(lost + " (" + what + ": " + reason + ")", {}, {}, ErrorKind::Failed);
}

std::string ProcessGroup::useDevice(at::Device device) {
    if (device.is_cpu()) return "Gloo";
    const auto make = reinterpret_cast<cuda::MakeNccl>(cudaPluginSymbol(cuda::makeNcclName));
    std::vector<std::string> devices =
        allTexts(make == nullptr ? "" : hostName() + ":" + std::to_string(device.index()));
    std::sort(devices.begin(), devices.end());
    if (devices.front().empty() || std::adjacent_find(devices.begin(), devices.end()) != devices.end())
        return "Gloo, as copies through main memory";
    collective("meeting by NCCL", [&] {
        const auto own = c10::make_intrusive<c10d::PrefixStore>("nccl", impl_->store);
        impl_->deviceBackend = c10::intrusive_ptr<c10d::Backend>::reclaim(make(own, rank(), size(), collectiveTimeout));
        impl_->pulse = std::make_unique<Heartbeat>(impl_->store, rank(), size(), std::vector{"there", "failed"});
    });
    // NCCL connects at the first collective: here, and not within a step
    sum({at::zeros({1}, at::TensorOptions(device))});
    return "NCCL";
}

// start() for each tensor, all under way together: on the tensor itself where its backend can reach it, else on a copy
// in main memory.
void ProcessGroup::each(const char* what, const std::vector<at::Tensor>& tensors, const Start& start) {
    collective(what, [&] {
        std::vector<std::vector<at::Tensor>> moved;
        std::vector<c10::intrusive_ptr<c10d::Work>> works;
        const auto onDevice = [&](std::size_t i) { return impl_->deviceBackend && !tensors[i].is_cpu(); };
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            moved.push_back({onDevice(i) ? tensors[i].detach() : onHost(tensors[i])});
            works.push_back(start(onDevice(i) ? *impl_->deviceBackend : *impl_->backend, moved.back(), i));
        }
        for (std::size_t i = 0; i < works.size(); ++i) {
            impl_->finish(*works[i], onDevice(i));
            if (!onDevice(i)) giveBack(moved[i][0], tensors[i]);
        }
    });
}

void ProcessGroup::sum(const std::vector<at::Tensor>& tensors) {
    each("summing", tensors,
         [](c10d::Backend& backend, std::vector<at::Tensor>& one, std::size_t) { return backend.allreduce(one); });
}

void ProcessGroup::sumByHalves(const std::vector<at::Tensor>& tensors) {
    if (size() == 2) return sum(tensors);  // a + b, whoever adds
    const at::NoGradGuard guard;
    sumAtFirst(tensors, 0, size());
    broadcast(tensors, std::vector<int>(tensors.size(), 0));
}

// The sum of the `count` ranks from `first` on, at `first`. A tensor at a time, so that a buffer of one is enough; each
// rank either sends or receives, so that none waits for another in a circle.
void ProcessGroup::sumAtFirst(const std::vector<at::Tensor>& tensors, int first, int count) {
    if (count == 1) return;
    const int half = static_cast<int>(firstHalf(count)), second = first + half;
    if (rank() < second) sumAtFirst(tensors, first, half);
    else sumAtFirst(tensors, second, count - half);
    for (const at::Tensor& tensor : tensors) {
        if (rank() == second) send(tensor, first);
        if (rank() != first) continue;
        const at::Tensor other = at::empty_like(tensor);
        receive(other, second);
        tensor.add_(other);
    }
}

void ProcessGroup::sum(std::vector<double>& numbers) {
    const at::Tensor tensor = at::empty({static_cast<std::int64_t>(numbers.size())}, at::kDouble);
    const std::size_t bytes = numbers.size() * sizeof(double);
    std::memcpy(tensor.data_ptr(), numbers.data(), bytes);
    sum({tensor});
    std::memcpy(numbers.data(), tensor.data_ptr(), bytes);
}

void ProcessGroup::broadcast(const std::vector<at::Tensor>& tensors, const std::vector<int>& owners) {
    each("spreading", tensors, [&](c10d::Backend& backend, std::vector<at::Tensor>& one, std::size_t i) {
        c10d::BroadcastOptions options;
        options.rootRank = owners[i];
        return backend.broadcast(one, options);
    });
}

void ProcessGroup::send(const at::Tensor& tensor, int to) {
    each("sending", {impl_->deviceBackend ? tensor : onHost(tensor)},
         [&](c10d::Backend& backend, std::vector<at::Tensor>& one, std::size_t) { return backend.send(one, to, 0); });
}

void ProcessGroup::receive(const at::Tensor& tensor, int from) {
    each("receiving", {tensor},
         [&](c10d::Backend& backend, std::vector<at::Tensor>& one, std::size_t) { return backend.recv(one, from, 0); });
}

std::string ProcessGroup::broadcastText(const std::string& mine) {
    at::Tensor length = at::empty({1}, at::kLong);
    *length.data_ptr<std::int64_t>() = static_cast<std::int64_t>(mine.size());
    broadcast({length}, {0});
    const std::int64_t bytes = *length.data_ptr<std::int64_t>();
    if (bytes == 0) return {};
    at::Tensor text = at::empty({bytes}, at::kByte);
    if (leads()) std::memcpy(text.data_ptr(), mine.data(), mine.size());
    broadcast({text}, {0});
    return {static_cast<const char*>(text.const_data_ptr()), static_cast<std::size_t>(bytes)};
}

std::vector<std::string> ProcessGroup::allTexts(const std::string& mine) {
    std::vector<double> lengths(static_cast<std::size_t>(size()));
    lengths[static_cast<std::size_t>(rank())] = static_cast<double>(mine.size());
    sum(lengths);
    std::vector<at::Tensor> texts;
    std::vector<int> owners;
    for (int other = 0; other < size(); ++other) {
        texts.push_back(
            at::empty({static_cast<std::int64_t>(lengths[static_cast<std::size_t>(other)]) + 1}, at::kByte));
        owners.push_back(other);
    }
    std::memcpy(texts[static_cast<std::size_t>(rank())].data_ptr(), mine.c_str(), mine.size() + 1);
    broadcast(texts, owners);
    std::vector<std::string> result;
    for (const at::Tensor& text : texts)
        result.emplace_back(static_cast<const char*>(text.const_data_ptr()),
                            static_cast<std::size_t>(text.numel() - 1));
    return result;
}

void ProcessGroup::barrier() {
    const std::string passed = rankKey("barrier", impl_->barriers++);
    try {
        if (leads()) {
            impl_->set(passed, "");
            return;
        }
        while (!impl_->has(passed)) {
            if (impl_->has(rankKey("failed", 0))) throw Error(impl_->get(rankKey("failed", 0)));
            std::this_thread::sleep_for(50ms);
        }
    } catch (const Error& error) {
        impl_->broken = true;
        throw Error("rank 0 ended: " + std::string(error.what()), {}, {}, ErrorKind::Failed);
    } catch (const std::exception& error) {
        someoneIsLost(leads() ? "meeting" : "waiting for rank 0", firstLine(error.what()));
    }
}

void ProcessGroup::fail(const std::string& reason) {
    if (impl_->broken) return;  // another rank was the first
    impl_->broken = true;
    try {
        impl_->set(rankKey("failed", rank()), reason);
        impl_->set(rankKey("there", rank()), "no");
        if (leads()) std::this_thread::sleep_for(500ms);  // its store goes with it: the others look every 50 ms
    } catch (const std::exception&) {
        // The store is gone, and with it whoever could read this.
    }
}

}  // namespace tritlab
