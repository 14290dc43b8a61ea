// The ternary product on a machine of 16 x 64-byte tiles, over `Tiles`: the processor's AMX in amx.cpp, plain arrays in
// the test. Several dozen tokens share the weights that are taken apart once; fewer than 16 go another way. Internal to
// each file that includes it, and no library template is used: see float_kernels.h.
#pragma once

#include <cstdint>

#include "core/kernels/kernels.h"

namespace tritlab {
namespace {

constexpr std::int64_t tileTokens = 16;

// Tiles:
//   Tiles()/~Tiles()                   takes the unit into use and lets it go
//   clear<N>()                         sets the sums of N groups of 16 tokens to 0, N = 1 or 4
//   multiply<N>(weights, x, xStride)   adds 64 columns: weights uint8 [16 column quads][16 rows][4], x int8 [16 N
//   tokens, xStride] store<N>(sums)                     int32 [16 N tokens][16 rows]

// Four blocks of 16 columns as codes 0..2: quad 4q+i of row r is digit i of bytes 4r..4r+3 of block q.
inline void splitTwoBit(const std::uint8_t* blocks, std::uint8_t* out) {
    for (int block = 0; block < 4; ++block)
        for (int digit = 0; digit < 4; ++digit)
            for (int i = 0; i < 64; ++i)
                out[(4 * block + digit) * 64 + i] =
                    static_cast<std::uint8_t>(blocks[64 * block + i] >> (2 * digit) & 3);
}

template <class Tiles, int N>
void tiledProduct(Tiles& unit, const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks,
                  const CodedTokens& x, float absmean, float* y, std::int64_t yStride) {
    alignas(64) std::uint8_t split[1024];
    alignas(64) std::int32_t block[N * tileTokens * tileRows];
    for (std::int64_t tile = 0; tile < tiles; ++tile) {
        unit.template clear<N>();
        for (std::int64_t first = 0; first < blocks; first += 4) {
            splitTwoBit(weights + (tile * blocks + first) * 64, split);
            unit.template multiply<N>(split, x.codes + first * 16, x.stride);
        }
        unit.template store<N>(block);
        for (std::int64_t token = 0; token < N * tileTokens; ++token) {
            const float scale = absmean * x.inverse[token];
            for (std::int64_t row = 0; row < tileRows; ++row)
                y[token * yStride + tile * tileRows + row] =
                    static_cast<float>(block[token * tileRows + row] - x.sums[token]) * scale;
        }
    }
}

// As Kernels::Ternary; `few` takes what does not fill 16 tokens. blocks is a multiple of four (ternaryBlocks).
template <class Tiles>
void tiledTwoBit(Kernels::Ternary few, const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks,
                 const CodedTokens& x, float absmean, float* y, std::int64_t yStride) {
    std::int64_t token = 0;
    if (x.count >= tileTokens) {
        Tiles unit;
        for (; x.count - token >= 4 * tileTokens; token += 4 * tileTokens)
            tiledProduct<Tiles, 4>(unit, weights, tiles, blocks, x.part(token, 4 * tileTokens), absmean,
                                   y + token * yStride, yStride);
        for (; x.count - token >= tileTokens; token += tileTokens)
            tiledProduct<Tiles, 1>(unit, weights, tiles, blocks, x.part(token, tileTokens), absmean,
                                   y + token * yStride, yStride);
    }
    if (token < x.count)
        few(weights, tiles, blocks, x.part(token, x.count - token), absmean, y + token * yStride, yStride);
}

}  // namespace
}  // namespace tritlab
