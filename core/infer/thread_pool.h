// A few threads that take numbered pieces of one job at a time, with the caller as one of them. Between jobs a worker
// spins for some microseconds, since a decoded token is dozens of short jobs, then sleeps: an idle engine costs
// nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace tritlab {

class ThreadPool {
public:
    explicit ThreadPool(int threads);  // 0: one for each core that this process may use
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    [[nodiscard]] int threads() const { return static_cast<int>(workers_.size()) + 1; }

    // Calls body(piece, thread) for each piece in 0..pieces-1, on any thread in 0..threads()-1, and returns when all
    // are done. The body must not throw. One caller at a time.
    template <class Body>
    void run(std::int64_t pieces, Body&& body) {
        using Plain = std::remove_reference_t<Body>;
        runErased(
            pieces,
            [](void* context, std::int64_t piece, int thread) { (*static_cast<Plain*>(context))(piece, thread); },
            const_cast<std::remove_const_t<Plain>*>(&body));
    }

private:
    using Call = void (*)(void* context, std::int64_t piece, int thread);
    void runErased(std::int64_t pieces, Call call, void* context);
    void work(int thread);
    bool takeOne(int thread);

    // The job's number in the high half, the next piece in the low half: taking a piece is one compare-and-swap that
    // fails where the job is no longer the one whose fields were read.
    std::atomic<std::uint64_t> ticket_{0};
    std::atomic<Call> call_{nullptr};
    std::atomic<void*> context_{nullptr};
    std::atomic<std::uint32_t> pieces_{0}, done_{0};
    std::atomic<std::uint32_t> job_{0};  // what sleepers wait on
    std::atomic<int> sleepers_{0};
    std::atomic<bool> ending_{false};
    std::vector<std::thread> workers_;
};

}  // namespace tritlab
