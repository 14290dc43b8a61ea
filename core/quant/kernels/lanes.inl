// Sixteen lanes of float as GCC's vector extension: one source, compiled once per instruction set, the same bits from each
// (no contraction, fixed lane order). Included by translation units that have their own flags, so it must use no inline function of
// the standard library: the linker might pick the copy that another machine cannot run. TRITLAB_KERNELS names the namespace.
#include <cstddef>
#include <cstdint>

namespace tritlab::TRITLAB_KERNELS {

using F16 = float __attribute__((vector_size(64)));
using I16 = std::int32_t __attribute__((vector_size(64)));
using U16 = std::uint32_t __attribute__((vector_size(64)));
using Half16 = std::uint16_t __attribute__((vector_size(32)));
using Byte16 = std::int8_t __attribute__((vector_size(16)));
using D8 = double __attribute__((vector_size(64)));
using F8 = float __attribute__((vector_size(32)));

constexpr std::int64_t lanes = 16;

#define TRITLAB_INLINE [[gnu::always_inline]] static inline

TRITLAB_INLINE F16 splat(float x) { return F16{} + x; }
TRITLAB_INLINE F16 select(I16 mask, F16 a, F16 b) { return (F16)((mask & (I16)a) | (~mask & (I16)b)); }
// As the instructions define it: the second operand where either is NaN.
TRITLAB_INLINE F16 maximum(F16 a, F16 b) { return select(a > b, a, b); }
TRITLAB_INLINE F16 minimum(F16 a, F16 b) { return select(a < b, a, b); }
TRITLAB_INLINE U16 absBits(F16 x) { return (U16)x & 0x7fffffffU; }
// Half to even, for |x| < 2^22.
TRITLAB_INLINE F16 roundEven(F16 x) { return (x + 12582912.0F) - 12582912.0F; }

TRITLAB_INLINE F16 fromHalf(Half16 h) { return (F16)(__builtin_convertvector(h, U16) << 16); }
TRITLAB_INLINE Half16 toHalf(F16 x) {
    const U16 bits = (U16)x;
    const U16 rounded = (bits + (0x7fffU + ((bits >> 16) & 1U))) >> 16;
    const U16 nan = (U16)((bits & 0x7fffffffU) > 0x7f800000U);
    return __builtin_convertvector((nan & ((bits >> 16) | 0x40U)) | (~nan & rounded), Half16);
}

// Loads and stores of n <= 16 elements; missing lanes read as zero.
TRITLAB_INLINE F16 load(const float* p) {
    F16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
TRITLAB_INLINE F16 load(const std::uint16_t* p) {
    Half16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return fromHalf(v);
}
TRITLAB_INLINE F16 load(const std::int32_t* p) {
    I16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, F16);
}
TRITLAB_INLINE F16 load(const std::int8_t* p) {
    Byte16 v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(__builtin_convertvector(v, I16), F16);
}
template <typename T>
TRITLAB_INLINE F16 load(const T* p, std::int64_t n) {
    if (n >= lanes) return load(p);
    T values[lanes] = {};
    for (std::int64_t i = 0; i < n; ++i) values[i] = p[i];
    return load(values);
}
TRITLAB_INLINE void store(float* p, F16 v) { __builtin_memcpy(p, &v, sizeof v); }
TRITLAB_INLINE void store(std::uint16_t* p, F16 v) {
    const Half16 h = toHalf(v);
    __builtin_memcpy(p, &h, sizeof h);
}
// v holds whole numbers within int8.
TRITLAB_INLINE void store(std::int8_t* p, F16 v) {
    const Byte16 b = __builtin_convertvector(__builtin_convertvector(v, I16), Byte16);
    __builtin_memcpy(p, &b, sizeof b);
}
template <typename T>
TRITLAB_INLINE void store(T* p, F16 v, std::int64_t n) {
    if (n >= lanes) return store(p, v);
    T values[lanes];
    store(values, v);
    for (std::int64_t i = 0; i < n; ++i) p[i] = values[i];
}

TRITLAB_INLINE float sum(F16 v) {
    float a[lanes];
    __builtin_memcpy(a, &v, sizeof v);
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; ++i) a[i] += a[i + width];
    return a[0];
}
TRITLAB_INLINE float maxOf(F16 v) {
    float a[lanes];
    __builtin_memcpy(a, &v, sizeof v);
    for (int i = 1; i < lanes; ++i) a[0] = a[i] > a[0] ? a[i] : a[0];
    return a[0];
}

// exp by range reduction to |r| <= ln2/2 and a polynomial of degree 6 (error below 2 ulp); 0 below -87.3, capped at 88.
TRITLAB_INLINE F16 exponential(F16 x) {
    const I16 tiny = x < -87.3F;
    const F16 clamped = minimum(maximum(x, splat(-87.3F)), splat(88.0F));
    const F16 n = roundEven(clamped * 1.44269504088896341F);
    const F16 r = (clamped - n * 0.693359375F) - n * -2.12194440e-4F;
    F16 p = splat(1.9875691500e-4F);
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    const F16 y = (p * (r * r) + r) + 1.0F;
    const I16 scale = (__builtin_convertvector(n, I16) + 127) << 23;
    const F16 result = select(tiny, F16{}, y * (F16)scale);
    return select(x == x, result, x);  // NaN stays NaN
}

}  // namespace tritlab::TRITLAB_KERNELS
