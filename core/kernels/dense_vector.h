// Dense products over `Lanes`, for the vector tables: up to `Tokens` tokens share each weight that is loaded.
#pragma once

#include "core/kernels/float_kernels.h"

namespace tritlab {
namespace {

// Weights is made from a tile's beginning and has: headBytes; blockBytes, of blockQuads times four columns; and load(),
// the four columns of a part of a block.
template <class Weights, int Tokens>
void denseTile(const std::uint8_t* data, std::int64_t quads, const float* x, std::int64_t xStride, float* y,
               std::int64_t yStride) {
    Lanes sums[Tokens][4];
    for (auto& token : sums)
        for (Lanes& sum : token) sum = Lanes::all(0.f);
    const Weights weights(data);
    data += Weights::headBytes;
    for (std::int64_t quad = 0; quad < quads; quad += Weights::blockQuads, data += Weights::blockBytes) {
        for (std::int64_t ahead = 0; ahead < Weights::blockBytes; ahead += 128)
            __builtin_prefetch(data + 8 * 256 + ahead);
#pragma GCC unroll 2
        for (int part = 0; part < Weights::blockQuads; ++part) {
            Lanes w[4];
            weights.load(data, part, w);
            for (int token = 0; token < Tokens; ++token)
                for (int k = 0; k < 4; ++k)
                    sums[token][k] =
                        Lanes::fma(w[k], Lanes::all(x[token * xStride + 4 * (quad + part) + k]), sums[token][k]);
        }
    }
    for (int token = 0; token < Tokens; ++token)
        ((sums[token][0] + sums[token][1]) + (sums[token][2] + sums[token][3])).store(y + token * yStride);
}

template <class Weights, int Max>
void dense(const void* weights, std::int64_t tiles, std::int64_t quads, const float* x, std::int64_t xStride,
           std::int64_t tokens, float* y, std::int64_t yStride) {
    const auto* data = static_cast<const std::uint8_t*>(weights);
    const std::int64_t tileBytes =
        Weights::headBytes + (quads + Weights::blockQuads - 1) / Weights::blockQuads * Weights::blockBytes;
    for (std::int64_t token = 0; token < tokens;) {
        const bool many = tokens - token >= Max;
        for (std::int64_t tile = 0; tile < tiles; ++tile) {
            const std::uint8_t* tileData = data + tile * tileBytes;
            const float* input = x + token * xStride;
            float* output = y + token * yStride + tile * tileRows;
            if (many) denseTile<Weights, Max>(tileData, quads, input, xStride, output, yStride);
            else denseTile<Weights, 1>(tileData, quads, input, xStride, output, yStride);
        }
        token += many ? Max : 1;
    }
}

// Blocks of four columns and nothing before them.
template <std::int64_t Bytes>
struct QuadBlocks {
    static constexpr std::int64_t headBytes = 0, blockBytes = Bytes, blockQuads = 1;
    explicit QuadBlocks(const std::uint8_t*) {}
};
struct WeightsF32 : QuadBlocks<256> {
    using QuadBlocks::QuadBlocks;
    static void load(const std::uint8_t* quad, int, Lanes* w) {
        for (int k = 0; k < 4; ++k) w[k] = Lanes::load(reinterpret_cast<const float*>(quad) + 16 * k);
    }
};
struct WeightsInt8 : QuadBlocks<64> {
    using QuadBlocks::QuadBlocks;
    static void load(const std::uint8_t* quad, int, Lanes* w) {
        for (int k = 0; k < 4; ++k) w[k] = Lanes::loadInt8(reinterpret_cast<const std::int8_t*>(quad) + 16 * k);
    }
};

}  // namespace
}  // namespace tritlab
