// The quantized types of GGUF that are read and not written, after ggml's block layouts. d, m and dmin are f16; in a
// block of 256, c = i / 128, p = i % 128 / 32, l = i % 32 of weight i.
//   Q2_0    64 weights: d, u8[16]                          w = d (q - 1), q = bits 2 (i % 4) of byte i / 4
//   Q4_1    32 weights: d, m, u8[16]                       w = d q + m; byte j holds weight j low, j + 16 high
//   Q5_0    32 weights: d, u32 high, u8[16]                w = d (q - 16); bit i of high is the fifth bit of weight i
//   Q5_1    32 weights: d, m, u32 high, u8[16]             w = d q + m
//   IQ4_NL  32 weights: d, u8[16]                          w = d table[q]
//   Q2_K   256 weights: u8 sc[16], u8 q[64], d, dmin       w = d (s & 15) q - dmin (s >> 4), s = sc[i / 16]
//   Q3_K   256 weights: u8 high[32], u8 q[64], sc[12], d   w = d S (q - 4 unless bit 4 c + p of high[l])
//   Q4_K   256 weights: d, dmin, sc[12], u8 q[128]         w = d S q - dmin M, S and M of i / 32
//   Q5_K   256 weights: d, dmin, sc[12], high[32], q[128]  the same with a fifth bit, i / 32 of high[l]
//   Q6_K   256 weights: u8 q[128], u8 high[64], i8 sc[16], d   w = d sc[i / 16] (q - 32)
#pragma once

#include <cstdint>

#include "core/formats/gguf.h"

namespace tritlab {

// One block of a type that is only read: ggmlBlock(type).bytes bytes into ggmlBlock(type).weights weights.
void decodeGgmlBlock(GgmlType type, const std::uint8_t* block, float* out);

}  // namespace tritlab
