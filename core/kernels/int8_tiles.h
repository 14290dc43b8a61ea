// The integer product of int8_product.h on a machine of 16 x 64-byte tiles, over `Tiles`: the processor's AMX in
// int8_product_amx.cpp, plain arrays in the test. 32 rows by 32 columns at a time: two tiles of activations, two of
// weights, four of sums. Internal to each file that includes it, and no library template is used: the linker might pick
// the copy that another machine cannot run.
#pragma once

#include <cstdint>

#include "core/kernels/int8_product.h"

namespace tritlab {
namespace {

constexpr std::int64_t tileSide = 32, tileDepth = 64;

// Tiles:
//   Tiles()/~Tiles()                  takes the unit into use and lets it go
//   clear()                           sets the sums to 0
//   multiply(x, xStride, weights)     adds 64 of the depth: x int8 [32, xStride], weights uint8 [16 quads of the depth]
//   of 256 bytes
//                                     each, the first 128 of them 32 columns of 4
//   store(sums)                       int32 [32][32]

inline float rounded(float value, const float*) { return value; }
inline std::uint16_t rounded(float value, const std::uint16_t*) {  // nearest even; a NaN stays one
    std::uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    const bool nan = (bits & 0x7fffffffU) > 0x7f800000U;
    return static_cast<std::uint16_t>(nan ? bits >> 16 | 0x40U : (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}

inline std::int32_t rowSum(const std::int8_t* row, std::int64_t depth) {
    std::int32_t total = 0;
    for (std::int64_t k = 0; k < depth; ++k) total += row[k];
    return total;
}

template <class T>
void storeScaled(const std::int32_t* sums, const std::int32_t* rowSums, const float* rowScale, const float* columnScale,
                 std::int64_t columns, T* y, std::int64_t yStride) {
    for (std::int64_t r = 0; r < tileSide; ++r)
        for (std::int64_t c = 0; c < columns; ++c) {
            const float sum = static_cast<float>(sums[r * tileSide + c] - rowSums[r]);
            y[r * yStride + c] = rounded(sum * (columnScale[c] * rowScale[r]), y);
        }
}

// Rows [begin, end): a multiple of 32 of them, and a depth that is a multiple of 64.
template <class Tiles, class T>
void tiledInt8Product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, T* y,
                      std::int64_t yStride) {
    constexpr std::int64_t chunk = 4 * tileSide;  // rows that share the weights while those are near
    alignas(64) std::int32_t sums[tileSide * tileSide];
    std::int32_t rowSums[chunk];
    const std::int64_t depth = weights.depth(), all = weights.columns();
    Tiles unit;
    for (std::int64_t first = begin; first < end; first += chunk) {
        const std::int64_t rows = end - first < chunk ? end - first : chunk;
        for (std::int64_t r = 0; r < rows; ++r) rowSums[r] = rowSum(x.codes + (first + r) * depth, depth);
        for (std::int64_t column = 0; column < all; column += tileSide) {
            const std::uint8_t* panel = weights.panel(column / 64) + column % 64 * 4;
            const std::int64_t columns = all - column < tileSide ? all - column : tileSide;
            for (std::int64_t r = 0; r < rows; r += tileSide) {
                const std::int8_t* codes = x.codes + (first + r) * depth;
                unit.clear();
                for (std::int64_t k = 0; k < depth; k += tileDepth) unit.multiply(codes + k, depth, panel + k * 64);
                unit.store(sums);
                storeScaled(sums, rowSums + r, x.rowScale + first + r, x.columnScale + column, columns,
                            y + (first + r) * yStride + column, yStride);
            }
        }
    }
}

}  // namespace
}  // namespace tritlab
