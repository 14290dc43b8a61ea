// attention.h on AVX512-BF16 (vdpbf16ps: 32 products of bf16 pairs an instruction, summed in fp32).
// Every product here is C[m][n] += sum_k A[m][k] B[k][n] by one micro-kernel: A row-major with pairs along k in one
// 32-bit word, B with the two values of a k-pair side by side ([k/2][n] words). Which operand is packed how is the
// whole design:
//   forward   S = Q K^T          A = Q rows       B = K^T words [D/2][keys]
//             O = P V            A = P rows       B = V row pairs [keys/2][D]
//   backward  S^T = K Q^T        A = K rows       B = Q^T words [D/2][queries]     (transposed, so that per-query
//   figures are lanes)
//             dP^T = V dO^T      A = V rows       B = dO^T words
//             dV += P^T dO       A = P^T rows     B = dO row pairs
//             dK += dS^T Q       A = dS^T rows    B = Q row pairs
//             dQ^T += K^T dS^T   A = K^T rows     B = dS^T row pairs
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "core/kernels/attention.h"

namespace tritlab {
namespace {

constexpr std::int64_t block = 64;  // queries and keys a block

std::int64_t roundUp(std::int64_t value) { return (value + block - 1) / block * block; }

// Scratch of one thread, grown when needed and kept: no allocation in the steady state.
class Arena {
public:
    void begin() { used_ = 0; }
    void reserve(std::size_t bytes) {
        if (bytes <= size_) return;
        memory_.reset(static_cast<std::byte*>(::operator new (bytes, std::align_val_t{64})));
        size_ = bytes;
    }
    template <class T>
    T* take(std::int64_t count) {
        auto* start = reinterpret_cast<T*>(memory_.get() + used_);
        used_ += (static_cast<std::size_t>(count) * sizeof(T) + 63) / 64 * 64;
        return start;
    }

private:
    struct Free {
        void operator()(std::byte* pointer) const { ::operator delete (pointer, std::align_val_t{64}); }
    };
    std::unique_ptr<std::byte, Free> memory_;
    std::size_t size_ = 0, used_ = 0;
};

Arena& arena() {
    thread_local Arena instance;
    return instance;
}

__m512bh asPairs(__m512i words) { return reinterpret_cast<__m512bh>(words); }
__m256i toBf16(__m512 values) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values)); }
__m512 toFloat(__m256i halves) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16)); }
__m512 loadBf16(const Bf16Bits* source) {
    return toFloat(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(source)));
}
void storeBf16(Bf16Bits* target, __m512 values) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(target), toBf16(values));
}

// C[4][16 * vectors] (+)= A[4][pairs] B[pairs][16 * vectors]; strides in elements of each array. The loops over rows
// and vectors have to be unrolled for the sums to live in registers: hence the pragmas.
template <int vectors, bool accumulate>
void tile(std::int64_t pairs, const std::uint32_t* a, std::int64_t aStride, const std::uint32_t* b,
          std::int64_t bStride, float* c, std::int64_t cStride) {
    __m512 sum[4][vectors];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < vectors; ++j)
            sum[i][j] = accumulate ? _mm512_loadu_ps(c + i * cStride + 16 * j) : _mm512_setzero_ps();
    }
    for (std::int64_t k = 0; k < pairs; ++k) {
        __m512bh right[vectors];
#pragma GCC unroll 4
        for (int j = 0; j < vectors; ++j) right[j] = asPairs(_mm512_loadu_si512(b + k * bStride + 16 * j));
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
            const __m512bh left = asPairs(_mm512_set1_epi32(static_cast<int>(a[i * aStride + k])));
#pragma GCC unroll 4
            for (int j = 0; j < vectors; ++j) sum[i][j] = _mm512_dpbf16_ps(sum[i][j], left, right[j]);
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < vectors; ++j) _mm512_storeu_ps(c + i * cStride + 16 * j, sum[i][j]);
    }
}

// C[rows][columns] (+)= A B; rows a multiple of 4, columns of 16.
template <bool accumulate>
void multiply(std::int64_t rows, std::int64_t columns, std::int64_t pairs, const void* a, std::int64_t aStride,
              const std::uint32_t* b, std::int64_t bStride, float* c, std::int64_t cStride) {
    const auto* left = static_cast<const std::uint32_t*>(a);
    for (std::int64_t n = 0; n < columns;) {
        const std::int64_t width = columns - n >= 64 ? 64 : columns - n >= 32 ? 32 : 16;
        for (std::int64_t m = 0; m < rows; m += 4) {
            const std::uint32_t* aRow = left + m * aStride;
            float* cRow = c + m * cStride + n;
            if (width == 64) tile<4, accumulate>(pairs, aRow, aStride, b + n, bStride, cRow, cStride);
            else if (width == 32) tile<2, accumulate>(pairs, aRow, aStride, b + n, bStride, cRow, cStride);
            else tile<1, accumulate>(pairs, aRow, aStride, b + n, bStride, cRow, cStride);
        }
        n += width;
    }
}

// e^x for x <= 0 to about 1 unit in the last place of fp32; 0 below -87.
__m512 expNonPositive(__m512 x) {
    const __m512 log2e = _mm512_set1_ps(1.44269504F), high = _mm512_set1_ps(0.693359375F),
                 low = _mm512_set1_ps(-2.12194440e-4F);
    const __mmask16 alive = _mm512_cmp_ps_mask(x, _mm512_set1_ps(-87.0F), _CMP_GE_OQ);
    const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, log2e), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 r = _mm512_fnmadd_ps(n, low, _mm512_fnmadd_ps(n, high, x));
    // Cephes' minimax polynomial for e^r on [-ln 2 / 2, ln 2 / 2].
    __m512 p = _mm512_set1_ps(1.9875691500e-4F);
    for (const float c : {1.3981999507e-3F, 8.3334519073e-3F, 4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F})
        p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(c));
    p = _mm512_add_ps(_mm512_fmadd_ps(p, _mm512_mul_ps(r, r), r), _mm512_set1_ps(1.0F));
    return _mm512_maskz_scalef_ps(alive, p, n);
}

// One head's rows, rotated if there are cosines, as bf16 [paddedLength][D], zero beyond `length`.
void gatherRows(const Bf16Bits* source, std::int64_t stride, std::int64_t length, std::int64_t padded, std::int64_t d,
                const float* cosines, const float* sines, Bf16Bits* rows) {
    const std::int64_t half = d / 2;
    for (std::int64_t t = 0; t < length; ++t) {
        const Bf16Bits* from = source + t * stride;
        Bf16Bits* to = rows + t * d;
        if (cosines == nullptr) {
            std::memcpy(to, from, static_cast<std::size_t>(d) * sizeof(Bf16Bits));
            continue;
        }
        for (std::int64_t i = 0; i < half; i += 16) {
            const __mmask16 lanes =
                half - i >= 16 ? __mmask16(0xffff) : static_cast<__mmask16>((1U << (half - i)) - 1U);
            const __m512 cosine = _mm512_maskz_loadu_ps(lanes, cosines + t * half + i);
            const __m512 sine = _mm512_maskz_loadu_ps(lanes, sines + t * half + i);
            const __m512 x = toFloat(_mm256_maskz_loadu_epi16(lanes, from + i));
            const __m512 y = toFloat(_mm256_maskz_loadu_epi16(lanes, from + half + i));
            _mm256_mask_storeu_epi16(to + i, lanes, toBf16(_mm512_fnmadd_ps(y, sine, _mm512_mul_ps(x, cosine))));
            _mm256_mask_storeu_epi16(to + half + i, lanes, toBf16(_mm512_fmadd_ps(x, sine, _mm512_mul_ps(y, cosine))));
        }
    }
    std::memset(rows + length * d, 0, static_cast<std::size_t>((padded - length) * d) * sizeof(Bf16Bits));
}

// Gradient rows fp32 [T][D], rotated back, as bf16 into the head's place.
void scatterRows(const float* rows, std::int64_t length, std::int64_t d, const float* cosines, const float* sines,
                 Bf16Bits* target, std::int64_t stride) {
    const std::int64_t half = d / 2;
    for (std::int64_t t = 0; t < length; ++t) {
        const float* from = rows + t * d;
        Bf16Bits* to = target + t * stride;
        if (cosines == nullptr) {
            for (std::int64_t i = 0; i < d; i += 16) storeBf16(to + i, _mm512_loadu_ps(from + i));
            continue;
        }
        for (std::int64_t i = 0; i < half; i += 16) {
            const __mmask16 lanes =
                half - i >= 16 ? __mmask16(0xffff) : static_cast<__mmask16>((1U << (half - i)) - 1U);
            const __m512 cosine = _mm512_maskz_loadu_ps(lanes, cosines + t * half + i);
            const __m512 sine = _mm512_maskz_loadu_ps(lanes, sines + t * half + i);
            const __m512 x = _mm512_maskz_loadu_ps(lanes, from + i), y = _mm512_maskz_loadu_ps(lanes, from + half + i);
            _mm256_mask_storeu_epi16(to + i, lanes, toBf16(_mm512_fmadd_ps(y, sine, _mm512_mul_ps(x, cosine))));
            _mm256_mask_storeu_epi16(to + half + i, lanes, toBf16(_mm512_fnmadd_ps(x, sine, _mm512_mul_ps(y, cosine))));
        }
    }
}

// The transpose of rows x columns words.
void transposeWords(const std::uint32_t* source, std::int64_t rows, std::int64_t columns, std::uint32_t* target) {
    for (std::int64_t r0 = 0; r0 < rows; r0 += 16)
        for (std::int64_t c = 0; c < columns; ++c)
            for (std::int64_t r = r0; r < std::min(r0 + 16, rows); ++r) target[c * rows + r] = source[r * columns + c];
}

// bf16 [rows][d] to words [rows / 2][d] that hold the values of two neighbouring rows.
void pairRows(const Bf16Bits* rows, std::int64_t count, std::int64_t d, std::uint32_t* target) {
    for (std::int64_t r = 0; r < count; r += 2) {
        for (std::int64_t i = 0; i < d; i += 16) {
            const auto* base = rows + r * d + i;
            const __m512i low = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(base)));
            const __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(base + d)));
            _mm512_storeu_si512(target + r / 2 * d + i, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
        }
    }
}

// bf16 [rows][d] to bf16 [d][rows].
void transposeHalves(const Bf16Bits* rows, std::int64_t count, std::int64_t d, Bf16Bits* target) {
    for (std::int64_t r0 = 0; r0 < count; r0 += 32)
        for (std::int64_t i = 0; i < d; ++i)
            for (std::int64_t r = r0; r < std::min(r0 + 32, count); ++r) target[i * count + r] = rows[r * d + i];
}

struct Range {
    std::int64_t first, last;  // key blocks [first, last) that a block of queries sees
};

Range keyBlocks(const std::int32_t* starts, std::int64_t queryBlock, std::int64_t length) {
    const std::int64_t from = queryBlock * block, to = std::min(from + block, length);
    std::int64_t first = 0;
    if (starts != nullptr) first = *std::min_element(starts + from, starts + to) / block;
    return {first, queryBlock + 1};
}

// The lanes of keys [key, key + 16) that query t may see.
__mmask16 visible(std::int64_t key, std::int64_t t, std::int64_t start) {
    const __m512i lanes = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(key)),
                                           _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    return _mm512_cmple_epi32_mask(lanes, _mm512_set1_epi32(static_cast<int>(t))) &
           _mm512_cmpge_epi32_mask(lanes, _mm512_set1_epi32(static_cast<int>(start)));
}

// One block of scores [64][64] into probabilities relative to the running maximum; rescales the rows of `sum` where it
// grew.
void softmaxBlock(const float* scores, float scale, std::int64_t queryStart, std::int64_t keyStart,
                  const std::int32_t* starts, std::int64_t length, std::int64_t d, float* maximum, float* total,
                  float* sum, Bf16Bits* probabilities) {
    const __m512 lowest = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
    for (std::int64_t r = 0; r < block; ++r) {
        const std::int64_t t = queryStart + r;
        const std::int64_t start = starts != nullptr && t < length ? starts[t] : 0;
        __m512 s[4], best = lowest;
        for (int j = 0; j < 4; ++j) {
            s[j] = _mm512_mask_mul_ps(lowest, visible(keyStart + 16 * j, t, start),
                                      _mm512_loadu_ps(scores + r * block + 16 * j), _mm512_set1_ps(scale));
            best = _mm512_max_ps(best, s[j]);
        }
        const float newMaximum = std::max(maximum[r], _mm512_reduce_max_ps(best));
        Bf16Bits* p = probabilities + r * block;
        if (newMaximum == -std::numeric_limits<float>::infinity()) {  // nothing seen yet
            std::memset(p, 0, block * sizeof(Bf16Bits));
            continue;
        }
        if (newMaximum > maximum[r]) {
            const __m512 shrink = expNonPositive(_mm512_set1_ps(maximum[r] - newMaximum));
            for (std::int64_t i = 0; i < d; i += 16)
                _mm512_storeu_ps(sum + r * d + i, _mm512_mul_ps(_mm512_loadu_ps(sum + r * d + i), shrink));
            total[r] *= _mm512_cvtss_f32(shrink);
            maximum[r] = newMaximum;
        }
        __m512 added = _mm512_setzero_ps();
        for (int j = 0; j < 4; ++j) {
            const __m512 e = expNonPositive(_mm512_sub_ps(s[j], _mm512_set1_ps(newMaximum)));
            added = _mm512_add_ps(added, e);
            storeBf16(p + 16 * j, e);
        }
        total[r] += _mm512_reduce_add_ps(added);
    }
}

struct HeadPlace {
    std::int64_t batch, kvHead, row;  // row: first token row of the batch
};

HeadPlace place(const AttentionShape& shape, std::int64_t task) {
    return {task / shape.kvHeads, task % shape.kvHeads, task / shape.kvHeads * shape.length};
}

void forwardTask(const AttentionShape& shape, const AttentionInputs& in, Bf16Bits* out, float* logSumExp,
                 std::int64_t task) {
    const std::int64_t length = shape.length, padded = roundUp(length), d = shape.headSize,
                       group = shape.heads / shape.kvHeads;
    const HeadPlace at = place(shape, task);
    const std::int32_t* starts = in.documentStart != nullptr ? in.documentStart + at.row : nullptr;
    const float scale = 1.0F / std::sqrt(static_cast<float>(d));

    Arena& scratch = arena();
    scratch.reserve(static_cast<std::size_t>(padded * d * 2 * 4 + block * (block * 6 + d * 4 + 8) + 4096));
    scratch.begin();
    auto* rows = scratch.take<Bf16Bits>(padded * d);
    auto* keyWords = scratch.take<std::uint32_t>(padded * d / 2);
    auto* valuePairs = scratch.take<std::uint32_t>(padded * d / 2);
    auto* scores = scratch.take<float>(block * block);
    auto* probabilities = scratch.take<Bf16Bits>(block * block);
    auto* sum = scratch.take<float>(block * d);
    auto* maximum = scratch.take<float>(block);
    auto* total = scratch.take<float>(block);

    gatherRows(in.key + at.row * shape.keyStride + at.kvHead * d, shape.keyStride, length, padded, d, in.cosines,
               in.sines, rows);
    transposeWords(reinterpret_cast<const std::uint32_t*>(rows), padded, d / 2, keyWords);
    gatherRows(in.value + at.row * shape.valueStride + at.kvHead * d, shape.valueStride, length, padded, d, nullptr,
               nullptr, rows);
    pairRows(rows, padded, d, valuePairs);

    for (std::int64_t head = at.kvHead * group; head < (at.kvHead + 1) * group; ++head) {
        gatherRows(in.query + at.row * shape.queryStride + head * d, shape.queryStride, length, padded, d, in.cosines,
                   in.sines, rows);
        for (std::int64_t q = 0; q < padded / block; ++q) {
            std::fill_n(sum, block * d, 0.0F);
            std::fill_n(maximum, block, -std::numeric_limits<float>::infinity());
            std::fill_n(total, block, 0.0F);
            const Range range = keyBlocks(starts, q, length);
            for (std::int64_t k = range.first; k < range.last; ++k) {
                multiply<false>(block, block, d / 2, rows + q * block * d, d / 2, keyWords + k * block, padded, scores,
                                block);
                softmaxBlock(scores, scale, q * block, k * block, starts, length, d, maximum, total, sum,
                             probabilities);
                multiply<true>(block, d, block / 2, probabilities, block / 2, valuePairs + k * block / 2 * d, d, sum,
                               d);
            }
            for (std::int64_t r = 0; r < std::min(block, length - q * block); ++r) {
                const std::int64_t t = q * block + r;
                const __m512 inverse = _mm512_set1_ps(1.0F / total[r]);
                Bf16Bits* target = out + (at.row + t) * shape.outStride + head * d;
                for (std::int64_t i = 0; i < d; i += 16)
                    storeBf16(target + i, _mm512_mul_ps(_mm512_loadu_ps(sum + r * d + i), inverse));
                logSumExp[(at.batch * shape.heads + head) * length + t] = maximum[r] + std::log(total[r]);
            }
        }
    }
}

// From transposed scores and dP^T [keys][queries]: P^T and dS^T as bf16 rows, and dS^T as pairs of key rows.
void gradientBlock(const float* scores, const float* products, float scale, std::int64_t queryStart,
                   std::int64_t keyStart, const std::int32_t* starts, std::int64_t length, const float* logSumExp,
                   const float* delta, Bf16Bits* probabilities, Bf16Bits* gradients, std::uint32_t* gradientPairs) {
    for (int j = 0; j < block / 16; ++j) {
        const std::int64_t t = queryStart + 16 * j;
        const __mmask16 inside =
            t + 16 <= length ? __mmask16(0xffff) : static_cast<__mmask16>(t >= length ? 0U : (1U << (length - t)) - 1U);
        const __m512 lse = _mm512_maskz_loadu_ps(inside, logSumExp + t),
                     correction = _mm512_maskz_loadu_ps(inside, delta + t);
        const __m512i start = starts != nullptr ? _mm512_maskz_loadu_epi32(inside, starts + t) : _mm512_setzero_si512();
        const __m512i query = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(t)),
                                               _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        __m512i even = _mm512_setzero_si512();
        for (std::int64_t n = 0; n < block; ++n) {
            const __m512i key = _mm512_set1_epi32(static_cast<int>(keyStart + n));
            const __mmask16 seen = inside & _mm512_cmple_epi32_mask(key, query) & _mm512_cmpge_epi32_mask(key, start);
            const __m512 s = _mm512_fmsub_ps(_mm512_loadu_ps(scores + n * block + 16 * j), _mm512_set1_ps(scale), lse);
            const __m512 p = _mm512_maskz_mov_ps(seen, expNonPositive(_mm512_min_ps(s, _mm512_setzero_ps())));
            const __m512 dp = _mm512_sub_ps(_mm512_loadu_ps(products + n * block + 16 * j), correction);
            const __m512 ds = _mm512_mul_ps(_mm512_mul_ps(p, dp), _mm512_set1_ps(scale));
            storeBf16(probabilities + n * block + 16 * j, p);
            const __m256i half = toBf16(ds);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(gradients + n * block + 16 * j), half);
            const __m512i wide = _mm512_cvtepu16_epi32(half);
            if (n % 2 == 0) even = wide;
            else
                _mm512_storeu_si512(gradientPairs + n / 2 * block + 16 * j,
                                    _mm512_or_si512(even, _mm512_slli_epi32(wide, 16)));
        }
    }
}

// sum over D of outGradient * out, per token.
void outputDelta(const Bf16Bits* out, const Bf16Bits* outGradient, std::int64_t stride, std::int64_t length,
                 std::int64_t d, float* delta) {
    for (std::int64_t t = 0; t < length; ++t) {
        __m512 sum = _mm512_setzero_ps();
        for (std::int64_t i = 0; i < d; i += 16)
            sum = _mm512_fmadd_ps(loadBf16(out + t * stride + i), loadBf16(outGradient + t * stride + i), sum);
        delta[t] = _mm512_reduce_add_ps(sum);
    }
}

void backwardTask(const AttentionShape& shape, const AttentionInputs& in, const Bf16Bits* out,
                  const Bf16Bits* outGradient, const float* logSumExp, const AttentionGradients& gradients,
                  std::int64_t task) {
    const std::int64_t length = shape.length, padded = roundUp(length), d = shape.headSize,
                       group = shape.heads / shape.kvHeads;
    const std::int64_t pairs = d / 2;
    const HeadPlace at = place(shape, task);
    const std::int32_t* starts = in.documentStart != nullptr ? in.documentStart + at.row : nullptr;
    const float scale = 1.0F / std::sqrt(static_cast<float>(d));

    Arena& scratch = arena();
    scratch.reserve(static_cast<std::size_t>(padded * d * (2 * 8 + 4 * 3) + padded * 4 + block * block * 16 +
                                             block * d * 4 + 8192));
    scratch.begin();
    auto* rows = scratch.take<Bf16Bits>(padded * d);
    auto* keyRows = scratch.take<Bf16Bits>(padded * d);
    auto* keyColumns = scratch.take<Bf16Bits>(padded * d);
    auto* valueRows = scratch.take<Bf16Bits>(padded * d);
    auto* queryWords = scratch.take<std::uint32_t>(padded * pairs);
    auto* queryPairs = scratch.take<std::uint32_t>(padded * pairs);
    auto* gradientWords = scratch.take<std::uint32_t>(padded * pairs);
    auto* gradientRowPairs = scratch.take<std::uint32_t>(padded * pairs);
    auto* keySum = scratch.take<float>(padded * d);
    auto* valueSum = scratch.take<float>(padded * d);
    auto* queryRows = scratch.take<float>(padded * d);
    auto* delta = scratch.take<float>(padded);
    auto* querySum = scratch.take<float>(block * d);
    auto* scores = scratch.take<float>(block * block);
    auto* products = scratch.take<float>(block * block);
    auto* probabilities = scratch.take<Bf16Bits>(block * block);
    auto* scoreGradients = scratch.take<Bf16Bits>(block * block);
    auto* scoreGradientPairs = scratch.take<std::uint32_t>(block * block / 2);

    gatherRows(in.key + at.row * shape.keyStride + at.kvHead * d, shape.keyStride, length, padded, d, in.cosines,
               in.sines, keyRows);
    transposeHalves(keyRows, padded, d, keyColumns);
    gatherRows(in.value + at.row * shape.valueStride + at.kvHead * d, shape.valueStride, length, padded, d, nullptr,
               nullptr, valueRows);
    std::fill_n(keySum, padded * d, 0.0F);
    std::fill_n(valueSum, padded * d, 0.0F);

    for (std::int64_t head = at.kvHead * group; head < (at.kvHead + 1) * group; ++head) {
        gatherRows(in.query + at.row * shape.queryStride + head * d, shape.queryStride, length, padded, d, in.cosines,
                   in.sines, rows);
        transposeWords(reinterpret_cast<const std::uint32_t*>(rows), padded, pairs, queryWords);
        pairRows(rows, padded, d, queryPairs);
        const Bf16Bits* headOut = out + at.row * shape.outStride + head * d;
        const Bf16Bits* headGradient = outGradient + at.row * shape.outStride + head * d;
        gatherRows(headGradient, shape.outStride, length, padded, d, nullptr, nullptr, rows);
        transposeWords(reinterpret_cast<const std::uint32_t*>(rows), padded, pairs, gradientWords);
        pairRows(rows, padded, d, gradientRowPairs);
        outputDelta(headOut, headGradient, shape.outStride, length, d, delta);
        const float* lse = logSumExp + (at.batch * shape.heads + head) * length;

        for (std::int64_t q = 0; q < padded / block; ++q) {
            std::fill_n(querySum, block * d, 0.0F);  // [D][queries]
            const Range range = keyBlocks(starts, q, length);
            for (std::int64_t k = range.first; k < range.last; ++k) {
                multiply<false>(block, block, pairs, keyRows + k * block * d, pairs, queryWords + q * block, padded,
                                scores, block);
                multiply<false>(block, block, pairs, valueRows + k * block * d, pairs, gradientWords + q * block,
                                padded, products, block);
                gradientBlock(scores, products, scale, q * block, k * block, starts, length, lse, delta, probabilities,
                              scoreGradients, scoreGradientPairs);
                multiply<true>(block, d, block / 2, probabilities, block / 2, gradientRowPairs + q * block / 2 * d, d,
                               valueSum + k * block * d, d);
                multiply<true>(block, d, block / 2, scoreGradients, block / 2, queryPairs + q * block / 2 * d, d,
                               keySum + k * block * d, d);
                multiply<true>(d, block, block / 2, keyColumns + k * block, padded / 2, scoreGradientPairs, block,
                               querySum, block);
            }
            for (std::int64_t r = 0; r < block; ++r)
                for (std::int64_t i = 0; i < d; ++i) queryRows[(q * block + r) * d + i] = querySum[i * block + r];
        }
        scatterRows(queryRows, length, d, in.cosines, in.sines,
                    gradients.query + at.row * gradients.queryStride + head * d, gradients.queryStride);
    }
    scatterRows(keySum, length, d, in.cosines, in.sines, gradients.key + at.row * gradients.keyStride + at.kvHead * d,
                gradients.keyStride);
    scatterRows(valueSum, length, d, nullptr, nullptr, gradients.value + at.row * gradients.valueStride + at.kvHead * d,
                gradients.valueStride);
}

}  // namespace

void attentionForward(const AttentionShape& shape, const AttentionInputs& inputs, Bf16Bits* out, float* logSumExp,
                      std::int64_t firstTask, std::int64_t lastTask) {
    for (std::int64_t task = firstTask; task < lastTask; ++task) forwardTask(shape, inputs, out, logSumExp, task);
}

void attentionBackward(const AttentionShape& shape, const AttentionInputs& inputs, const Bf16Bits* out,
                       const Bf16Bits* outGradient, const float* logSumExp, const AttentionGradients& gradients,
                       std::int64_t firstTask, std::int64_t lastTask) {
    AttentionGradients filled = gradients;
    if (filled.queryStride == 0) filled.queryStride = shape.queryStride;
    if (filled.keyStride == 0) filled.keyStride = shape.keyStride;
    if (filled.valueStride == 0) filled.valueStride = shape.valueStride;
    for (std::int64_t task = firstTask; task < lastTask; ++task)
        backwardTask(shape, inputs, out, outGradient, logSumExp, filled, task);
}

}  // namespace tritlab
