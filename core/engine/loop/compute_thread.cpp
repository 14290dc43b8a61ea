#include "core/engine/loop/compute_thread.h"

#include <ATen/Parallel.h>
#include <omp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/error.h"
#include "core/engine/loop/tensor_memory.h"

namespace tritlab {

namespace {

void takePriority(TrainingPriority priority) {
    const sched_param none{};
    if (priority == TrainingPriority::Leftover && ::sched_setscheduler(0, SCHED_IDLE, &none) == 0) return;
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10);
}

}  // namespace

TrainingPriority wantedTrainingPriority() {
    if (const char* wanted = std::getenv("TRITLAB_PRIORITY"); wanted != nullptr && *wanted != 0) {
        if (std::string_view(wanted) == "leftover") return TrainingPriority::Leftover;
        if (std::string_view(wanted) == "low") return TrainingPriority::Low;
        throw Error("'" + std::string(wanted) + "' is no priority", "TRITLAB_PRIORITY", "Use one of: leftover, low");
    }
    const bool display = std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
    return display ? TrainingPriority::Leftover : TrainingPriority::Low;
}

struct ComputeThread::Impl {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> queue;
    std::thread::id id;
    TrainingPriority priority = wantedTrainingPriority();

    void loop() {
        takePriority(priority);  // before the OpenMP pool is made: its threads inherit it
        setThreads(0);
        for (;;) {
            std::function<void()> work;
            {
                std::unique_lock lock(mutex);
                changed.wait(lock, [this] { return !queue.empty(); });
                work = std::move(queue.front());
                queue.pop_front();
            }
            work();
            releaseTensorMemory();
        }
    }
};

ComputeThread& ComputeThread::instance() {
    static auto* thread = new ComputeThread;
    return *thread;
}

ComputeThread::ComputeThread() : impl_(new Impl) {
    useTensorArena();
    std::thread worker([this] { impl_->loop(); });
    impl_->id = worker.get_id();
    worker.detach();
}

void ComputeThread::run(const std::function<void()>& work) { wait(work, nullptr); }

bool ComputeThread::runUnlessStopped(const std::function<void()>& work, const StopToken& stop) {
    return wait(work, &stop);
}

// The turn outlives a caller that does not wait for it.
bool ComputeThread::wait(const std::function<void()>& work, const StopToken* stop) {
    if (std::this_thread::get_id() == impl_->id) {
        work();
        return true;
    }
    struct Turn {
        enum class State { Waits, Runs, Done, Dropped } state = State::Waits;
        std::mutex mutex;
        std::condition_variable changed;
        std::exception_ptr error;
    };
    const auto turn = std::make_shared<Turn>();
    {
        std::lock_guard lock(impl_->mutex);
        impl_->queue.emplace_back([turn, &work] {
            {
                std::lock_guard mine(turn->mutex);
                if (turn->state == Turn::State::Dropped) return;  // `work` is gone
                turn->state = Turn::State::Runs;
            }
            try {
                work();
            } catch (...) {
                turn->error = std::current_exception();
            }
            std::lock_guard mine(turn->mutex);
            turn->state = Turn::State::Done;
            turn->changed.notify_one();
        });
    }
    impl_->changed.notify_one();
    std::unique_lock lock(turn->mutex);
    const auto done = [&turn] { return turn->state == Turn::State::Done; };
    if (stop == nullptr) turn->changed.wait(lock, done);
    while (!done()) {
        turn->changed.wait_for(lock, std::chrono::milliseconds(20));
        if (turn->state == Turn::State::Waits && stop->stopRequested()) {
            turn->state = Turn::State::Dropped;
            return false;
        }
    }
    if (turn->error) std::rethrow_exception(turn->error);
    return true;
}

void ComputeThread::setThreads(int threads) {
    const int count = threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency());
    omp_set_num_threads(count);
    at::set_num_threads(count);
}

int ComputeThread::threads() { return at::get_num_threads(); }

int ComputeThread::threadsAtWork() {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    at::parallel_for(0, threads(), 1, [&](std::int64_t, std::int64_t) {
        const std::lock_guard lock(mutex);
        seen.insert(std::this_thread::get_id());
    });
    return static_cast<int>(seen.size());
}

}  // namespace tritlab
