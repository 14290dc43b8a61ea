// AVX2: vpmaddubsw takes pairs of unsigned codes times signed activations to 16 bits, where 60 columns cannot overflow.
#include "core/kernels/lanes_avx2.h"

#include "core/kernels/dense_vector.h"
#include "core/kernels/grouped_vector.h"
#include "core/kernels/tables.h"

namespace tritlab {
namespace {

inline __m256i broadcast4(const std::int8_t* x) {
    std::int32_t four;
    __builtin_memcpy(&four, x, 4);
    return _mm256_set1_epi32(four);
}

// The digits of 32 bytes (8 rows) as codes 0..2.
template <TernaryFormat format>
struct Digits;

template <>
struct Digits<TernaryFormat::TwoBit> {
    static constexpr int count = 4;
    static void split(__m256i bytes, __m256i* w) {
        const __m256i mask = _mm256_set1_epi8(0x03);
        w[0] = _mm256_and_si256(bytes, mask);
        w[1] = _mm256_and_si256(_mm256_srli_epi16(bytes, 2), mask);
        w[2] = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
        w[3] = _mm256_and_si256(_mm256_srli_epi16(bytes, 6), mask);
    }
};

template <>
struct Digits<TernaryFormat::FiveTrits> {
    static constexpr int count = 5;
    // The digit of weight p of bytes below 3p: b - p wraps round where b < p, so the lesser of the two after two steps
    // is b mod p.
    static __m256i take(__m256i* bytes, int power) {
        const __m256i p = _mm256_set1_epi8(static_cast<char>(power));
        const __m256i once = _mm256_min_epu8(*bytes, _mm256_sub_epi8(*bytes, p));
        const __m256i rest = _mm256_min_epu8(once, _mm256_sub_epi8(once, p));
        // One for each step that took something off: -(x != y) is 1 + cmpeq.
        const __m256i one = _mm256_set1_epi8(1);
        const __m256i first = _mm256_add_epi8(one, _mm256_cmpeq_epi8(*bytes, once));
        const __m256i second = _mm256_add_epi8(one, _mm256_cmpeq_epi8(once, rest));
        *bytes = rest;
        return _mm256_add_epi8(first, second);
    }
    static void split(__m256i bytes, __m256i* w) {
        w[4] = take(&bytes, 81);
        w[3] = take(&bytes, 27);
        w[2] = take(&bytes, 9);
        w[1] = take(&bytes, 3);
        w[0] = bytes;
    }
};

// 8 rows (half a tile): `data` points to that half of the first block.
template <TernaryFormat format, int Tokens>
void halfTile(const std::uint8_t* data, std::int64_t blocks, const CodedTokens& tokens, float absmean, float* y,
              std::int64_t yStride) {
    constexpr int digits = Digits<format>::count;
    const __m256i ones = _mm256_set1_epi16(1);
    const std::int8_t* x = tokens.codes;
    __m256i sums[Tokens];
    for (__m256i& sum : sums) sum = _mm256_setzero_si256();
    for (std::int64_t block = 0; block < blocks;) {
        __m256i words[Tokens];
        for (__m256i& word : words) word = _mm256_setzero_si256();
        // A pair of columns adds at most 2 * 2 * 128 = 512 in size: twelve blocks of five digits stay below 2^15.
        const std::int64_t until = block + 12 < blocks ? block + 12 : blocks;
        for (; block < until; ++block, data += 64, x += 4 * digits) {
            __m256i w[digits];
            Digits<format>::split(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(data)), w);
            for (int token = 0; token < Tokens; ++token)
                for (int digit = 0; digit < digits; ++digit)
                    words[token] = _mm256_add_epi16(
                        words[token],
                        _mm256_maddubs_epi16(w[digit], broadcast4(x + token * tokens.stride + 4 * digit)));
        }
        for (int token = 0; token < Tokens; ++token)
            sums[token] = _mm256_add_epi32(sums[token], _mm256_madd_epi16(words[token], ones));
    }
    for (int token = 0; token < Tokens; ++token) {
        const __m256i sum = _mm256_sub_epi32(sums[token], _mm256_set1_epi32(tokens.sums[token]));
        _mm256_storeu_ps(y + token * yStride,
                         _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_set1_ps(absmean * tokens.inverse[token])));
    }
}

template <TernaryFormat format>
void ternary(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x, float absmean,
             float* y, std::int64_t yStride) {
    for (std::int64_t token = 0; token < x.count;) {
        const bool four = x.count - token >= 4;
        const CodedTokens input = x.part(token, four ? 4 : 1);
        for (std::int64_t half = 0; half < 2 * tiles; ++half) {
            const std::uint8_t* data = weights + half / 2 * blocks * 64 + half % 2 * 32;
            float* out = y + token * yStride + half * 8;
            if (four) halfTile<format, 4>(data, blocks, input, absmean, out, yStride);
            else halfTile<format, 1>(data, blocks, input, absmean, out, yStride);
        }
        token += four ? 4 : 1;
    }
}

inline __m256i load32(const std::uint8_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }

// Two columns side by side, rows 0..7 and 8..15.
inline void widenPair(__m256i a, __m256i b, Lanes* w) {
    const __m256i high = _mm256_set1_epi32(static_cast<int>(0xffff0000u));
    w[0] = {_mm256_castsi256_ps(_mm256_slli_epi32(a, 16)), _mm256_castsi256_ps(_mm256_slli_epi32(b, 16))};
    w[1] = {_mm256_castsi256_ps(_mm256_and_si256(a, high)), _mm256_castsi256_ps(_mm256_and_si256(b, high))};
}

struct WeightsBf16 : QuadBlocks<128> {
    using QuadBlocks::QuadBlocks;
    static void load(const std::uint8_t* quad, int, Lanes* w) {
        for (int pair = 0; pair < 2; ++pair)
            widenPair(load32(quad + 64 * pair), load32(quad + 64 * pair + 32), w + 2 * pair);
    }
};

class WeightsBf16Short {
public:
    static constexpr std::int64_t headBytes = 64, blockBytes = 192, blockQuads = 2;
    explicit WeightsBf16Short(const std::uint8_t* tile)
        : highBytes_(_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(tile)))) {}
    void load(const std::uint8_t* block, int part, Lanes* w) const {
        __m256i low[2], high[2];
        for (int half = 0; half < 2; ++half) {
            const __m256i indices = load32(block + 128 + 32 * half);
            const __m256i index =
                _mm256_and_si256(part == 0 ? indices : _mm256_srli_epi16(indices, 4), _mm256_set1_epi8(0x0f));
            low[half] = load32(block + 64 * part + 32 * half);
            high[half] = _mm256_shuffle_epi8(highBytes_, index);
        }
        widenPair(_mm256_unpacklo_epi8(low[0], high[0]), _mm256_unpacklo_epi8(low[1], high[1]), w);
        widenPair(_mm256_unpackhi_epi8(low[0], high[0]), _mm256_unpackhi_epi8(low[1], high[1]), w + 2);
    }

private:
    __m256i highBytes_;
};

}  // namespace

const Kernels kernel_tables::avx2 = {
    KernelSet::Avx2,
    {ternary<TernaryFormat::TwoBit>, ternary<TernaryFormat::FiveTrits>},
    {dense<WeightsF32, 2>, dense<WeightsBf16, 2>, dense<WeightsInt8, 2>, dense<WeightsBf16Short, 2>},
    groupedProduct<4>,
    TRITLAB_FLOAT_KERNELS};

}  // namespace tritlab
