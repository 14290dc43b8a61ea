// Sixteen fp32 lanes as one AVX512 register. Included by files compiled with AVX512's flags only.
#pragma once

#include <immintrin.h>
#include <cstdint>

namespace tritlab {
namespace {

struct Lanes {
    __m512 v;

    static Lanes load(const float* p) { return {_mm512_loadu_ps(p)}; }
    static Lanes all(float x) { return {_mm512_set1_ps(x)}; }
    static Lanes loadBf16(const std::uint16_t* p) {
        const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
        return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16))};
    }
    static Lanes loadInt8(const std::int8_t* p) {
        return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
    }
    static Lanes loadF16(const std::uint16_t* p) {
        return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
    }
    void store(float* p) const { _mm512_storeu_ps(p, v); }
    void storeBf16(std::uint16_t* p) const {
        const __m512i bits = _mm512_castps_si512(v);
        const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
        const __m512i sum = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_srli_epi32(sum, 16)));
    }
    void storeInt8(std::int8_t* p) const {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(v)));
    }
    // Of n codes, a multiple of 16.
    static std::int32_t sumInt8(const std::int8_t* p, std::int64_t n) {
        __m512i sum = _mm512_setzero_si512();
        std::int64_t i = 0;
        for (; i + 64 <= n; i += 64) sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), _mm512_loadu_si512(p + i));
        if (i < n)
            sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1),
                                      _mm512_maskz_loadu_epi8((__mmask64{1} << (n - i)) - 1, p + i));
        return _mm512_reduce_add_epi32(sum);
    }
    friend Lanes operator+(Lanes x, Lanes y) { return {_mm512_add_ps(x.v, y.v)}; }
    friend Lanes operator-(Lanes x, Lanes y) { return {_mm512_sub_ps(x.v, y.v)}; }
    friend Lanes operator*(Lanes x, Lanes y) { return {_mm512_mul_ps(x.v, y.v)}; }
    friend Lanes operator/(Lanes x, Lanes y) { return {_mm512_div_ps(x.v, y.v)}; }
    static Lanes fma(Lanes x, Lanes y, Lanes z) { return {_mm512_fmadd_ps(x.v, y.v, z.v)}; }
    static Lanes max(Lanes x, Lanes y) { return {_mm512_max_ps(x.v, y.v)}; }
    static Lanes min(Lanes x, Lanes y) { return {_mm512_min_ps(x.v, y.v)}; }
    [[nodiscard]] Lanes abs() const { return {_mm512_abs_ps(v)}; }
    [[nodiscard]] Lanes rounded() const {
        return {_mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
    }
    [[nodiscard]] Lanes timesPowerOfTwo(Lanes n) const {
        return {_mm512_castsi512_ps(
            _mm512_add_epi32(_mm512_castps_si512(v), _mm512_slli_epi32(_mm512_cvtps_epi32(n.v), 23)))};
    }
    [[nodiscard]] float sum() const {
        const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
        const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
    }
    [[nodiscard]] float largest() const { return _mm512_reduce_max_ps(v); }
};

// For grouped_vector.h.
struct ByteBlock {
    __m512i v;

    static ByteBlock load(const std::uint8_t* p) { return {_mm512_loadu_si512(p)}; }
    template <int Bits, int Digit>
    [[nodiscard]] ByteBlock digit() const {
        if constexpr (Bits == 8) {
            return *this;
        } else {
            const __m512i low = Digit == 0 ? v : _mm512_srli_epi16(v, Bits * Digit);
            return {_mm512_and_si512(low, _mm512_set1_epi8((1 << Bits) - 1))};
        }
    }
};
struct ByteSums {
    __m512i v;

    static ByteSums none() { return {_mm512_setzero_si512()}; }
    template <int Bits>
    static constexpr int removed() {
        return 0;
    }
    template <int Bits>
    void add(const ByteBlock& w, const std::int8_t* x) {
        std::int32_t four;
        __builtin_memcpy(&four, x, 4);
        v = _mm512_dpbusd_epi32(v, w.v, _mm512_set1_epi32(four));
    }
    [[nodiscard]] Lanes less(std::int32_t n) const {
        return {_mm512_cvtepi32_ps(_mm512_sub_epi32(v, _mm512_set1_epi32(n)))};
    }
};

}  // namespace
}  // namespace tritlab
