// AVX512 with VNNI: ternary products at two bits, dense ones, and the fp32 functions.
#include "core/kernels/lanes_avx512.h"

#include "core/kernels/dense_vector.h"
#include "core/kernels/grouped_vector.h"
#include "core/kernels/tables.h"
#include "core/kernels/ternary_avx512.h"

namespace tritlab {
namespace {

// Two columns side by side.
inline void widenPair(__m512i both, Lanes* w) {
    w[0].v = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
    w[1].v = _mm512_castsi512_ps(_mm512_and_si512(both, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
}

struct WeightsBf16 : QuadBlocks<128> {
    using QuadBlocks::QuadBlocks;
    static void load(const std::uint8_t* quad, int, Lanes* w) {
        for (int pair = 0; pair < 2; ++pair) widenPair(_mm512_loadu_si512(quad + 64 * pair), w + 2 * pair);
    }
};

class WeightsBf16Short {
public:
    static constexpr std::int64_t headBytes = 64, blockBytes = 192, blockQuads = 2;
    explicit WeightsBf16Short(const std::uint8_t* tile)
        : highBytes_(_mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(tile)))) {}
    void load(const std::uint8_t* block, int part, Lanes* w) const {
        const __m512i low = _mm512_loadu_si512(block + 64 * part), indices = _mm512_loadu_si512(block + 128);
        const __m512i index =
            _mm512_and_si512(part == 0 ? indices : _mm512_srli_epi16(indices, 4), _mm512_set1_epi8(0x0f));
        const __m512i high = _mm512_shuffle_epi8(highBytes_, index);
        widenPair(_mm512_unpacklo_epi8(low, high), w);
        widenPair(_mm512_unpackhi_epi8(low, high), w + 2);
    }

private:
    __m512i highBytes_;
};

}  // namespace

// The table's FiveTrits is AVX2's until kernels.cpp has seen VBMI.
const Kernels kernel_tables::avx512Vnni = {
    KernelSet::Avx512Vnni,
    {ternaryProduct<TwoBitDigits>, nullptr},
    {dense<WeightsF32, 6>, dense<WeightsBf16, 6>, dense<WeightsInt8, 6>, dense<WeightsBf16Short, 6>},
    groupedProduct<8>,
    TRITLAB_FLOAT_KERNELS};

}  // namespace tritlab
