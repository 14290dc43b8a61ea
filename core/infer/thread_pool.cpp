#include "core/infer/thread_pool.h"

#include <algorithm>
#include <chrono>

namespace tritlab {
namespace {

constexpr auto spinTime = std::chrono::microseconds(30);

inline void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

// Spins until `done` or the time is over; gives whether it is done.
template <class Done>
bool spinUntil(Done done) {
    const auto end = std::chrono::steady_clock::now() + spinTime;
    for (;;) {
        for (int i = 0; i < 32; ++i) {
            if (done()) return true;
            pause();
        }
        if (std::chrono::steady_clock::now() >= end) return done();
    }
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
    if (threads <= 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    for (int thread = 1; thread < threads; ++thread) workers_.emplace_back([this, thread] { work(thread); });
}

ThreadPool::~ThreadPool() {
    ending_ = true;
    job_.fetch_add(1);
    job_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

bool ThreadPool::takeOne(int thread) {
    std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    for (;;) {
        const auto piece = static_cast<std::uint32_t>(ticket);
        if (piece >= pieces_.load(std::memory_order_relaxed)) return false;
        const Call call = call_.load(std::memory_order_relaxed);
        void* const context = context_.load(std::memory_order_relaxed);
        // The fields may belong to a later job than the ticket: then the ticket has moved on and this fails.
        if (!ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel, std::memory_order_acquire))
            continue;
        call(context, piece, thread);
        if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == pieces_.load(std::memory_order_relaxed))
            done_.notify_one();
        return true;
    }
}

void ThreadPool::work(int thread) {
    std::uint32_t seen = 0;
    while (!ending_) {
        while (takeOne(thread)) {}
        if (spinUntil([&] { return job_.load(std::memory_order_acquire) != seen; })) {
            seen = job_.load(std::memory_order_acquire);
            continue;
        }
        sleepers_.fetch_add(1);
        job_.wait(seen);
        sleepers_.fetch_sub(1);
        seen = job_.load(std::memory_order_acquire);
    }
}

void ThreadPool::runErased(std::int64_t pieces, Call call, void* context) {
    if (pieces <= 1 || workers_.empty()) {
        for (std::int64_t piece = 0; piece < pieces; ++piece) call(context, piece, 0);
        return;
    }
    const auto count = static_cast<std::uint32_t>(pieces);
    const std::uint64_t job = (ticket_.load(std::memory_order_relaxed) >> 32) + 1;
    // No piece can be taken while the fields change: the old job's are all gone (ticket 2^32 - 1 is beyond any count).
    ticket_.store((job << 32) | 0xffffffffu, std::memory_order_release);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    call_.store(call, std::memory_order_relaxed);
    context_.store(context, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    pieces_.store(count, std::memory_order_relaxed);
    ticket_.store((job << 32), std::memory_order_release);
    job_.fetch_add(1);
    if (sleepers_.load() > 0) job_.notify_all();
    while (takeOne(0)) {}
    const auto finished = [&] { return done_.load(std::memory_order_acquire) == count; };
    while (!finished()) {
        if (spinUntil(finished)) break;
        const std::uint32_t done = done_.load(std::memory_order_acquire);
        if (done != count) done_.wait(done);
    }
}

}  // namespace tritlab
