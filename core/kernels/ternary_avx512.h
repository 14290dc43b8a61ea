// Ternary products with VNNI: vpdpbusd takes four unsigned codes times four signed activations to a lane, a lane is a
// row. Written over the digits of a block, for the files that hold the two formats; both are compiled with AVX512's
// flags.
#pragma once

#include <immintrin.h>
#include <cstdint>

#include "core/kernels/kernels.h"

namespace tritlab {
namespace {

inline __m512i broadcast4(const std::int8_t* x) {
    std::int32_t four;
    __builtin_memcpy(&four, x, 4);
    return _mm512_set1_epi32(four);
}

// A block's bytes at two bits a weight. Digits has: count, digit<k>() as codes 0..2, and, for k < 4, shifted<k>(): the
// same times 4^k.
class TwoBitDigits {
public:
    static constexpr int count = 4;
    explicit TwoBitDigits(const std::uint8_t* block) : bytes_(_mm512_loadu_si512(block)) {}
    explicit TwoBitDigits(__m512i bytes) : bytes_(bytes) {}
    template <int k>
    [[nodiscard]] __m512i digit() const {
        const __m512i low = k == 0 ? bytes_ : _mm512_srli_epi16(bytes_, 2 * k);
        return _mm512_and_si512(low, _mm512_set1_epi8(0x03));
    }
    template <int k>
    [[nodiscard]] __m512i shifted() const {
        return _mm512_and_si512(bytes_, _mm512_set1_epi8(static_cast<char>(0x03 << 2 * k)));
    }

private:
    __m512i bytes_;
};

// A tile's sums, less what the codes' offset of 1 brought in, times the scale.
inline void storeScaled(float* y, __m512i sums, const CodedTokens& x, std::int64_t token, float absmean) {
    const __m512 real = _mm512_cvtepi32_ps(_mm512_sub_epi32(sums, _mm512_set1_epi32(x.sums[token])));
    _mm512_storeu_ps(y, _mm512_mul_ps(real, _mm512_set1_ps(absmean * x.inverse[token])));
}

// One token: digits stay where they are in the byte, each in a sum of its own that is shifted once at the end. 262144
// columns keep the largest below 2^31: 65536 * 192 * 128 = 2^30.6.
template <class Digits>
void oneToken(const std::uint8_t* data, std::int64_t blocks, const CodedTokens& token, float absmean, float* y) {
    const std::int8_t* x = token.codes;
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0;
    for (std::int64_t block = 0; block < blocks; ++block, data += 64, x += 4 * Digits::count) {
        __builtin_prefetch(data + 2048);
        const Digits digits(data);
        sum0 = _mm512_dpbusd_epi32(sum0, digits.template shifted<0>(), broadcast4(x));
        sum1 = _mm512_dpbusd_epi32(sum1, digits.template shifted<1>(), broadcast4(x + 4));
        sum2 = _mm512_dpbusd_epi32(sum2, digits.template shifted<2>(), broadcast4(x + 8));
        sum3 = _mm512_dpbusd_epi32(sum3, digits.template shifted<3>(), broadcast4(x + 12));
        if constexpr (Digits::count == 5)
            sum4 = _mm512_dpbusd_epi32(sum4, digits.template digit<4>(), broadcast4(x + 16));
    }
    const __m512i low = _mm512_add_epi32(_mm512_add_epi32(sum0, sum4), _mm512_srai_epi32(sum1, 2));
    const __m512i high = _mm512_add_epi32(_mm512_srai_epi32(sum2, 4), _mm512_srai_epi32(sum3, 6));
    storeScaled(y, _mm512_add_epi32(low, high), token, 0, absmean);
}

template <class Digits, int k, int Tiles, int Tokens>
inline void addDigit(const Digits* digits, const std::int8_t* x, std::int64_t xStride, __m512i (&sums)[Tiles][Tokens]) {
    if constexpr (k < Digits::count) {
        __m512i w[Tiles];
#pragma GCC unroll 2
        for (int tile = 0; tile < Tiles; ++tile) w[tile] = digits[tile].template digit<k>();
#pragma GCC unroll 8
        for (int token = 0; token < Tokens; ++token) {
            const __m512i input = broadcast4(x + token * xStride + 4 * k);
#pragma GCC unroll 2
            for (int tile = 0; tile < Tiles; ++tile)
                sums[tile][token] = _mm512_dpbusd_epi32(sums[tile][token], w[tile], input);
        }
        addDigit<Digits, k + 1>(digits, x, xStride, sums);
    }
}

// Tokens share the digits that are taken apart once, tiles the activations that are loaded once.
template <class Digits, int Tiles, int Tokens>
void someTokens(const std::uint8_t* data, std::int64_t blocks, const CodedTokens& tokens, float absmean, float* y,
                std::int64_t yStride) {
    const std::int8_t* x = tokens.codes;
    __m512i sums[Tiles][Tokens];
#pragma GCC unroll 2
    for (auto& ofTile : sums)
#pragma GCC unroll 8
        for (__m512i& sum : ofTile) sum = _mm512_setzero_si512();
    for (std::int64_t block = 0; block < blocks; ++block, data += 64, x += 4 * Digits::count) {
        if constexpr (Tiles == 2) {
            const Digits digits[2] = {Digits(data), Digits(data + blocks * 64)};
            addDigit<Digits, 0>(digits, x, tokens.stride, sums);
        } else {
            const Digits digits[1] = {Digits(data)};
            addDigit<Digits, 0>(digits, x, tokens.stride, sums);
        }
    }
#pragma GCC unroll 2
    for (int tile = 0; tile < Tiles; ++tile)
#pragma GCC unroll 8
        for (int token = 0; token < Tokens; ++token)
            storeScaled(y + token * yStride + tile * tileRows, sums[tile][token], tokens, token, absmean);
}

using SomeTokens = void (*)(const std::uint8_t*, std::int64_t, const CodedTokens&, float, float*, std::int64_t);

// Two tiles by eight tokens load half an operand for each product, so that vpdpbusd alone sets the pace: 232 billion
// products a second on a Zen 4 core, whose limit is 230 to 233. One tile by twelve loads one for each (196 to 231, as
// the caches are disposed), and twenty-four sums find no room beside the digits (150 to 180).
constexpr std::int64_t tokensTogether = 8;
template <class Digits, int Tiles>
constexpr SomeTokens someTokensOf[tokensTogether + 1] = {nullptr,
                                                         nullptr,
                                                         someTokens<Digits, Tiles, 2>,
                                                         someTokens<Digits, Tiles, 3>,
                                                         someTokens<Digits, Tiles, 4>,
                                                         someTokens<Digits, Tiles, 5>,
                                                         someTokens<Digits, Tiles, 6>,
                                                         someTokens<Digits, Tiles, 7>,
                                                         someTokens<Digits, Tiles, 8>};

// Kernels::Ternary. Groups of tokens are all about as large as each other, since a small one costs nearly as much.
template <class Digits>
void ternaryProduct(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x,
                    float absmean, float* y, std::int64_t yStride) {
    const std::int64_t groups = (x.count + tokensTogether - 1) / tokensTogether;
    for (std::int64_t group = 0; group < groups; ++group) {
        const std::int64_t token = x.count * group / groups, taken = x.count * (group + 1) / groups - token;
        const CodedTokens input = x.part(token, taken);
        for (std::int64_t tile = 0; tile < tiles;) {
            const std::uint8_t* data = weights + tile * blocks * 64;
            float* out = y + token * yStride + tile * tileRows;
            if (taken == 1) {
                oneToken<Digits>(data, blocks, input, absmean, out);
                tile += 1;
            } else if (tile + 2 <= tiles) {
                someTokensOf<Digits, 2>[taken](data, blocks, input, absmean, out, yStride);
                tile += 2;
            } else {
                someTokensOf<Digits, 1>[taken](data, blocks, input, absmean, out, yStride);
                tile += 1;
            }
        }
    }
}

}  // namespace
}  // namespace tritlab
