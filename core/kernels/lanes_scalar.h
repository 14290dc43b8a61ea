// Sixteen fp32 lanes in plain C++: what the vector sets must equal to the bit.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/formats/safetensors.h"

namespace tritlab {
namespace {

struct Lanes {
    float v[16];

    static Lanes load(const float* p) {
        Lanes r;
        for (int i = 0; i < 16; ++i) r.v[i] = p[i];
        return r;
    }
    static Lanes all(float x) {
        Lanes r;
        for (float& lane : r.v) lane = x;
        return r;
    }
    static Lanes loadBf16(const std::uint16_t* p) {
        Lanes r;
        for (int i = 0; i < 16; ++i) {
            const std::uint32_t bits = static_cast<std::uint32_t>(p[i]) << 16;
            std::memcpy(&r.v[i], &bits, 4);
        }
        return r;
    }
    static Lanes loadInt8(const std::int8_t* p) {
        Lanes r;
        for (int i = 0; i < 16; ++i) r.v[i] = p[i];
        return r;
    }
    static Lanes loadF16(const std::uint16_t* p) {
        return each([&](int i) { return f16ToFloat(p[i]); });
    }
    void store(float* p) const {
        for (int i = 0; i < 16; ++i) p[i] = v[i];
    }
    void storeBf16(std::uint16_t* p) const {
        for (int i = 0; i < 16; ++i) {
            std::uint32_t bits;
            std::memcpy(&bits, &v[i], 4);
            p[i] = static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
        }
    }
    // Rounds half to even and saturates to -128..127; gives the codes' sum. What is no number becomes -128.
    void storeInt8(std::int8_t* p) const {
        for (int i = 0; i < 16; ++i) {
            const float rounded = std::nearbyintf(v[i]);
            const int code = !(rounded > -128.f) ? -128 : rounded > 127.f ? 127 : static_cast<int>(rounded);
            p[i] = static_cast<std::int8_t>(code);
        }
    }
    // Of n codes, a multiple of 16.
    static std::int32_t sumInt8(const std::int8_t* p, std::int64_t n) {
        std::int32_t sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += p[i];
        return sum;
    }
    template <class F>
    static Lanes each(F f) {
        Lanes r;
        for (int i = 0; i < 16; ++i) r.v[i] = f(i);
        return r;
    }
    friend Lanes operator+(const Lanes& a, const Lanes& b) {
        return each([&](int i) { return a.v[i] + b.v[i]; });
    }
    friend Lanes operator-(const Lanes& a, const Lanes& b) {
        return each([&](int i) { return a.v[i] - b.v[i]; });
    }
    friend Lanes operator*(const Lanes& a, const Lanes& b) {
        return each([&](int i) { return a.v[i] * b.v[i]; });
    }
    friend Lanes operator/(const Lanes& a, const Lanes& b) {
        return each([&](int i) { return a.v[i] / b.v[i]; });
    }
    static Lanes fma(const Lanes& a, const Lanes& b, const Lanes& c) {
        return each([&](int i) { return std::fmaf(a.v[i], b.v[i], c.v[i]); });
    }
    static Lanes max(const Lanes& a, const Lanes& b) {
        return each([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
    }
    static Lanes min(const Lanes& a, const Lanes& b) {
        return each([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
    }
    [[nodiscard]] Lanes abs() const {
        return each([&](int i) { return std::fabs(v[i]); });
    }
    [[nodiscard]] Lanes rounded() const {
        return each([&](int i) { return std::nearbyintf(v[i]); });
    }
    // v * 2^n for whole n, both results and 2^n normal.
    [[nodiscard]] Lanes timesPowerOfTwo(const Lanes& n) const {
        return each([&](int i) {
            std::uint32_t bits;
            std::memcpy(&bits, &v[i], 4);
            bits += static_cast<std::uint32_t>(static_cast<std::int32_t>(n.v[i])) << 23;
            float result;
            std::memcpy(&result, &bits, 4);
            return result;
        });
    }
    // Halves are folded onto each other: 16, 8, 4, 2, 1.
    [[nodiscard]] float sum() const {
        float w[16];
        std::memcpy(w, v, sizeof w);
        for (int half = 8; half > 0; half /= 2)
            for (int i = 0; i < half; ++i) w[i] += w[i + half];
        return w[0];
    }
    [[nodiscard]] float largest() const {
        float m = v[0];
        for (int i = 1; i < 16; ++i) m = v[i] > m ? v[i] : m;
        return m;
    }
};

// For grouped_vector.h.
struct ByteBlock {
    std::uint8_t v[64];

    static ByteBlock load(const std::uint8_t* p) {
        ByteBlock block;
        std::memcpy(block.v, p, sizeof block.v);
        return block;
    }
    template <int Bits, int Digit>
    [[nodiscard]] ByteBlock digit() const {
        ByteBlock codes;
        for (int i = 0; i < 64; ++i) codes.v[i] = static_cast<std::uint8_t>(v[i] >> (Bits * Digit) & ((1 << Bits) - 1));
        return codes;
    }
};
struct ByteSums {
    std::int32_t v[16];

    static ByteSums none() { return {}; }
    template <int Bits>
    static constexpr int removed() {
        return 0;
    }
    template <int Bits>
    void add(const ByteBlock& w, const std::int8_t* x) {
        for (int i = 0; i < 64; ++i) v[i / 4] += w.v[i] * x[i % 4];
    }
    [[nodiscard]] Lanes less(std::int32_t n) const {
        return Lanes::each([&](int i) { return static_cast<float>(v[i] - n); });
    }
};

}  // namespace
}  // namespace tritlab
