// Ternary codes to the tiles that the kernels read, and back.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/kernels.h"

namespace tritlab {

constexpr std::int64_t ternaryBytes(TernaryFormat format, std::int64_t rows, std::int64_t columns) {
    return roundUp(rows, tileRows) / tileRows * ternaryBlocks(format, columns) * 64;
}
// codes [rows, columns] in {-1, 0, 1}; packed has ternaryBytes(). Rows and columns beyond the matrix are zero weights.
void packTernary(TernaryFormat format, std::span<const std::int8_t> codes, std::int64_t rows, std::int64_t columns,
                 std::span<std::uint8_t> packed);
void unpackTernary(TernaryFormat format, std::span<const std::uint8_t> packed, std::int64_t rows, std::int64_t columns,
                   std::span<std::int8_t> codes);
// Whether every byte is one that packTernary can write: two bits of 3, or a byte above 242, are none.
bool validTernary(TernaryFormat format, std::span<const std::uint8_t> packed);

}  // namespace tritlab
