// How GGUF's tensor types hold weights: the plain, scalar form, which gives the bytes and values of the `gguf` package
// (PyPI) to the bit.
//   F32, F16, BF16                                     one weight each
//   Q4_0   32 weights:  f16 d, u8[16]                  w = d (q - 8); byte m holds weight m low, m + 16 high
//   Q8_0   32 weights:  f16 d, i8[32]                  w = d q
//   TQ2_0  256 weights: u8[64], f16 d                  w = d (q - 1); in each half of 128, byte m holds weights m + 32
//   n at bits 2 n TQ1_0  256 weights: u8[32] u8[16] u8[4], f16 d     five trits a byte (the last four bytes: four):
//   weights m + 32 n, m + 16 n, m + 4 n
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/formats/gguf.h"

namespace tritlab {

// bytes: whole blocks. Throws Error, naming `where`, for a TQ2_0 code that is none of -1, 0 and 1.
std::vector<float> decodeGgml(GgmlType type, std::span<const std::byte> bytes, const std::string& where);
// weights: whole blocks of finite numbers. Throws Error for a type that is only read (gguf_blocks.h).
std::vector<std::uint8_t> encodeGgml(GgmlType type, std::span<const float> weights);
// Codes in {-1, 0, 1} times d as Q4_0, which the encoder for any weights could not hold exactly: q is 7, 8 or 9.
std::vector<std::uint8_t> encodeTernaryQ4(std::span<const std::int8_t> codes, float d);

struct TernaryValues {
    std::vector<std::int8_t> codes;
    float scale = 0;  // 0 where all weights are
};
// Weights that are all -s, 0 or s; none where they are not.
std::optional<TernaryValues> ternaryValues(std::span<const float> weights);

}  // namespace tritlab
