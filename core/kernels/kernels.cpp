// Which table of kernels runs here.
#include "core/kernels/kernels.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/kernels/tables.h"

namespace tritlab {
namespace {

constexpr std::array allSets{KernelSet::Scalar, KernelSet::Avx2, KernelSet::Avx512Vnni, KernelSet::Amx};
std::atomic<int> forcedSet{-1};

#if defined(__x86_64__)
// F16C is asked of the processor itself, since Clang 14's builtin does not know the name.
bool hasF16c() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & 1U << 29) != 0;
}
bool hasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && hasF16c(); }
bool hasAvx512Vnni() {
    return hasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}
Kernels completeAvx512() {
    Kernels table = kernel_tables::avx512Vnni;
    table.ternary[static_cast<int>(TernaryFormat::FiveTrits)] =
        __builtin_cpu_supports("avx512vbmi") ? kernel_tables::fiveTritsVbmi
                                             : kernel_tables::avx2.ternary[static_cast<int>(TernaryFormat::FiveTrits)];
    return table;
}

// Random weights and activations, 83 tokens: groups of 64, of 16, and some left over.
bool equalsScalar(Kernels::Ternary product) {
    constexpr std::int64_t tiles = 2, blocks = 8, columns = 16 * blocks, tokens = 83, rows = tiles * tileRows;
    std::vector<std::uint8_t> weights(tiles * blocks * 64);
    std::vector<std::int8_t> x(tokens * columns);
    std::vector<std::int32_t> xSums(tokens, 0);
    const std::vector<float> inverse(tokens, 0.01f);
    std::vector<float> y(tokens * rows), expected(tokens * rows);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto value = static_cast<int>(randomBits(1, 0, i) % 81);
        weights[i] = kernel_tables::tritTable.codes[value];
    }
    for (std::size_t i = 0; i < x.size(); ++i)
        xSums[i / columns] += x[i] = static_cast<std::int8_t>(randomBits(1, 1, i));
    const CodedTokens coded{x.data(), columns, xSums.data(), inverse.data(), tokens};
    product(weights.data(), tiles, blocks, coded, 0.5f, y.data(), rows);
    kernel_tables::scalar.ternary[static_cast<int>(TernaryFormat::TwoBit)](weights.data(), tiles, blocks, coded, 0.5f,
                                                                           expected.data(), rows);
    return y == expected;
}

// Asked of the processor itself, since Clang 14's builtin does not know the names. Whether the system keeps the tiles'
// state is what allowAmx() asks.
bool hasAmxInt8() {
    constexpr unsigned tile = 1U << 24, int8 = 1U << 25;
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & tile) != 0 && (d & int8) != 0;
}

// Virtual machines have been seen to name what they do not run rightly, so AMX proves itself once against the
// reference.
const Kernels* amxTable() {
    static const std::optional<Kernels> table = []() -> std::optional<Kernels> {
        if (!hasAvx512Vnni() || !hasAmxInt8() || !kernel_tables::allowAmx()) return std::nullopt;
        if (!equalsScalar(kernel_tables::twoBitAmx)) {
            logWarning("this processor's AMX gives wrong sums: AVX512 is used instead");
            return std::nullopt;
        }
        Kernels kernels = completeAvx512();
        kernels.set = KernelSet::Amx;
        kernels.ternary[static_cast<int>(TernaryFormat::TwoBit)] = kernel_tables::twoBitAmx;
        return kernels;
    }();
    return table ? &*table : nullptr;
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
    if (set == KernelSet::Amx) return amxTable();
#endif
    return nullptr;
}

std::optional<KernelSet> namedSet() {
    const char* name = std::getenv("TRITLAB_KERNELS");
    return name != nullptr && *name != '\0' ? std::optional(parseKernelSet(name)) : std::nullopt;
}

std::string availableNames() {
    std::string names;
    for (const KernelSet set : availableKernelSets())
        names += (names.empty() ? "" : ", ") + std::string(kernelSetName(set));
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
    throw Error("'" + std::string(name) + "' is no kernel set", "TRITLAB_KERNELS",
                "Use one of: scalar, avx2, avx512vnni, amx");
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
        throw Error("this processor cannot run the kernels '" + std::string(kernelSetName(set)) + "'",
                    "TRITLAB_KERNELS", "It can run: " + availableNames());
    return *table;
}

void forceKernels(KernelSet set) {
    static_cast<void>(kernels(set));  // throws where it cannot run
    forcedSet = static_cast<int>(set);
}

bool kernelSetAllowed(KernelSet set) {
    static const std::optional<KernelSet> limit = namedSet();
    return !limit || set <= *limit;
}

const Kernels& kernels() {
    if (const int forced = forcedSet; forced >= 0) return kernels(static_cast<KernelSet>(forced));
    if (const auto named = namedSet()) return kernels(*named);
    return kernels(availableKernelSets().back());
}

}  // namespace tritlab
