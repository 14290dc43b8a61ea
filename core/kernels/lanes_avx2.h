// Sixteen fp32 lanes as two AVX2 registers. Included by files compiled with -mavx2 -mfma only.
#pragma once

#include <immintrin.h>
#include <cstdint>

namespace tritlab {
namespace {

struct Lanes {
    __m256 a, b;

    static Lanes load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
    static Lanes all(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
    static __m256 widen(const std::uint16_t* p) {
        const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
    }
    static Lanes loadBf16(const std::uint16_t* p) { return {widen(p), widen(p + 8)}; }
    static Lanes loadInt8(const std::int8_t* p) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)),
                _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8)))};
    }
    static Lanes loadF16(const std::uint16_t* p) {
        const auto eight = [](const std::uint16_t* from) {
            return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
        };
        return {eight(p), eight(p + 8)};
    }
    void store(float* p) const {
        _mm256_storeu_ps(p, a);
        _mm256_storeu_ps(p + 8, b);
    }
    static __m256i roundToBf16(__m256 x) {  // in the low halves of the lanes
        const __m256i bits = _mm256_castps_si256(x);
        const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
        return _mm256_srli_epi32(_mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff))), 16);
    }
    void storeBf16(std::uint16_t* p) const {
        const __m256i packed = _mm256_packus_epi32(roundToBf16(a), roundToBf16(b));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_permute4x64_epi64(packed, 0xd8));
    }
    void storeInt8(std::int8_t* p) const {
        const __m256i words =
            _mm256_permute4x64_epi64(_mm256_packs_epi32(_mm256_cvtps_epi32(a), _mm256_cvtps_epi32(b)), 0xd8);
        const __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
    }
    // Of n codes, a multiple of 16.
    static std::int32_t sumInt8(const std::int8_t* p, std::int64_t n) {
        __m256i sum = _mm256_setzero_si256();
        const __m256i ones = _mm256_set1_epi16(1);
        for (std::int64_t i = 0; i < n; i += 16)
            sum = _mm256_add_epi32(
                sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i))),
                                       ones));
        std::int32_t lanes[8], total = 0;
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes), sum);
        for (const std::int32_t lane : lanes) total += lane;
        return total;
    }
    friend Lanes operator+(const Lanes& x, const Lanes& y) {
        return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
    }
    friend Lanes operator-(const Lanes& x, const Lanes& y) {
        return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
    }
    friend Lanes operator*(const Lanes& x, const Lanes& y) {
        return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
    }
    friend Lanes operator/(const Lanes& x, const Lanes& y) {
        return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
    }
    static Lanes fma(const Lanes& x, const Lanes& y, const Lanes& z) {
        return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
    }
    static Lanes max(const Lanes& x, const Lanes& y) { return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)}; }
    static Lanes min(const Lanes& x, const Lanes& y) { return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)}; }
    [[nodiscard]] Lanes abs() const {
        const __m256 sign = _mm256_set1_ps(-0.f);
        return {_mm256_andnot_ps(sign, a), _mm256_andnot_ps(sign, b)};
    }
    [[nodiscard]] Lanes rounded() const {
        return {_mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC),
                _mm256_round_ps(b, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
    }
    static __m256 shifted(__m256 x, __m256 n) {
        return _mm256_castsi256_ps(
            _mm256_add_epi32(_mm256_castps_si256(x), _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23)));
    }
    [[nodiscard]] Lanes timesPowerOfTwo(const Lanes& n) const { return {shifted(a, n.a), shifted(b, n.b)}; }
    [[nodiscard]] float sum() const {
        const __m256 eight = _mm256_add_ps(a, b);
        const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    [[nodiscard]] float largest() const {
        const __m256 eight = _mm256_max_ps(a, b);
        const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
        const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
    }
};

// For grouped_vector.h: rows 0..7 and 8..15.
struct ByteBlock {
    __m256i a, b;

    static ByteBlock load(const std::uint8_t* p) {
        return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)),
                _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32))};
    }
    template <int Bits, int Digit>
    [[nodiscard]] ByteBlock digit() const {
        if constexpr (Bits == 8) {
            const __m256i sign = _mm256_set1_epi8(static_cast<char>(0x80));
            return {_mm256_xor_si256(a, sign), _mm256_xor_si256(b, sign)};
        } else {
            const __m256i mask = _mm256_set1_epi8((1 << Bits) - 1);
            return {_mm256_and_si256(_mm256_srli_epi16(a, Bits * Digit), mask),
                    _mm256_and_si256(_mm256_srli_epi16(b, Bits * Digit), mask)};
        }
    }
};
struct ByteSums {
    __m256i a, b;

    static ByteSums none() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
    // vpmaddubsw saturates its sums of two: 255 * 127 * 2 is too much. So codes of eight bits lose their offset, and
    // their size meets the activation with their sign: 128 * 127 * 2 fits.
    template <int Bits>
    static constexpr int removed() {
        return Bits == 8 ? 128 : 0;
    }
    template <int Bits>
    static __m256i products(__m256i w, __m256i x) {
        const __m256i pairs =
            Bits == 8 ? _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w)) : _mm256_maddubs_epi16(w, x);
        return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    }
    template <int Bits>
    void add(const ByteBlock& w, const std::int8_t* x) {
        std::int32_t four;
        __builtin_memcpy(&four, x, 4);
        const __m256i input = _mm256_set1_epi32(four);
        a = _mm256_add_epi32(a, products<Bits>(w.a, input));
        b = _mm256_add_epi32(b, products<Bits>(w.b, input));
    }
    [[nodiscard]] Lanes less(std::int32_t n) const {
        const __m256i all = _mm256_set1_epi32(n);
        return {_mm256_cvtepi32_ps(_mm256_sub_epi32(a, all)), _mm256_cvtepi32_ps(_mm256_sub_epi32(b, all))};
    }
};

}  // namespace
}  // namespace tritlab
