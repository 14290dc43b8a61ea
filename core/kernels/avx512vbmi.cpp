// Five trits a byte on AVX512 with VNNI and VBMI: a table of 81 entries turns four trits of a byte into two-bit codes.
#include "core/kernels/ternary_avx512.h"

#include "core/kernels/tables.h"

namespace tritlab {
namespace {

// Digit 4 and the four others of a byte: b - 81 wraps round where b < 81, so the lesser of the two is b mod 81 after
// two steps, and what was taken off (0, 81, 162) has the digit in its low two bits. The others come from the table.
class TritDigits {
public:
    static constexpr int count = 5;
    explicit TritDigits(const std::uint8_t* block) : others_(_mm512_setzero_si512()) {
        const __m512i bytes = _mm512_loadu_si512(block), eightyOne = _mm512_set1_epi8(81);
        const __m512i once = _mm512_min_epu8(bytes, _mm512_sub_epi8(bytes, eightyOne));
        const __m512i rest = _mm512_min_epu8(once, _mm512_sub_epi8(once, eightyOne));
        last_ = _mm512_and_si512(_mm512_sub_epi8(bytes, rest), _mm512_set1_epi8(0x03));
        const std::uint8_t* table = kernel_tables::tritTable.codes;
        others_ =
            TwoBitDigits(_mm512_permutex2var_epi8(_mm512_loadu_si512(table), rest, _mm512_loadu_si512(table + 64)));
    }
    template <int k>
    [[nodiscard]] __m512i digit() const {
        if constexpr (k == 4) return last_;
        else return others_.digit<k>();
    }
    template <int k>
    [[nodiscard]] __m512i shifted() const {
        return others_.shifted<k>();
    }

private:
    TwoBitDigits others_;
    __m512i last_;
};

}  // namespace

void kernel_tables::fiveTritsVbmi(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks,
                                  const CodedTokens& x, float absmean, float* y, std::int64_t yStride) {
    ternaryProduct<TritDigits>(weights, tiles, blocks, x, absmean, y, yStride);
}

}  // namespace tritlab
