// How GGUF's tensor types hold weights: the plain, scalar form, which gives the bytes and values of the `gguf` package
// (PyPI) to the bit.
//   F32, F16, BF16                                     one weight each
//   Q4_0, Q8_0, Q2_0 and types that are only read      gguf_blocks.h
//   TQ2_0  256 weights: u8[64], f16 d                  w = d (q - 1); in each half of 128, byte m holds weights m + 32
//   n at bits 2 n TQ1_0  256 weights: u8[32] u8[16] u8[4], f16 d     five trits a byte (the last four bytes: four):
//   weights m + 32 n, m + 16 n, m + 4 n
//   I2_S   of microsoft/BitNet, as its x86 code packs it: 128 weights in 32 bytes, weight e in byte e % 32 at bits
//   6 - 2 (e / 32) of the block; w = s (q - 1), s an f32 of the whole tensor behind all blocks, padded to 32 bytes
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/formats/gguf.h"

namespace tritlab {

// bytes: whole blocks. Throws Error, naming `where`, for a TQ2_0 or I2_S code that is none of -1, 0 and 1.
std::vector<float> decodeGgml(GgmlType type, std::span<const std::byte> bytes, const std::string& where);
// weights: whole blocks of finite numbers; for Q2_0, TQ1_0 and TQ2_0 of values -d, 0 and d. Throws Error for a type
// that is only read.
std::vector<std::uint8_t> encodeGgml(GgmlType type, std::span<const float> weights);
// Codes in {-1, 0, 1} times d as Q4_0, which the encoder for any weights could not hold exactly: q is 7, 8 or 9.
std::vector<std::uint8_t> encodeTernaryQ4(std::span<const std::int8_t> codes, float d);

struct TernaryValues {
    std::vector<std::int8_t> codes;
    std::vector<float> scales;  // of equally many consecutive weights each; 0 where all of them are
};
// Weights [rows, columns] that are all -s, 0 or s, with one s in all, one a row of at least 64, or one a group of 128
// or 64 columns: the first of these that fits; none where they are not.
std::optional<TernaryValues> ternaryValues(std::span<const float> weights, std::int64_t columns);

}  // namespace tritlab
