// Which table of kernels runs here.
#include "core/quant/kernels/kernels.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <string>

#include "core/base/error.h"
#include "core/quant/kernels/tables.h"

namespace tritlab {
namespace {

constexpr std::array allSets{KernelSet::Scalar, KernelSet::Avx2, KernelSet::Avx512Vnni, KernelSet::Amx};
std::atomic<int> forcedSet{-1};

#if defined(__x86_64__)
bool hasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool hasAvx512Vnni() {
    return hasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}
Kernels completeAvx512() {
    Kernels table = kernel_tables::avx512Vnni;
    table.ternary[static_cast<int>(TernaryFormat::FiveTrits)] =
        __builtin_cpu_supports("avx512vbmi") ? kernel_tables::fiveTritsVbmi
                                             : kernel_tables::avx2.ternary[static_cast<int>(TernaryFormat::FiveTrits)];
    return table;
}
#endif

const Kernels* tableOf(KernelSet set) {
    if (set == KernelSet::Scalar) return &kernel_tables::scalar;
#if defined(__x86_64__)
    if (set == KernelSet::Avx2 && hasAvx2()) return &kernel_tables::avx2;
    if (set == KernelSet::Avx512Vnni && hasAvx512Vnni()) {
        static const Kernels table = completeAvx512();
        return &table;
    }
#endif
    return nullptr;
}

std::string availableNames() {
    std::string names;
    for (const KernelSet set : availableKernelSets()) names += (names.empty() ? "" : ", ") + std::string(kernelSetName(set));
    return names;
}

}  // namespace

const char* kernelSetName(KernelSet set) {
    switch (set) {
        case KernelSet::Scalar: return "scalar";
        case KernelSet::Avx2: return "avx2";
        case KernelSet::Avx512Vnni: return "avx512vnni";
        case KernelSet::Amx: return "amx";
    }
    return "";
}

KernelSet parseKernelSet(std::string_view name) {
    for (const KernelSet set : allSets)
        if (name == kernelSetName(set)) return set;
    throw Error("'" + std::string(name) + "' is no kernel set", "TRITLAB_KERNELS", "Use one of: scalar, avx2, avx512vnni, amx");
}

std::vector<KernelSet> availableKernelSets() {
    std::vector<KernelSet> sets;
    for (const KernelSet set : allSets)
        if (tableOf(set) != nullptr) sets.push_back(set);
    return sets;
}

const Kernels& kernels(KernelSet set) {
    const Kernels* table = tableOf(set);
    if (table == nullptr)
        throw Error("this processor cannot run the kernels '" + std::string(kernelSetName(set)) + "'", "TRITLAB_KERNELS",
                    "It can run: " + availableNames());
    return *table;
}

void forceKernels(KernelSet set) {
    static_cast<void>(kernels(set));  // throws where it cannot run
    forcedSet = static_cast<int>(set);
}

const Kernels& kernels() {
    if (const int forced = forcedSet; forced >= 0) return kernels(static_cast<KernelSet>(forced));
    if (const char* name = std::getenv("TRITLAB_KERNELS"); name != nullptr && *name != '\0') return kernels(parseKernelSet(name));
    return kernels(availableKernelSets().back());
}

}  // namespace tritlab
