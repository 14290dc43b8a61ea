// The reference table: no instruction beyond the baseline of the processor family.
#include "core/quant/kernels/lanes_scalar.h"

#include "core/quant/kernels/float_kernels.h"
#include "core/quant/kernels/tables.h"

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
void ternary(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x, float absmean, float* y,
             std::int64_t yStride) {
    for (std::int64_t tile = 0; tile < tiles; ++tile, weights += blocks * 64)
        for (std::int64_t row = 0; row < tileRows; ++row)
            for (std::int64_t token = 0; token < x.count; ++token) {
                std::int32_t sum = 0;
                for (std::int64_t column = 0; column < blocks * columnsPerBlock(format); ++column)
                    sum += codeAt<format>(weights, row, column) * x.codes[token * x.stride + column];
                y[token * yStride + tile * tileRows + row] = static_cast<float>(sum - x.sums[token]) * (absmean * x.inverse[token]);
            }
}

struct WeightsF32 {
    static constexpr std::int64_t quadBytes = 256;
    static Lanes load(const void* quad, int column) { return Lanes::load(static_cast<const float*>(quad) + 16 * column); }
};
struct WeightsBf16 {
    static constexpr std::int64_t quadBytes = 128;
    static Lanes load(const void* quad, int column) {
        std::uint16_t bits[16];
        for (int r = 0; r < 16; ++r) bits[r] = static_cast<const std::uint16_t*>(quad)[column / 2 * 32 + 2 * r + column % 2];
        return Lanes::loadBf16(bits);
    }
};
struct WeightsInt8 {
    static constexpr std::int64_t quadBytes = 64;
    static Lanes load(const void* quad, int column) { return Lanes::loadInt8(static_cast<const std::int8_t*>(quad) + 16 * column); }
};

template <class Weights>
void dense(const void* weights, std::int64_t tiles, std::int64_t quads, const float* x, std::int64_t xStride, std::int64_t tokens,
           float* y, std::int64_t yStride) {
    for (std::int64_t tile = 0; tile < tiles; ++tile)
        for (std::int64_t token = 0; token < tokens; ++token) {
            Lanes sums[4] = {Lanes::all(0), Lanes::all(0), Lanes::all(0), Lanes::all(0)};
            for (std::int64_t quad = 0; quad < quads; ++quad) {
                const auto* data = static_cast<const std::uint8_t*>(weights) + (tile * quads + quad) * Weights::quadBytes;
                for (int k = 0; k < 4; ++k)
                    sums[k] = Lanes::fma(Weights::load(data, k), Lanes::all(x[token * xStride + 4 * quad + k]), sums[k]);
            }
            ((sums[0] + sums[1]) + (sums[2] + sums[3])).store(y + token * yStride + tile * tileRows);
        }
}

}  // namespace

const Kernels kernel_tables::scalar = {
    KernelSet::Scalar,
    {ternary<TernaryFormat::TwoBit>, ternary<TernaryFormat::FiveTrits>},
    {dense<WeightsF32>, dense<WeightsBf16>, dense<WeightsInt8>},
    TRITLAB_FLOAT_KERNELS};

}  // namespace tritlab
