// int8_product.h on AVX2. vpmaddubsw adds the products of unsigned and signed bytes in pairs to 16 bits: a pair of
// codes plus one, at most 2, with activations is at most 512 in size, so that sixty of them fit before they go on to 32
// bits. A tile is 6 rows by 16 columns. No template of the library is instantiated here: the linker might pick the copy
// that another machine cannot run.
#include <immintrin.h>

#include "core/kernels/int8_rows.h"
#include "core/kernels/int8_tiles.h"

namespace tritlab {
namespace {

struct Tile {
    const std::int8_t* x;  // first row
    std::int64_t depth;
    const std::uint8_t* panel;  // from the tile's first column on
    const std::int32_t* rowSums;
    const float* rowScale;
    const float* columnScale;
    std::int64_t columns;  // at most 16
};

inline __m256i broadcast(const std::int8_t* x, std::int64_t bytes) {
    std::int32_t quad = 0;
    __builtin_memcpy(&quad, x, static_cast<std::size_t>(bytes));
    return _mm256_set1_epi32(quad);
}

template <int rows, class T>
void tile(const Tile& t, T* y, std::int64_t yStride) {
    constexpr std::int64_t together = 60;
    const std::int64_t whole = t.depth / 4, left = t.depth % 4;
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sums[rows][2];
#pragma GCC unroll 6
    for (int r = 0; r < rows; ++r) sums[r][0] = sums[r][1] = _mm256_set1_epi32(-t.rowSums[r]);
    for (std::int64_t k = 0; k < whole || (k == whole && left > 0);) {
        __m256i words[rows][2];
#pragma GCC unroll 6
        for (int r = 0; r < rows; ++r) words[r][0] = words[r][1] = _mm256_setzero_si256();
        const auto add = [&](std::int64_t quad, auto bytes) __attribute__((always_inline)) {
            const auto* weights = reinterpret_cast<const __m256i*>(t.panel + quad * 256);
            const __m256i w0 = _mm256_loadu_si256(weights), w1 = _mm256_loadu_si256(weights + 1);
#pragma GCC unroll 6
            for (int r = 0; r < rows; ++r) {
                const __m256i x = broadcast(t.x + r * t.depth + 4 * quad, bytes);
                words[r][0] = _mm256_add_epi16(words[r][0], _mm256_maddubs_epi16(w0, x));
                words[r][1] = _mm256_add_epi16(words[r][1], _mm256_maddubs_epi16(w1, x));
            }
        };
        struct Four {
            constexpr operator std::int64_t() const { return 4; }
        };
        const std::int64_t until = k + together < whole ? k + together : whole;
        if (k == whole) add(k++, left);
        else
            for (; k < until; ++k) add(k, Four{});
#pragma GCC unroll 6
        for (int r = 0; r < rows; ++r)
#pragma GCC unroll 2
            for (int j = 0; j < 2; ++j) sums[r][j] = _mm256_add_epi32(sums[r][j], _mm256_madd_epi16(words[r][j], ones));
    }
    for (int r = 0; r < rows; ++r) {
        std::int32_t lanes[16];
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes), sums[r][0]);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes + 8), sums[r][1]);
        for (std::int64_t c = 0; c < t.columns; ++c)
            y[r * yStride + c] = rounded(static_cast<float>(lanes[c]) * (t.columnScale[c] * t.rowScale[r]), y);
    }
}

template <class T>
void run(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, T* y,
         std::int64_t yStride) {
    constexpr std::int64_t chunk = 48;  // rows that stay in the first cache while all panels pass
    const std::int64_t depth = weights.depth(), all = weights.columns();
    std::int32_t rowSums[chunk];
    for (std::int64_t first = begin; first < end; first += chunk) {
        const std::int64_t rows = end - first < chunk ? end - first : chunk;
        for (std::int64_t r = 0; r < rows; ++r) rowSums[r] = rowSum(x.codes + (first + r) * depth, depth);
        for (std::int64_t column = 0; column < all; column += 16)
            for (std::int64_t r = 0; r < rows; r += rowsTogether) {
                const Tile t{x.codes + (first + r) * depth,
                             depth,
                             weights.panel(column / 64) + column % 64 * 4,
                             rowSums + r,
                             x.rowScale + first + r,
                             x.columnScale + column,
                             all - column < 16 ? all - column : 16};
                T* target = y + (first + r) * yStride + column;
                byRows(rows - r, [&]<int count>() { tile<count>(t, target, yStride); });
            }
    }
}

}  // namespace

void int8_avx2::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
                        std::int64_t yStride) {
    run(weights, x, begin, end, y, yStride);
}

void int8_avx2::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end,
                        std::uint16_t* y, std::int64_t yStride) {
    run(weights, x, begin, end, y, yStride);
}

}  // namespace tritlab
