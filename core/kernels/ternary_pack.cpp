#include "core/kernels/ternary_pack.h"

#include <algorithm>

namespace tritlab {
namespace {

constexpr std::uint8_t twoBitUnits[5] = {1, 4, 16, 64, 0};
constexpr std::uint8_t tritUnits[5] = {1, 3, 9, 27, 81};

// Where a weight lies: the byte, and the worth of its digit there.
struct Place {
    std::int64_t byte;
    int digit;
};

Place placeOf(TernaryFormat format, std::int64_t blocks, std::int64_t row, std::int64_t column) {
    const std::int64_t width = columnsPerBlock(format);
    return {(row / tileRows * blocks + column / width) * 64 + 4 * (row % tileRows) + column % 4,
            static_cast<int>(column % width / 4)};
}

}  // namespace

void packTernary(TernaryFormat format, std::span<const std::int8_t> codes, std::int64_t rows, std::int64_t columns,
                 std::span<std::uint8_t> packed) {
    const auto* units = format == TernaryFormat::TwoBit ? twoBitUnits : tritUnits;
    const std::uint8_t zeros = format == TernaryFormat::TwoBit ? 0x55 : 121;  // every digit 1: every weight 0
    std::fill(packed.begin(), packed.end(), zeros);
    const std::int64_t blocks = ternaryBlocks(format, columns), width = columnsPerBlock(format);
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int8_t* from = codes.data() + row * columns;
        std::uint8_t* to = packed.data() + row / tileRows * blocks * 64 + 4 * (row % tileRows);
        for (std::int64_t first = 0; first < columns; first += width, to += 64) {
            const std::int64_t count = std::min(width, columns - first);
            for (std::int64_t column = 0; column < count; ++column)
                to[column % 4] = static_cast<std::uint8_t>(to[column % 4] + from[first + column] * units[column / 4]);
        }
    }
}

void unpackTernary(TernaryFormat format, std::span<const std::uint8_t> packed, std::int64_t rows, std::int64_t columns,
                   std::span<std::int8_t> codes) {
    const std::int64_t blocks = ternaryBlocks(format, columns);
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t column = 0; column < columns; ++column) {
            const Place place = placeOf(format, blocks, row, column);
            const int byte = packed[static_cast<std::size_t>(place.byte)];
            const int code =
                format == TernaryFormat::TwoBit ? byte >> (2 * place.digit) & 3 : byte / tritUnits[place.digit] % 3;
            codes[static_cast<std::size_t>(row * columns + column)] = static_cast<std::int8_t>(code - 1);
        }
}

bool validTernary(TernaryFormat format, std::span<const std::uint8_t> packed) {
    bool valid = true;
    if (format == TernaryFormat::TwoBit)
        for (const std::uint8_t byte : packed) valid &= (byte & (byte >> 1) & 0x55) == 0;
    else
        for (const std::uint8_t byte : packed) valid &= byte < 243;
    return valid;
}

}  // namespace tritlab
