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

}  // namespace
}  // namespace tritlab
