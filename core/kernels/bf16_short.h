// bf16 in twelve bits, without loss (DenseFormat::Bf16Short): the low byte of each weight as it is, and four bits that
// name its high byte (sign and seven bits of the exponent) in a table of the tile's sixteen. Trained weights of one
// tile have hardly more high bytes than that: of a Gaussian's, one weight in some thousands has another. Such a weight
// is an exception: 0 in the tile, kept beside it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tritlab {

struct Bf16Exception {
    std::uint32_t column = 0;
    std::uint16_t row = 0;  // of the tile, 0 .. 15
    std::uint16_t bits = 0;

    friend bool operator==(const Bf16Exception&, const Bf16Exception&) = default;
};

// weights: [16, columns], bf16. Fills `tile`, denseTileBytes(Bf16Short, columns) zeroed bytes, and appends the
// exceptions, row by row.
void packBf16Short(std::span<const std::uint16_t> weights, std::int64_t columns, std::uint8_t* tile,
                   std::vector<Bf16Exception>& exceptions);
// A weight's bits as the tile has them: 0 for an exception.
std::uint16_t bf16ShortAt(const std::uint8_t* tile, std::int64_t row, std::int64_t column);

}  // namespace tritlab
