// GGUF's types whose blocks are groups of codes with a scale, after ggml's block layouts. d, m and dmin are f16; in a
// block of 256, c = i / 128, p = i % 128 / 32, l = i % 32 of weight i.
//   Q2_0    64 weights: d, u8[16]                          w = d (q - 1), q = bits 2 (i % 4) of byte i / 4
//   Q4_0    32 weights: d, u8[16]                          w = d (q - 8); byte j holds weight j low, j + 16 high
//   Q4_1    32 weights: d, m, u8[16]                       w = d q + m
//   Q5_0    32 weights: d, u32 high, u8[16]                w = d (q - 16); bit i of high is the fifth bit of weight i
//   Q5_1    32 weights: d, m, u32 high, u8[16]             w = d q + m
//   Q8_0    32 weights: d, i8[32]                          w = d q
//   IQ4_NL  32 weights: d, u8[16]                          w = d table[q]
//   Q2_K   256 weights: u8 sc[16], u8 q[64], d, dmin       w = d (s & 15) q - dmin (s >> 4), s = sc[i / 16]
//   Q3_K   256 weights: u8 high[32], u8 q[64], sc[12], d   w = d S (q - 4 unless bit 4 c + p of high[l])
//   Q4_K   256 weights: d, dmin, sc[12], u8 q[128]         w = d S q - dmin M, S and M of i / 32
//   Q5_K   256 weights: d, dmin, sc[12], high[32], q[128]  the same with a fifth bit, i / 32 of high[l]
//   Q6_K   256 weights: u8 q[128], u8 high[64], i8 sc[16], d   w = d sc[i / 16] (q - 32)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/formats/gguf.h"

namespace tritlab {

// weight = scale * code + minimum, both of the group that it is in. The codes lie in
//   2 bits: -1..2, or 0..3 with minimums;  4 bits: -8..7, or 0..15 with minimums;  8 bits: -128..127.
struct GroupForm {
    int bits = 8;
    std::int64_t size = 32;  // weights of a group: 16, 32 or 64
    bool minimums = false;
    bool half = false;  // scales and minimums are f16 numbers
    bool operator==(const GroupForm&) const = default;
};
// Whole tensors in that form, in the order of the weights.
struct GroupedWeights {
    GroupForm form;
    std::vector<std::int8_t> codes;
    std::vector<float> scales, minimums;  // one a group; minimums: empty where the form has none
};

// None for the types that are no such groups: F32, F16, BF16, TQ1_0, TQ2_0, I2_S.
std::optional<GroupForm> groupFormOf(GgmlType type);
// bytes: whole blocks of a type that has a group form.
GroupedWeights decodeGroups(GgmlType type, std::span<const std::byte> bytes);
// One block of such a type: ggmlBlock(type).bytes bytes into ggmlBlock(type).weights weights.
void decodeGgmlBlock(GgmlType type, const std::uint8_t* block, float* out);

}  // namespace tritlab
