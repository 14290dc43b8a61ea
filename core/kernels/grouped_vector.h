// Products of grouped weights over `Lanes` and `ByteSums`, for every table: up to `Max` tokens share the codes that are
// taken apart once. ByteBlock is a block of 64 bytes, digit<bits, i>() its codes at bits * i. ByteSums are sixteen
// int32 sums, one a row:
//   add<bits>(w, x)   adds to each row its four codes times the four activations at x
//   removed<bits>()   what add() takes off each stored code beforehand
//   less(n)           the sums less n, as Lanes
#pragma once

#include "core/kernels/kernels.h"

namespace tritlab {
namespace {

template <bool Half>
inline Lanes loadScale(const std::uint8_t* scales, std::int64_t group) {
    if constexpr (Half) return Lanes::loadF16(reinterpret_cast<const std::uint16_t*>(scales) + group * tileRows);
    else return Lanes::load(reinterpret_cast<const float*>(scales) + group * tileRows);
}

template <int Bits, int Digit, int Tokens>
inline void addGroupedDigits(const ByteBlock& block, const std::int8_t* x, std::int64_t stride,
                             ByteSums (&sums)[Tokens]) {
    if constexpr (Digit < 8 / Bits) {
        const ByteBlock w = block.template digit<Bits, Digit>();
#pragma GCC unroll 8
        for (int token = 0; token < Tokens; ++token) sums[token].template add<Bits>(w, x + token * stride + 4 * Digit);
        addGroupedDigits<Bits, Digit + 1>(block, x, stride, sums);
    }
}

template <int Bits, bool Minimums, bool Half, int Tokens>
void groupedTile(const GroupedFormat& format, const std::uint8_t* tile, std::int64_t groups, const GroupedTokens& x,
                 float* y, std::int64_t yStride) {
    constexpr std::int64_t width = 32 / Bits;  // columns of a block
    // What add() has left of the offset.
    constexpr int offset = (Bits == 8 ? 128 : Minimums ? 0 : Bits == 4 ? 8 : 1) - ByteSums::removed<Bits>();
    const std::uint8_t* minimums = tile + groups * tileRows * (Half ? 2 : 4);
    const std::uint8_t* codes = tile + groupedHeadBytes(format, groups);
    const std::int64_t blocks = format.columns / width;
    const std::int8_t* input = x.codes;
    Lanes out[Tokens];
#pragma GCC unroll 8
    for (Lanes& each : out) each = Lanes::all(0.f);
    for (std::int64_t group = 0; group < groups; ++group) {
        ByteSums sums[Tokens];
#pragma GCC unroll 8
        for (ByteSums& sum : sums) sum = ByteSums::none();
        for (std::int64_t block = 0; block < blocks; ++block, codes += 64, input += width) {
            __builtin_prefetch(codes + 2048);
            addGroupedDigits<Bits, 0>(ByteBlock::load(codes), input, x.stride, sums);
        }
        const Lanes scale = loadScale<Half>(tile, group);
#pragma GCC unroll 8
        for (int token = 0; token < Tokens; ++token) {
            const std::int64_t at = token * x.groupStride + group;
            const Lanes sum = sums[token].less(offset * x.sums[at]);
            out[token] = Lanes::fma(sum, scale * Lanes::all(x.scales[at]), out[token]);
        }
        if constexpr (Minimums) {
            const Lanes minimum = loadScale<Half>(minimums, group);
#pragma GCC unroll 8
            for (int token = 0; token < Tokens; ++token) {
                const std::int64_t at = token * x.groupStride + group;
                const Lanes all = Lanes::all(x.scales[at] * static_cast<float>(x.sums[at]));
                out[token] = Lanes::fma(minimum, all, out[token]);
            }
        }
    }
#pragma GCC unroll 8
    for (int token = 0; token < Tokens; ++token) out[token].store(y + token * yStride);
}

template <int Bits, bool Minimums, bool Half, int Max>
void groupedTiles(const GroupedFormat& format, const std::uint8_t* weights, std::int64_t tiles, std::int64_t groups,
                  const GroupedTokens& x, float* y, std::int64_t yStride) {
    const std::int64_t tileBytes = groupedTileBytes(format, groups * format.columns);
    for (std::int64_t token = 0; token < x.count;) {
        const std::int64_t left = x.count - token, taken = left >= Max ? Max : Max > 4 && left >= 4 ? 4 : 1;
        const GroupedTokens input = x.part(token, taken);
        for (std::int64_t tile = 0; tile < tiles; ++tile) {
            const std::uint8_t* data = weights + tile * tileBytes;
            float* out = y + token * yStride + tile * tileRows;
            if (taken == Max) groupedTile<Bits, Minimums, Half, Max>(format, data, groups, input, out, yStride);
            else if (taken == 4) groupedTile<Bits, Minimums, Half, 4>(format, data, groups, input, out, yStride);
            else groupedTile<Bits, Minimums, Half, 1>(format, data, groups, input, out, yStride);
        }
        token += taken;
    }
}

template <int Bits, int Max>
void groupedOfBits(const GroupedFormat& format, const std::uint8_t* weights, std::int64_t tiles, std::int64_t groups,
                   const GroupedTokens& x, float* y, std::int64_t yStride) {
    const auto product = format.minimums
                             ? format.half ? groupedTiles<Bits, true, true, Max> : groupedTiles<Bits, true, false, Max>
                         : format.half ? groupedTiles<Bits, false, true, Max>
                                       : groupedTiles<Bits, false, false, Max>;
    product(format, weights, tiles, groups, x, y, yStride);
}

// Kernels::grouped.
template <int Max>
void groupedProduct(const GroupedFormat& format, const std::uint8_t* weights, std::int64_t tiles, std::int64_t groups,
                    const GroupedTokens& x, float* y, std::int64_t yStride) {
    if (format.bits == 2) groupedOfBits<2, Max>(format, weights, tiles, groups, x, y, yStride);
    else if (format.bits == 4) groupedOfBits<4, Max>(format, weights, tiles, groups, x, y, yStride);
    else groupedOfBits<8, Max>(format, weights, tiles, groups, x, y, yStride);
}

}  // namespace
}  // namespace tritlab
