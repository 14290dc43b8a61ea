// AVX512 with VNNI: vpdpbusd takes four unsigned codes times four signed activations to a lane, a lane is a row.
#include "core/quant/kernels/lanes_avx512.h"

#include "core/quant/kernels/dense_vector.h"
#include "core/quant/kernels/tables.h"

namespace tritlab {
namespace {

inline __m512i broadcast4(const std::int8_t* x) {
    std::int32_t four;
    __builtin_memcpy(&four, x, 4);
    return _mm512_set1_epi32(four);
}

// One token: the four digits stay where they are in the byte (times 1, 4, 16, 64), each in a sum of its own that is shifted once
// at the end. 262144 columns keep the largest below 2^31: 65536 * 192 * 128 = 2^30.6.
void oneToken(const std::uint8_t* data, std::int64_t blocks, const std::int8_t* x, std::int32_t xSum, std::int32_t* out) {
    const __m512i mask0 = _mm512_set1_epi8(0x03), mask1 = _mm512_set1_epi8(0x0c), mask2 = _mm512_set1_epi8(0x30),
                  mask3 = _mm512_set1_epi8(static_cast<char>(0xc0));
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (std::int64_t block = 0; block < blocks; ++block, data += 64, x += 16) {
        __builtin_prefetch(data + 2048);
        const __m512i bytes = _mm512_loadu_si512(data);
        sum0 = _mm512_dpbusd_epi32(sum0, _mm512_and_si512(bytes, mask0), broadcast4(x));
        sum1 = _mm512_dpbusd_epi32(sum1, _mm512_and_si512(bytes, mask1), broadcast4(x + 4));
        sum2 = _mm512_dpbusd_epi32(sum2, _mm512_and_si512(bytes, mask2), broadcast4(x + 8));
        sum3 = _mm512_dpbusd_epi32(sum3, _mm512_and_si512(bytes, mask3), broadcast4(x + 12));
    }
    const __m512i low = _mm512_add_epi32(sum0, _mm512_srai_epi32(sum1, 2));
    const __m512i high = _mm512_add_epi32(_mm512_srai_epi32(sum2, 4), _mm512_srai_epi32(sum3, 6));
    _mm512_storeu_si512(out, _mm512_sub_epi32(_mm512_add_epi32(low, high), _mm512_set1_epi32(xSum)));
}

// Several tokens share the digits that are taken apart once.
template <int Tokens>
void someTokens(const std::uint8_t* data, std::int64_t blocks, const std::int8_t* x, std::int64_t xStride,
                const std::int32_t* xSums, std::int32_t* out, std::int64_t outStride) {
    const __m512i mask = _mm512_set1_epi8(0x03);
    __m512i sums[Tokens];
    for (__m512i& sum : sums) sum = _mm512_setzero_si512();
    for (std::int64_t block = 0; block < blocks; ++block, data += 64, x += 16) {
        const __m512i bytes = _mm512_loadu_si512(data);
        const __m512i w0 = _mm512_and_si512(bytes, mask);
        const __m512i w1 = _mm512_and_si512(_mm512_srli_epi16(bytes, 2), mask);
        const __m512i w2 = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask);
        const __m512i w3 = _mm512_and_si512(_mm512_srli_epi16(bytes, 6), mask);
#pragma GCC unroll 24
        for (int token = 0; token < Tokens; ++token) {
            const std::int8_t* input = x + token * xStride;
            __m512i sum = _mm512_dpbusd_epi32(sums[token], w0, broadcast4(input));
            sum = _mm512_dpbusd_epi32(sum, w1, broadcast4(input + 4));
            sum = _mm512_dpbusd_epi32(sum, w2, broadcast4(input + 8));
            sums[token] = _mm512_dpbusd_epi32(sum, w3, broadcast4(input + 12));
        }
    }
    for (int token = 0; token < Tokens; ++token)
        _mm512_storeu_si512(out + token * outStride, _mm512_sub_epi32(sums[token], _mm512_set1_epi32(xSums[token])));
}

using SomeTokens = void (*)(const std::uint8_t*, std::int64_t, const std::int8_t*, std::int64_t, const std::int32_t*, std::int32_t*,
                            std::int64_t);

// Twelve tokens at a time read their activations from the first cache and keep one vpdpbusd a cycle going (measured on Zen 4:
// 220 billion products a second and core with 8 to 12, 180 with 24, whose activations no longer fit).
constexpr std::int64_t tokensTogether = 12;
constexpr SomeTokens twoBitTokens[tokensTogether + 1] = {nullptr,       nullptr,       someTokens<2>, someTokens<3>, someTokens<4>,
                                                         someTokens<5>, someTokens<6>, someTokens<7>, someTokens<8>, someTokens<9>,
                                                         someTokens<10>, someTokens<11>, someTokens<12>};

// The next group of `left` tokens: all groups are about as large as each other, since a small one costs nearly as much.
std::int64_t groupOf(std::int64_t left, std::int64_t most) {
    const std::int64_t groups = (left + most - 1) / most;
    return (left + groups - 1) / groups;
}

void twoBit(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const std::int8_t* x, std::int64_t xStride,
            const std::int32_t* xSums, std::int64_t tokens, std::int32_t* sums, std::int64_t sumStride) {
    for (std::int64_t token = 0; token < tokens;) {
        const std::int64_t taken = groupOf(tokens - token, tokensTogether);
        const std::int8_t* input = x + token * xStride;
        for (std::int64_t tile = 0; tile < tiles; ++tile) {
            const std::uint8_t* data = weights + tile * blocks * 64;
            std::int32_t* out = sums + token * sumStride + tile * tileRows;
            if (taken == 1) oneToken(data, blocks, input, xSums[token], out);
            else twoBitTokens[taken](data, blocks, input, xStride, xSums + token, out, sumStride);
        }
        token += taken;
    }
}

// Digit 4 and the four others of a byte: b - 81 wraps round where b < 81, so the lesser of the two is b mod 81 after two steps,
// and what was taken off (0, 81, 162) has the digit in its low two bits. The others come from a table of 81 entries.
__attribute__((target("avx512vbmi"))) inline __m512i splitTrits(__m512i bytes, __m512i tableLow, __m512i tableHigh, __m512i* last) {
    const __m512i eightyOne = _mm512_set1_epi8(81);
    const __m512i once = _mm512_min_epu8(bytes, _mm512_sub_epi8(bytes, eightyOne));
    const __m512i rest = _mm512_min_epu8(once, _mm512_sub_epi8(once, eightyOne));
    *last = _mm512_and_si512(_mm512_sub_epi8(bytes, rest), _mm512_set1_epi8(0x03));
    return _mm512_permutex2var_epi8(tableLow, rest, tableHigh);
}

__attribute__((target("avx512vbmi"))) void oneTokenTrits(const std::uint8_t* data, std::int64_t blocks, const std::int8_t* x,
                                                         std::int32_t xSum, std::int32_t* out) {
    const __m512i tableLow = _mm512_loadu_si512(kernel_tables::tritTable.codes);
    const __m512i tableHigh = _mm512_loadu_si512(kernel_tables::tritTable.codes + 64);
    const __m512i mask0 = _mm512_set1_epi8(0x03), mask1 = _mm512_set1_epi8(0x0c), mask2 = _mm512_set1_epi8(0x30),
                  mask3 = _mm512_set1_epi8(static_cast<char>(0xc0));
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0;
    for (std::int64_t block = 0; block < blocks; ++block, data += 64, x += 20) {
        __builtin_prefetch(data + 2048);
        __m512i last;
        const __m512i bytes = splitTrits(_mm512_loadu_si512(data), tableLow, tableHigh, &last);
        sum0 = _mm512_dpbusd_epi32(sum0, _mm512_and_si512(bytes, mask0), broadcast4(x));
        sum1 = _mm512_dpbusd_epi32(sum1, _mm512_and_si512(bytes, mask1), broadcast4(x + 4));
        sum2 = _mm512_dpbusd_epi32(sum2, _mm512_and_si512(bytes, mask2), broadcast4(x + 8));
        sum3 = _mm512_dpbusd_epi32(sum3, _mm512_and_si512(bytes, mask3), broadcast4(x + 12));
        sum4 = _mm512_dpbusd_epi32(sum4, last, broadcast4(x + 16));
    }
    const __m512i low = _mm512_add_epi32(_mm512_add_epi32(sum0, sum4), _mm512_srai_epi32(sum1, 2));
    const __m512i high = _mm512_add_epi32(_mm512_srai_epi32(sum2, 4), _mm512_srai_epi32(sum3, 6));
    _mm512_storeu_si512(out, _mm512_sub_epi32(_mm512_add_epi32(low, high), _mm512_set1_epi32(xSum)));
}

template <int Tokens>
__attribute__((target("avx512vbmi"))) void someTokensTrits(const std::uint8_t* data, std::int64_t blocks, const std::int8_t* x,
                                                           std::int64_t xStride, const std::int32_t* xSums, std::int32_t* out,
                                                           std::int64_t outStride) {
    const __m512i tableLow = _mm512_loadu_si512(kernel_tables::tritTable.codes);
    const __m512i tableHigh = _mm512_loadu_si512(kernel_tables::tritTable.codes + 64);
    const __m512i mask = _mm512_set1_epi8(0x03);
    __m512i sums[Tokens];
    for (__m512i& sum : sums) sum = _mm512_setzero_si512();
    for (std::int64_t block = 0; block < blocks; ++block, data += 64, x += 20) {
        __m512i w4;
        const __m512i bytes = splitTrits(_mm512_loadu_si512(data), tableLow, tableHigh, &w4);
        const __m512i w0 = _mm512_and_si512(bytes, mask);
        const __m512i w1 = _mm512_and_si512(_mm512_srli_epi16(bytes, 2), mask);
        const __m512i w2 = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask);
        const __m512i w3 = _mm512_and_si512(_mm512_srli_epi16(bytes, 6), mask);
#pragma GCC unroll 20
        for (int token = 0; token < Tokens; ++token) {
            const std::int8_t* input = x + token * xStride;
            __m512i sum = _mm512_dpbusd_epi32(sums[token], w0, broadcast4(input));
            sum = _mm512_dpbusd_epi32(sum, w1, broadcast4(input + 4));
            sum = _mm512_dpbusd_epi32(sum, w2, broadcast4(input + 8));
            sum = _mm512_dpbusd_epi32(sum, w3, broadcast4(input + 12));
            sums[token] = _mm512_dpbusd_epi32(sum, w4, broadcast4(input + 16));
        }
    }
    for (int token = 0; token < Tokens; ++token)
        _mm512_storeu_si512(out + token * outStride, _mm512_sub_epi32(sums[token], _mm512_set1_epi32(xSums[token])));
}

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

__attribute__((target("avx512vbmi"))) void kernel_tables::fiveTritsVbmi(const std::uint8_t* weights, std::int64_t tiles,
                                                                        std::int64_t blocks, const std::int8_t* x,
                                                                        std::int64_t xStride, const std::int32_t* xSums,
                                                                        std::int64_t tokens, std::int32_t* sums,
                                                                        std::int64_t sumStride) {
    constexpr SomeTokens functions[tokensTogether + 1] = {
        nullptr,            nullptr,            someTokensTrits<2>, someTokensTrits<3>,  someTokensTrits<4>,  someTokensTrits<5>, someTokensTrits<6>,
        someTokensTrits<7>, someTokensTrits<8>, someTokensTrits<9>, someTokensTrits<10>, someTokensTrits<11>, someTokensTrits<12>};
    for (std::int64_t token = 0; token < tokens;) {
        const std::int64_t taken = groupOf(tokens - token, tokensTogether);
        const std::int8_t* input = x + token * xStride;
        for (std::int64_t tile = 0; tile < tiles; ++tile) {
            const std::uint8_t* data = weights + tile * blocks * 64;
            std::int32_t* out = sums + token * sumStride + tile * tileRows;
            if (taken == 1) oneTokenTrits(data, blocks, input, xSums[token], out);
            else functions[taken](data, blocks, input, xStride, xSums + token, out, sumStride);
        }
        token += taken;
    }
}

// The table's FiveTrits is AVX2's until kernels.cpp has seen VBMI.
const Kernels kernel_tables::avx512Vnni = {KernelSet::Avx512Vnni,
                                           {twoBit, nullptr},
                                           {dense<WeightsF32, 6>, dense<WeightsBf16, 6>, dense<WeightsInt8, 6>},
                                           TRITLAB_FLOAT_KERNELS};

}  // namespace tritlab
