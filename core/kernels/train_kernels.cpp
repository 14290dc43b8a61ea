// Chooses the set of training kernels by what the machine can run.
#include "core/kernels/train_kernels.h"

#include <atomic>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/kernels/kernels.h"

namespace tritlab {

namespace train_scalar {
extern const TrainKernels table;
}
#if defined(__x86_64__)
namespace train_avx2 {
extern const TrainKernels table;
}
namespace train_avx512 {
extern const TrainKernels table;
}
#endif

namespace {

const TrainKernels& bestSet() {
    for (const auto& [name, level] : {std::pair{"avx512", KernelSet::Avx512Vnni}, {"avx2", KernelSet::Avx2}})
        if (const TrainKernels* set = kernelSetAllowed(level) ? trainKernels(name) : nullptr) return *set;
    return train_scalar::table;
}

std::atomic<const TrainKernels*> forced{nullptr};

}  // namespace

const TrainKernels* trainKernels(std::string_view name) {
    if (name == "scalar") return &train_scalar::table;
#if defined(__x86_64__)
    if (name == "avx2") return __builtin_cpu_supports("avx2") != 0 ? &train_avx2::table : nullptr;
    if (name == "avx512") {
        const bool able = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                          __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
        return able ? &train_avx512::table : nullptr;
    }
#endif
    return nullptr;
}

const TrainKernels& trainKernels() {
    static const TrainKernels& best = bestSet();
    const TrainKernels* const choice = forced.load(std::memory_order_relaxed);
    return choice != nullptr ? *choice : best;
}

void forceTrainKernels(std::string_view name) {
    const TrainKernels* const set = name.empty() ? nullptr : trainKernels(name);
    if (set == nullptr && !name.empty())
        throw Error("no such kernels on this machine", std::string(name),
                    "Choose scalar, avx2 or avx512 as the machine allows.");
    forced.store(set);
}

}  // namespace tritlab
