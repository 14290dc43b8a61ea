#include "core/infer/packed_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/formats/safetensors.h"
#include "core/kernels/ternary_pack.h"

namespace tritlab {
namespace {

// Where a dense weight lies, counted in elements (kernels.h).
std::int64_t denseIndex(DenseFormat format, std::int64_t columns, std::int64_t row, std::int64_t column) {
    const std::int64_t quads = roundUp(columns, 4) / 4;
    const std::int64_t block = (row / tileRows * quads + column / 4) * 64, lane = row % tileRows, k = column % 4;
    return block + (format == DenseFormat::Bf16 ? k / 2 * 32 + 2 * lane + k % 2 : 16 * k + lane);
}

PackedMatrix emptyDenseMatrix(DenseFormat format, std::int64_t rows, std::int64_t columns) {
    PackedMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.dense = format;
    matrix.data = Memory::zeroed(matrix.tiles() * matrix.tileBytes());
    return matrix;
}

template <class T>
Memory memoryOf(const std::vector<T>& values) {
    Memory memory = Memory::zeroed(static_cast<std::int64_t>(values.size() * sizeof(T)));
    std::copy(values.begin(), values.end(), memory.writable<T>());
    return memory;
}

// Bf16Short, or Bf16 where that would have too many exceptions.
PackedMatrix packBf16(std::int64_t rows, std::int64_t columns, const FillRow& fill) {
    PackedMatrix matrix = emptyDenseMatrix(DenseFormat::Bf16Short, rows, columns);
    const auto max = static_cast<std::size_t>(rows * columns / 256);
    std::vector<Bf16Exception> exceptions;
    std::vector<std::int64_t> starts{0};
    std::vector<float> source(static_cast<std::size_t>(columns));
    std::vector<std::uint16_t> tile(static_cast<std::size_t>(tileRows * columns));
    for (std::int64_t row = 0; row < rows; ++row) {
        fill(row, source.data());
        const std::int64_t lane = row % tileRows;
        std::transform(source.begin(), source.end(), tile.begin() + lane * columns, floatToBf16);
        if (lane + 1 < tileRows && row + 1 < rows) continue;
        std::fill(tile.begin() + (lane + 1) * columns, tile.end(), std::uint16_t{0});
        packBf16Short(tile, columns, matrix.data.writable<std::uint8_t>() + row / tileRows * matrix.tileBytes(),
                      exceptions);
        if (exceptions.size() > max) return packDenseMatrix(DenseFormat::Bf16, rows, columns, fill);
        starts.push_back(static_cast<std::int64_t>(exceptions.size()));
    }
    matrix.exceptions = memoryOf(exceptions);
    matrix.exceptionStarts = memoryOf(starts);
    return matrix;
}

bool isHalf(float value) { return f16ToFloat(floatToF16(value)) == value; }

// Number `at` of a tile's scales and minimums.
void putScale(std::uint8_t* tile, const GroupedFormat& format, std::int64_t at, float value) {
    if (format.half) reinterpret_cast<std::uint16_t*>(tile)[at] = floatToF16(value);
    else reinterpret_cast<float*>(tile)[at] = value;
}
float scaleAt(const std::uint8_t* tile, const GroupedFormat& format, std::int64_t at) {
    return format.half ? f16ToFloat(reinterpret_cast<const std::uint16_t*>(tile)[at])
                       : reinterpret_cast<const float*>(tile)[at];
}

void groupedRow(const PackedMatrix& matrix, std::int64_t row, float* out) {
    const GroupedFormat& format = *matrix.grouped;
    const std::uint8_t* tile = matrix.data.as<std::uint8_t>() + row / tileRows * matrix.tileBytes();
    const std::int64_t lane = row % tileRows, groups = groupsOf(format, matrix.columns), width = 32 / format.bits;
    const std::uint8_t* codes = tile + groupedHeadBytes(format, groups);
    for (std::int64_t column = 0; column < matrix.columns; ++column) {
        const std::int64_t group = column / format.columns;
        const int byte = codes[column / width * 64 + 4 * lane + column % 4];
        const int code = (byte >> (column % width / 4 * format.bits) & ((1 << format.bits) - 1)) - format.offset();
        out[column] = scaleAt(tile, format, group * tileRows + lane) * static_cast<float>(code);
        if (format.minimums) out[column] += scaleAt(tile, format, (groups + group) * tileRows + lane);
    }
}

void scaleRows(const Kernels& kernels, const PackedMatrix& matrix, std::int64_t firstTile, std::int64_t tiles,
               std::int64_t tokens, float* y, std::int64_t yStride) {
    for (std::int64_t token = 0; token < tokens; ++token)
        kernels.multiply(y + token * yStride, matrix.rowScales.as<float>() + firstTile * tileRows, tiles * tileRows,
                         y + token * yStride);
}

// The exceptions of tile `tile`.
std::span<const Bf16Exception> exceptionsOf(const PackedMatrix& matrix, std::int64_t tile) {
    const std::int64_t* starts = matrix.exceptionStarts.as<std::int64_t>() + tile;
    return {matrix.exceptions.as<Bf16Exception>() + starts[0], static_cast<std::size_t>(starts[1] - starts[0])};
}

}  // namespace

PackedMatrix packTernaryMatrix(TernaryFormat format, std::span<const std::int8_t> codes, std::int64_t rows,
                               std::int64_t columns, std::span<const float> scales) {
    PackedMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.ternary = format;
    matrix.absmean = scales.size() == 1 ? scales.front() : 1.F;
    if (scales.size() != 1) {
        matrix.rowScales = Memory::zeroed(matrix.tiles() * tileRows * 4);
        std::ranges::copy(scales, matrix.rowScales.writable<float>());
    }
    matrix.data = Memory::zeroed(ternaryBytes(format, rows, columns));
    packTernary(format, codes, rows, columns, matrix.data.writableSpan<std::uint8_t>());
    return matrix;
}

PackedMatrix packGroupedMatrix(const GroupedWeights& weights, std::int64_t rows, std::int64_t columns) {
    const GroupForm& form = weights.form;
    const bool half = std::ranges::all_of(weights.scales, isHalf) && std::ranges::all_of(weights.minimums, isHalf);
    PackedMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.grouped = GroupedFormat{form.bits, form.size, form.minimums, half};
    const GroupedFormat& format = *matrix.grouped;
    matrix.data = Memory::zeroed(matrix.tiles() * matrix.tileBytes());
    const std::int64_t groups = groupsOf(format, columns), width = 32 / form.bits;
    for (std::int64_t row = 0; row < rows; ++row) {
        std::uint8_t* tile = matrix.data.writable<std::uint8_t>() + row / tileRows * matrix.tileBytes();
        const std::int64_t lane = row % tileRows;
        for (std::int64_t group = 0; group < groups; ++group) {
            const auto from = static_cast<std::size_t>(row * groups + group);
            putScale(tile, format, group * tileRows + lane, weights.scales[from]);
            if (form.minimums) putScale(tile, format, (groups + group) * tileRows + lane, weights.minimums[from]);
        }
        std::uint8_t* codes = tile + groupedHeadBytes(format, groups);
        for (std::int64_t column = 0; column < columns; ++column) {
            const int code = weights.codes[static_cast<std::size_t>(row * columns + column)] + format.offset();
            std::uint8_t& byte = codes[column / width * 64 + 4 * lane + column % 4];
            byte = static_cast<std::uint8_t>(byte | code << (column % width / 4 * form.bits));
        }
    }
    return matrix;
}

PackedMatrix packDenseMatrix(DenseFormat format, std::int64_t rows, std::int64_t columns, const FillRow& fill) {
    if (format == DenseFormat::Bf16Short) return packBf16(rows, columns, fill);
    PackedMatrix matrix = emptyDenseMatrix(format, rows, columns);
    if (format == DenseFormat::Int8) matrix.rowScales = Memory::zeroed(matrix.tiles() * tileRows * 4);
    std::vector<float> source(static_cast<std::size_t>(columns));
    for (std::int64_t row = 0; row < rows; ++row) {
        fill(row, source.data());
        float scale = 0;
        if (format == DenseFormat::Int8) {
            for (const float weight : source) scale = std::max(scale, std::fabs(weight));
            matrix.rowScales.writable<float>()[row] = scale / 127.f;
            scale = scale > 0 ? 127.f / scale : 0.f;
        }
        const std::int64_t first = denseIndex(format, columns, row, 0);
        for (std::int64_t column = 0; column < columns; ++column) {
            const std::int64_t k = column % 4;
            const std::int64_t at =
                first + column / 4 * 64 + (format == DenseFormat::Bf16 ? k / 2 * 32 + k % 2 : 16 * k);
            const float weight = source[static_cast<std::size_t>(column)];
            if (format == DenseFormat::F32) matrix.data.writable<float>()[at] = weight;
            else if (format == DenseFormat::Bf16) matrix.data.writable<std::uint16_t>()[at] = floatToBf16(weight);
            else
                matrix.data.writable<std::int8_t>()[at] =
                    static_cast<std::int8_t>(std::clamp(std::nearbyint(weight * scale), -127.f, 127.f));
        }
    }
    return matrix;
}

void PackedMatrix::row(std::int64_t r, float* out) const {
    if (grouped) return groupedRow(*this, r, out);
    for (std::int64_t column = 0; column < columns; ++column) {
        if (ternary) {
            const std::int64_t width = columnsPerBlock(*ternary), blocks = ternaryBlocks(*ternary, columns);
            const std::int64_t byte = (r / tileRows * blocks + column / width) * 64 + 4 * (r % tileRows) + column % 4;
            const int value = data.as<std::uint8_t>()[byte];
            constexpr int powers[5] = {1, 3, 9, 27, 81};
            const auto digit = column % width / 4;
            const int code = *ternary == TernaryFormat::TwoBit ? value >> (2 * digit) & 3 : value / powers[digit] % 3;
            out[column] = static_cast<float>(code - 1) * (rowScales.size() == 0 ? absmean : rowScales.as<float>()[r]);
            continue;
        }
        if (dense == DenseFormat::Bf16Short) {
            out[column] =
                bf16ToFloat(bf16ShortAt(data.as<std::uint8_t>() + r / tileRows * tileBytes(), r % tileRows, column));
            continue;
        }
        const std::int64_t at = denseIndex(dense, columns, r, column);
        if (dense == DenseFormat::F32) out[column] = data.as<float>()[at];
        else if (dense == DenseFormat::Bf16) out[column] = bf16ToFloat(data.as<std::uint16_t>()[at]);
        else out[column] = static_cast<float>(data.as<std::int8_t>()[at]) * rowScales.as<float>()[r];
    }
    if (!ternary && dense == DenseFormat::Bf16Short)
        for (const Bf16Exception& exception : exceptionsOf(*this, r / tileRows))
            if (exception.row == r % tileRows) out[exception.column] = bf16ToFloat(exception.bits);
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
            kernels.ternary[static_cast<int>(*matrix.ternary)](
                weights + tile * matrix.tileBytes(), std::min(together, tiles - tile), matrix.tileBytes() / 64,
                input.coded, matrix.absmean, out + tile * tileRows, yStride);
        if (matrix.rowScales.size() != 0) scaleRows(kernels, matrix, firstTile, tiles, tokens, out, yStride);
        return;
    }
    if (matrix.grouped)
        return kernels.grouped(*matrix.grouped, weights, tiles, groupsOf(*matrix.grouped, matrix.columns),
                               input.grouped, out, yStride);
    kernels.dense[static_cast<int>(matrix.dense)](weights, tiles, roundUp(matrix.columns, 4) / 4, input.x,
                                                  input.xStride, tokens, out, yStride);
    if (matrix.dense == DenseFormat::Int8) scaleRows(kernels, matrix, firstTile, tiles, tokens, out, yStride);
    if (matrix.dense == DenseFormat::Bf16Short)
        for (std::int64_t tile = 0; tile < tiles; ++tile)
            for (const Bf16Exception& exception : exceptionsOf(matrix, firstTile + tile))
                for (std::int64_t token = 0; token < tokens; ++token)
                    out[token * yStride + tile * tileRows + exception.row] +=
                        bf16ToFloat(exception.bits) * input.x[token * input.xStride + exception.column];
}

}  // namespace tritlab
