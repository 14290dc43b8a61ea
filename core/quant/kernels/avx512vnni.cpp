// AVX512 with VNNI: ternary products at two bits, dense ones, and the fp32 functions.
#include "core/quant/kernels/lanes_avx512.h"

#include "core/quant/kernels/dense_vector.h"
#include "core/quant/kernels/tables.h"
#include "core/quant/kernels/ternary_avx512.h"

namespace tritlab {
namespace {

struct WeightsBf16 {
    static constexpr std::int64_t quadBytes = 128;
    static void load(const std::uint8_t* quad, Lanes* w) {
        const __m512i high = _mm512_set1_epi32(static_cast<int>(0xffff0000u));
        for (int pair = 0; pair < 2; ++pair) {
            const __m512i both = _mm512_loadu_si512(quad + 64 * pair);
            w[2 * pair].v = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
            w[2 * pair + 1].v = _mm512_castsi512_ps(_mm512_and_si512(both, high));
        }
    }
};

}  // namespace

// The table's FiveTrits is AVX2's until kernels.cpp has seen VBMI.
const Kernels kernel_tables::avx512Vnni = {KernelSet::Avx512Vnni,
                                           {ternaryProduct<TwoBitDigits>, nullptr},
                                           {dense<WeightsF32, 6>, dense<WeightsBf16, 6>, dense<WeightsInt8, 6>},
                                           TRITLAB_FLOAT_KERNELS};

}  // namespace tritlab
