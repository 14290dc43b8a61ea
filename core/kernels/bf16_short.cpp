#include "core/kernels/bf16_short.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/kernels/kernels.h"

namespace tritlab {
namespace {

constexpr std::int64_t headBytes = 64, blockBytes = 192;

// Of a weight's two parts within a tile (kernels.h).
struct Place {
    std::int64_t low, index;  // bytes
    int shift;                // of the four bits in the index's byte
};
Place placeOf(std::int64_t row, std::int64_t column) {
    const std::int64_t block = headBytes + column / 8 * blockBytes, quad = column % 8 / 4, k = column % 4;
    const std::int64_t at = 16 * (row / 4) + 8 * (k / 2) + 2 * (row % 4) + k % 2;
    return {block + 64 * quad + at, block + 128 + at, static_cast<int>(4 * quad)};
}

}  // namespace

void packBf16Short(std::span<const std::uint16_t> weights, std::int64_t columns, std::uint8_t* tile,
                   std::vector<Bf16Exception>& exceptions) {
    std::array<std::int64_t, 256> counts{};
    for (const std::uint16_t weight : weights) ++counts[weight >> 8];
    // Index 0 is the high byte 0, of +0 and of what fills the tile up; then the most frequent ones.
    std::array<std::uint8_t, 255> bytes;
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
    std::partial_sort(bytes.begin(), bytes.begin() + 15, bytes.end(), [&](std::uint8_t a, std::uint8_t b) {
        return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
    });
    std::array<std::int8_t, 256> indexOf;
    indexOf.fill(-1);
    indexOf[0] = 0;
    for (int index = 1; index < 16; ++index) {
        tile[index] = bytes[static_cast<std::size_t>(index - 1)];
        indexOf[tile[index]] = static_cast<std::int8_t>(index);
    }
    for (std::int64_t row = 0; row < tileRows; ++row) {
        const std::uint16_t* source = weights.data() + row * columns;
        for (std::int64_t first = 0; first < columns; first += 8) {
            const Place place = placeOf(row, first);  // the eight columns' places lie as these do in every block
            for (std::int64_t k = 0; k < std::min<std::int64_t>(8, columns - first); ++k) {
                const std::uint16_t bits = source[first + k];
                const std::int8_t index = indexOf[bits >> 8];
                if (index < 0) {
                    exceptions.push_back(
                        {static_cast<std::uint32_t>(first + k), static_cast<std::uint16_t>(row), bits});
                    continue;
                }
                const std::int64_t within = 8 * (k % 4 / 2) + k % 2;
                tile[place.low + 64 * (k / 4) + within] = static_cast<std::uint8_t>(bits);
                std::uint8_t& indices = tile[place.index + within];
                indices = static_cast<std::uint8_t>(indices | index << 4 * (k / 4));
            }
        }
    }
}

std::uint16_t bf16ShortAt(const std::uint8_t* tile, std::int64_t row, std::int64_t column) {
    const Place place = placeOf(row, column);
    return static_cast<std::uint16_t>(tile[tile[place.index] >> place.shift & 0x0f] << 8 | tile[place.low]);
}

}  // namespace tritlab
