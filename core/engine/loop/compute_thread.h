// The one thread on which all LibTorch work of a process runs, for its whole life. Every host thread gets an OpenMP
// pool of its own, so work from many threads would oversubscribe the cores (docs/architecture.md, Threads).
#pragma once

#include <functional>

#include "core/base/stop_token.h"

namespace tritlab {

// Leftover: what nobody else wants of the processor (SCHED_IDLE). Whoever wakes is put where only such threads run, so
// that a window beside a training run draws as if alone; on a machine that others fill, training all but stands still.
// Low: nice 10, a tenth of the share of others.
enum class TrainingPriority { Low, Leftover };
// As TRITLAB_PRIORITY ("low", "leftover") says; without it Leftover where there is a display, since someone sits at it.
// Throws Error for another word.
TrainingPriority wantedTrainingPriority();

class ComputeThread {
public:
    static ComputeThread& instance();
    // Runs `work` on the compute thread and waits; what it throws is thrown here. Called from the compute thread itself
    // it runs at once.
    void run(const std::function<void()>& work);
    // The same for work that may have to wait for a whole run: stopped before its turn has come it is dropped, and
    // false is given.
    bool runUnlessStopped(const std::function<void()>& work, const StopToken& stop);
    // Threads of LibTorch's and our own kernels; 0 = all cores. Called on the compute thread, before parallel work.
    static void setThreads(int threads);
    [[nodiscard]] static int threads();
    // How many threads a parallel loop of this library really runs on, counted in such a loop: without OpenMP in a
    // file's flags at::parallel_for compiles to a loop on one thread.
    [[nodiscard]] static int threadsAtWork();

private:
    ComputeThread();
    bool wait(const std::function<void()>& work, const StopToken* stop);
    struct Impl;
    Impl* impl_;  // never destroyed: LibTorch's pools outlive main
};

}  // namespace tritlab
