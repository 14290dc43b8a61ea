// The reference table: no instruction beyond the baseline of the processor family.
#include "core/kernels/lanes_scalar.h"

#include "core/kernels/bf16_short.h"
#include "core/kernels/float_kernels.h"
#include "core/kernels/grouped_vector.h"
#include "core/kernels/tables.h"

namespace tritlab {
namespace {

// Code (w + 1) of row r, column c of a tile.
template <TernaryFormat format>
int codeAt(const std::uint8_t* tile, std::int64_t row, std::int64_t column) {
    constexpr std::int64_t width = columnsPerBlock(format);
    const std::uint8_t byte = tile[column / width * 64 + 4 * row + column % 4];
    const auto digit = static_cast<int>(column % width / 4);
    if constexpr (format == TernaryFormat::TwoBit) return byte >> (2 * digit) & 3;
    constexpr int powers[5] = {1, 3, 9, 27, 81};
    return byte / powers[digit] % 3;
}

template <TernaryFormat format>
void ternary(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x, float absmean,
             float* y, std::int64_t yStride) {
    for (std::int64_t tile = 0; tile < tiles; ++tile, weights += blocks * 64)
        for (std::int64_t row = 0; row < tileRows; ++row)
            for (std::int64_t token = 0; token < x.count; ++token) {
                std::int32_t sum = 0;
                for (std::int64_t column = 0; column < blocks * columnsPerBlock(format); ++column)
                    sum += codeAt<format>(weights, row, column) * x.codes[token * x.stride + column];
                y[token * yStride + tile * tileRows + row] =
                    static_cast<float>(sum - x.sums[token]) * (absmean * x.inverse[token]);
            }
}

// A tile's weights: column `column` for all sixteen rows.
struct WeightsF32 {
    static Lanes load(const std::uint8_t* tile, std::int64_t column) {
        return Lanes::load(reinterpret_cast<const float*>(tile) + 16 * column);
    }
};
struct WeightsBf16 {
    static Lanes load(const std::uint8_t* tile, std::int64_t column) {
        std::uint16_t bits[16];
        for (int r = 0; r < 16; ++r)
            bits[r] = reinterpret_cast<const std::uint16_t*>(tile)[column / 2 * 32 + 2 * r + column % 2];
        return Lanes::loadBf16(bits);
    }
};
struct WeightsInt8 {
    static Lanes load(const std::uint8_t* tile, std::int64_t column) {
        return Lanes::loadInt8(reinterpret_cast<const std::int8_t*>(tile) + 16 * column);
    }
};
struct WeightsBf16Short {
    static Lanes load(const std::uint8_t* tile, std::int64_t column) {
        std::uint16_t bits[16];
        for (int r = 0; r < 16; ++r) bits[r] = bf16ShortAt(tile, r, column);
        return Lanes::loadBf16(bits);
    }
};

template <class Weights, DenseFormat format>
void dense(const void* weights, std::int64_t tiles, std::int64_t quads, const float* x, std::int64_t xStride,
           std::int64_t tokens, float* y, std::int64_t yStride) {
    const auto* data = static_cast<const std::uint8_t*>(weights);
    for (std::int64_t tile = 0; tile < tiles; ++tile, data += denseTileBytes(format, 4 * quads))
        for (std::int64_t token = 0; token < tokens; ++token) {
            Lanes sums[4] = {Lanes::all(0), Lanes::all(0), Lanes::all(0), Lanes::all(0)};
            for (std::int64_t column = 0; column < 4 * quads; ++column)
                sums[column % 4] =
                    Lanes::fma(Weights::load(data, column), Lanes::all(x[token * xStride + column]), sums[column % 4]);
            ((sums[0] + sums[1]) + (sums[2] + sums[3])).store(y + token * yStride + tile * tileRows);
        }
}

}  // namespace

const Kernels kernel_tables::scalar = {
    KernelSet::Scalar,
    {ternary<TernaryFormat::TwoBit>, ternary<TernaryFormat::FiveTrits>},
    {dense<WeightsF32, DenseFormat::F32>, dense<WeightsBf16, DenseFormat::Bf16>, dense<WeightsInt8, DenseFormat::Int8>,
     dense<WeightsBf16Short, DenseFormat::Bf16Short>},
    groupedProduct<1>,
    TRITLAB_FLOAT_KERNELS};

}  // namespace tritlab
