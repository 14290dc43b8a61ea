// The tables of the instruction sets, each from a file compiled with that set's flags. Only kernels.cpp uses them,
// after it has looked at the processor.
#pragma once

#include "core/kernels/kernels.h"

namespace tritlab::kernel_tables {

extern const Kernels scalar;
#if defined(__x86_64__)
extern const Kernels avx2;
extern const Kernels avx512Vnni;
// Five trits a byte wants AVX512-VBMI as well.
void fiveTritsVbmi(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x,
                   float absmean, float* y, std::int64_t yStride);
bool allowAmx();  // once a process, before the first use; false where the system refuses
void twoBitAmx(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x,
               float absmean, float* y, std::int64_t yStride);
#endif

// Trits 0..3 of a byte below 81 as two-bit codes.
struct TritTable {
    std::uint8_t codes[128];
};
constexpr TritTable makeTritTable() {
    TritTable table{};
    for (int value = 0; value < 81; ++value)
        table.codes[value] =
            static_cast<std::uint8_t>(value % 3 | (value / 3 % 3) << 2 | (value / 9 % 3) << 4 | (value / 27) << 6);
    return table;
}
inline constexpr TritTable tritTable = makeTritTable();

}  // namespace tritlab::kernel_tables
