#include "core/infer/packed_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/interop/safetensors.h"
#include "core/quant/kernels/ternary_pack.h"

namespace tritlab {
namespace {

// Where a dense weight lies, counted in elements (kernels.h).
std::int64_t denseIndex(DenseFormat format, std::int64_t columns, std::int64_t row, std::int64_t column) {
    const std::int64_t quads = roundUp(columns, 4) / 4;
    const std::int64_t block = (row / tileRows * quads + column / 4) * 64, lane = row % tileRows, k = column % 4;
    return block + (format == DenseFormat::Bf16 ? k / 2 * 32 + 2 * lane + k % 2 : 16 * k + lane);
}

}  // namespace

PackedMatrix packTernaryMatrix(TernaryFormat format, std::span<const std::int8_t> codes, std::int64_t rows, std::int64_t columns,
                               float absmean) {
    PackedMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.ternary = format;
    matrix.absmean = absmean;
    matrix.data = Memory::zeroed(ternaryBytes(format, rows, columns));
    packTernary(format, codes, rows, columns, matrix.data.writableSpan<std::uint8_t>());
    return matrix;
}

PackedMatrix packDenseMatrix(DenseFormat format, std::span<const float> weights, std::int64_t rows, std::int64_t columns) {
    PackedMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.dense = format;
    matrix.data = Memory::zeroed(matrix.tiles() * matrix.tileBytes());
    if (format == DenseFormat::Int8) matrix.rowScales = Memory::zeroed(matrix.tiles() * tileRows * 4);
    for (std::int64_t row = 0; row < rows; ++row) {
        const float* source = weights.data() + row * columns;
        float scale = 0;
        if (format == DenseFormat::Int8) {
            for (std::int64_t column = 0; column < columns; ++column) scale = std::max(scale, std::fabs(source[column]));
            matrix.rowScales.writable<float>()[row] = scale / 127.f;
            scale = scale > 0 ? 127.f / scale : 0.f;
        }
        const std::int64_t first = denseIndex(format, columns, row, 0);
        for (std::int64_t column = 0; column < columns; ++column) {
            const std::int64_t k = column % 4;
            const std::int64_t at = first + column / 4 * 64 + (format == DenseFormat::Bf16 ? k / 2 * 32 + k % 2 : 16 * k);
            if (format == DenseFormat::F32) matrix.data.writable<float>()[at] = source[column];
            else if (format == DenseFormat::Bf16) matrix.data.writable<std::uint16_t>()[at] = floatToBf16(source[column]);
            else
                matrix.data.writable<std::int8_t>()[at] =
                    static_cast<std::int8_t>(std::clamp(std::nearbyint(source[column] * scale), -127.f, 127.f));
        }
    }
    return matrix;
}

void PackedMatrix::row(std::int64_t r, float* out) const {
    for (std::int64_t column = 0; column < columns; ++column) {
        if (ternary) {
            const std::int64_t width = columnsPerBlock(*ternary), blocks = ternaryBlocks(*ternary, columns);
            const std::int64_t byte = (r / tileRows * blocks + column / width) * 64 + 4 * (r % tileRows) + column % 4;
            const int value = data.as<std::uint8_t>()[byte];
            constexpr int powers[5] = {1, 3, 9, 27, 81};
            const auto digit = column % width / 4;
            const int code = *ternary == TernaryFormat::TwoBit ? value >> (2 * digit) & 3 : value / powers[digit] % 3;
            out[column] = static_cast<float>(code - 1) * absmean;
            continue;
        }
        const std::int64_t at = denseIndex(dense, columns, r, column);
        if (dense == DenseFormat::F32) out[column] = data.as<float>()[at];
        else if (dense == DenseFormat::Bf16) out[column] = bf16ToFloat(data.as<std::uint16_t>()[at]);
        else out[column] = static_cast<float>(data.as<std::int8_t>()[at]) * rowScales.as<float>()[r];
    }
}

void multiplyTiles(const Kernels& kernels, const PackedMatrix& matrix, std::int64_t firstTile, std::int64_t lastTile,
                   const ProductInput& input, float* y, std::int64_t yStride) {
    const std::int64_t tiles = lastTile - firstTile, tokens = input.coded.count;
    const std::uint8_t* weights = matrix.data.as<std::uint8_t>() + firstTile * matrix.tileBytes();
    float* out = y + firstTile * tileRows;
    if (matrix.ternary) {
        // Several tokens: few tiles at a time, so that these stay in the first caches while the tokens go by.
        const std::int64_t together = tokens == 1 ? tiles : 4;
        for (std::int64_t tile = 0; tile < tiles; tile += together)
            kernels.ternary[static_cast<int>(*matrix.ternary)](weights + tile * matrix.tileBytes(), std::min(together, tiles - tile),
                                                               matrix.tileBytes() / 64, input.coded, matrix.absmean, out + tile * tileRows, yStride);
        return;
    }
    kernels.dense[static_cast<int>(matrix.dense)](weights, tiles, roundUp(matrix.columns, 4) / 4, input.x, input.xStride, tokens,
                                                  out, yStride);
    if (matrix.dense == DenseFormat::Int8)
        for (std::int64_t token = 0; token < tokens; ++token)
            kernels.multiply(out + token * yStride, matrix.rowScales.as<float>() + firstTile * tileRows, tiles * tileRows,
                             out + token * yStride);
}

}  // namespace tritlab
