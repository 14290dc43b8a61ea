// int8_product.h on AVX512-VNNI. vpdpbusd multiplies unsigned by signed bytes: the weight codes are stored plus one,
// and the sum of the row's activations is taken off at the end. A tile is 6 rows by 64 columns: 24 sums, 4 weight
// vectors and one broadcast in registers.
#include <immintrin.h>

#include <cstring>
#include <vector>

#include "core/kernels/int8_product.h"
#include "core/kernels/int8_rows.h"

namespace tritlab {
namespace {

inline __mmask16 firstLanes(std::int64_t count) {
    if (count <= 0) return 0;
    return count >= 16 ? __mmask16(0xffff) : static_cast<__mmask16>((1U << count) - 1U);
}

inline void store(float* y, __mmask16 lanes, __m512 values) { _mm512_mask_storeu_ps(y, lanes, values); }

// Rounded to nearest even by integer steps: not every processor with VNNI has the bf16 conversion.
inline void store(std::uint16_t* y, __mmask16 lanes, __m512 values) {
    const __m512i bits = _mm512_castps_si512(values);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded =
        _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd), 16);
    const __mmask16 nan = _mm512_cmp_ps_mask(values, values, _CMP_UNORD_Q);
    const __m512i kept = _mm512_or_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(0x40));
    _mm256_mask_storeu_epi16(y, lanes, _mm512_cvtepi32_epi16(_mm512_mask_mov_epi32(rounded, nan, kept)));
}

struct Tile {
    const std::int8_t* x;  // first row
    std::int64_t xStride;
    const std::uint8_t* panel;
    std::int64_t quads;  // depth / 4, rounded up
    const std::int32_t* rowSums;
    const float* rowScale;
    const float* columnScale;  // of the panel's first column
    std::int64_t columns;      // of the panel, at most 64
};

// The loops over rows and vectors have to be unrolled for the sums to live in registers: hence the pragmas.
template <int rows, class T>
void tile(const Tile& t, T* y, std::int64_t yStride) {
    __m512i sums[rows][4];
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) sums[r][j] = _mm512_set1_epi32(-t.rowSums[r]);
    }
    for (std::int64_t k = 0; k < t.quads; ++k) {
        const std::uint8_t* panel = t.panel + k * 256;
        const __m512i w0 = _mm512_loadu_si512(panel), w1 = _mm512_loadu_si512(panel + 64);
        const __m512i w2 = _mm512_loadu_si512(panel + 128), w3 = _mm512_loadu_si512(panel + 192);
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
            std::int32_t quad;
            std::memcpy(&quad, t.x + r * t.xStride + 4 * k, 4);
            const __m512i x = _mm512_set1_epi32(quad);
            sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], w0, x);
            sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], w1, x);
            sums[r][2] = _mm512_dpbusd_epi32(sums[r][2], w2, x);
            sums[r][3] = _mm512_dpbusd_epi32(sums[r][3], w3, x);
        }
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
        const __mmask16 lanes = firstLanes(t.columns - 16 * j);
        const __m512 columnScale = _mm512_maskz_loadu_ps(lanes, t.columnScale + 16 * j);
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r)
            store(y + r * yStride + 16 * j, lanes,
                  _mm512_mul_ps(_mm512_cvtepi32_ps(sums[r][j]),
                                _mm512_mul_ps(columnScale, _mm512_set1_ps(t.rowScale[r]))));
    }
}

std::int32_t rowSum(const std::int8_t* row, std::int64_t depth) {
    __m512i sum = _mm512_setzero_si512();
    std::int64_t k = 0;
    for (; k + 64 <= depth; k += 64) sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), _mm512_loadu_si512(row + k));
    std::int32_t total = _mm512_reduce_add_epi32(sum);
    for (; k < depth; ++k) total += row[k];
    return total;
}

template <class T>
void run(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, T* y,
         std::int64_t yStride) {
    constexpr std::int64_t chunk = 48;  // rows that stay in the first cache while all panels pass
    const std::int64_t depth = weights.depth(), padded = weights.paddedDepth(), panels = (weights.columns() + 63) / 64;
    std::vector<std::int8_t> copy(depth == padded ? 0 : static_cast<std::size_t>(chunk * padded), std::int8_t{0});
    std::int32_t rowSums[chunk];
    for (std::int64_t first = begin; first < end; first += chunk) {
        const std::int64_t rows = end - first < chunk ? end - first : chunk;
        const std::int8_t* codes = x.codes + first * depth;
        for (std::int64_t r = 0; r < rows; ++r) {
            rowSums[r] = rowSum(codes + r * depth, depth);
            if (!copy.empty())
                std::memcpy(copy.data() + r * padded, codes + r * depth, static_cast<std::size_t>(depth));
        }
        if (!copy.empty()) codes = copy.data();
        for (std::int64_t p = 0; p < panels; ++p) {
            const std::int64_t left = weights.columns() - p * 64;
            for (std::int64_t r = 0; r < rows; r += rowsTogether) {
                const Tile t{codes + r * padded,
                             padded,
                             weights.panel(p),
                             padded / 4,
                             rowSums + r,
                             x.rowScale + first + r,
                             x.columnScale + p * 64,
                             left < 64 ? left : 64};
                T* target = y + (first + r) * yStride + p * 64;
                byRows(rows - r, [&]<int count>() { tile<count>(t, target, yStride); });
            }
        }
    }
}

}  // namespace

void int8_avx512vnni::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end,
                              float* y, std::int64_t yStride) {
    run(weights, x, begin, end, y, yStride);
}

void int8_avx512vnni::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end,
                              std::uint16_t* y, std::int64_t yStride) {
    run(weights, x, begin, end, y, yStride);
}

}  // namespace tritlab
