// One weight matrix [rows, columns] in the tiles that the kernels read: ternary (2 or 1.6 bits), in groups with a scale
// each (2, 4 or 8 bits) or dense (fp32, bf16, int8 a row).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/formats/gguf_blocks.h"
#include "core/infer/memory.h"
#include "core/kernels/bf16_short.h"
#include "core/kernels/kernels.h"

namespace tritlab {

struct PackedMatrix {
    std::int64_t rows = 0, columns = 0;
    std::optional<TernaryFormat> ternary;
    std::optional<GroupedFormat> grouped;
    DenseFormat dense = DenseFormat::F32;  // where it is neither
    float absmean = 0;                     // of a ternary matrix: weight = code * absmean
    Memory data;
    Memory rowScales;        // fp32 [rows rounded up to 16] of a dense Int8 one, or of a ternary one with absmean 1
    Memory exceptions;       // Bf16Exception [n] of a Bf16Short one, tile after tile
    Memory exceptionStarts;  // int64 [tiles + 1]: where a tile's begin

    [[nodiscard]] std::int64_t tiles() const { return roundUp(rows, tileRows) / tileRows; }
    [[nodiscard]] std::int64_t tileBytes() const {
        if (ternary) return ternaryBlocks(*ternary, columns) * 64;
        return grouped ? groupedTileBytes(*grouped, columns) : denseTileBytes(dense, columns);
    }
    [[nodiscard]] std::int64_t bytes() const {
        return data.size() + rowScales.size() + exceptions.size() + exceptionStarts.size();
    }
    // Whether another matrix of as many columns can read the same input: in fp32, coded by token, or coded by group.
    [[nodiscard]] bool sharesInput(const PackedMatrix& other) const {
        return ternary.has_value() == other.ternary.has_value() && groupColumns() == other.groupColumns();
    }
    [[nodiscard]] std::int64_t groupColumns() const { return grouped ? grouped->columns : 0; }
    // Row r as fp32 [columns]: a token's embedding.
    void row(std::int64_t r, float* out) const;
};

// codes [rows, columns] in {-1, 0, 1}; scales: one, or one a row.
PackedMatrix packTernaryMatrix(TernaryFormat format, std::span<const std::int8_t> codes, std::int64_t rows,
                               std::int64_t columns, std::span<const float> scales);
// weights: of [rows, columns], whole groups in each row. Loses nothing.
PackedMatrix packGroupedMatrix(const GroupedWeights& weights, std::int64_t rows, std::int64_t columns);
// `fill` writes row r's weights, fp32 [columns]; called for all rows in order, once or twice. Bf16 rounds to nearest
// even; Int8 rounds to 127ths of each row's largest. Bf16Short is Bf16 in three quarters of the memory; where more than
// one weight in 256 would be an exception, the result is a Bf16 matrix.
using FillRow = std::function<void(std::int64_t row, float* out)>;
PackedMatrix packDenseMatrix(DenseFormat format, std::int64_t rows, std::int64_t columns, const FillRow& fill);

// One thread's part of x times the matrix's transpose: rows 16 * firstTile .. 16 * lastTile for `tokens` tokens, into
// y[t * yStride + row].
struct ProductInput {
    const float* x = nullptr;  // [tokens, xStride], zeros beyond the columns; a dense matrix reads it
    std::int64_t xStride = 0;
    CodedTokens coded;      // a ternary one reads this; its count is that of the tokens for all three
    GroupedTokens grouped;  // and this one of groups
};
void multiplyTiles(const Kernels& kernels, const PackedMatrix& matrix, std::int64_t firstTile, std::int64_t lastTile,
                   const ProductInput& input, float* y, std::int64_t yStride);

}  // namespace tritlab
