#include "core/formats/gguf_blocks.h"

#include <array>
#include <cstring>

#include "core/base/error.h"
#include "core/formats/safetensors.h"

namespace tritlab {
namespace {

constexpr std::array<std::int8_t, 16> iq4Values{-127, -104, -83, -65, -49, -35, -22, -10,
                                                1,    13,   25,  38,  53,  69,  89,  113};

// Where a block's codes, and the scales and minimums of its groups, go.
struct Out {
    std::int8_t* codes;
    float* scales;
    float* minimums;
};

std::int8_t code(int value) { return static_cast<std::int8_t>(value); }
float halfAt(const std::uint8_t* bytes) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes, sizeof bits);
    return f16ToFloat(bits);
}
// Four bits of weight i of 32: the low halves of 16 bytes come first.
int nibble(const std::uint8_t* bytes, int i) { return i < 16 ? bytes[i] & 15 : bytes[i - 16] >> 4; }

void decodeQ2Zero(const std::uint8_t* block, const Out& out) {
    out.scales[0] = halfAt(block);
    for (int i = 0; i < 64; ++i) out.codes[i] = code((block[2 + i / 4] >> (2 * (i % 4)) & 3) - 1);
}
void decodeQ4Zero(const std::uint8_t* block, const Out& out) {
    out.scales[0] = halfAt(block);
    for (int i = 0; i < 32; ++i) out.codes[i] = code(nibble(block + 2, i) - 8);
}
void decodeQ4One(const std::uint8_t* block, const Out& out) {
    out.scales[0] = halfAt(block);
    out.minimums[0] = halfAt(block + 2);
    for (int i = 0; i < 32; ++i) out.codes[i] = code(nibble(block + 4, i));
}
// `high` at its fifth bits, the four others behind them.
int fiveBits(const std::uint8_t* high, int i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, high, sizeof bits);
    return nibble(high + 4, i) | static_cast<int>(bits >> i & 1U) << 4;
}
void decodeQ5Zero(const std::uint8_t* block, const Out& out) {
    out.scales[0] = halfAt(block);
    for (int i = 0; i < 32; ++i) out.codes[i] = code(fiveBits(block + 2, i) - 16);
}
void decodeQ5One(const std::uint8_t* block, const Out& out) {
    out.scales[0] = halfAt(block);
    out.minimums[0] = halfAt(block + 2);
    for (int i = 0; i < 32; ++i) out.codes[i] = code(fiveBits(block + 4, i));
}
void decodeQ8Zero(const std::uint8_t* block, const Out& out) {
    out.scales[0] = halfAt(block);
    std::memcpy(out.codes, block + 2, 32);
}
void decodeIq4(const std::uint8_t* block, const Out& out) {
    out.scales[0] = halfAt(block);
    for (int i = 0; i < 32; ++i) out.codes[i] = iq4Values[static_cast<std::size_t>(nibble(block + 2, i))];
}

void decodeQ2K(const std::uint8_t* block, const Out& out) {
    const std::uint8_t *scales = block, *codes = block + 16;
    const float d = halfAt(block + 80), dmin = halfAt(block + 82);
    for (int j = 0; j < 16; ++j) {
        out.scales[j] = d * static_cast<float>(scales[j] & 15);
        out.minimums[j] = -(dmin * static_cast<float>(scales[j] >> 4));
    }
    for (int i = 0; i < 256; ++i) {
        const int c = i / 128, p = i % 128 / 32, l = i % 32;
        out.codes[i] = code(codes[32 * c + l] >> (2 * p) & 3);
    }
}

void decodeQ3K(const std::uint8_t* block, const Out& out) {
    const std::uint8_t *high = block, *codes = block + 32, *scales = block + 96;
    const float d = halfAt(block + 108);
    for (int j = 0; j < 16; ++j) {
        const int scale = ((scales[j % 8] >> (4 * (j / 8)) & 15) | (scales[8 + j % 4] >> (2 * (j / 4)) & 3) << 4) - 32;
        out.scales[j] = d * static_cast<float>(scale);
    }
    for (int i = 0; i < 256; ++i) {
        const int c = i / 128, p = i % 128 / 32, l = i % 32;
        out.codes[i] = code((codes[32 * c + l] >> (2 * p) & 3) - ((high[l] >> (4 * c + p) & 1) != 0 ? 0 : 4));
    }
}

// Scale and minimum of the 32 weights from 32 j on: six bits each, of twelve bytes for eight pairs.
struct ScaleAndMin {
    float scale = 0, min = 0;
};
ScaleAndMin scaleAndMin(const std::uint8_t* scales, int j) {
    if (j < 4) return {static_cast<float>(scales[j] & 63), static_cast<float>(scales[j + 4] & 63)};
    return {static_cast<float>((scales[j + 4] & 15) | scales[j - 4] >> 6 << 4),
            static_cast<float>(scales[j + 4] >> 4 | scales[j] >> 6 << 4)};
}

// high: a fifth bit of each weight, or nullptr.
void decodeQ45K(const std::uint8_t* block, const std::uint8_t* high, const std::uint8_t* codes, const Out& out) {
    const float d = halfAt(block), dmin = halfAt(block + 2);
    for (int j = 0; j < 8; ++j) {
        const ScaleAndMin unit = scaleAndMin(block + 4, j);
        out.scales[j] = d * unit.scale;
        out.minimums[j] = -(dmin * unit.min);
        for (int l = 0; l < 32; ++l) {
            const int low = codes[32 * (j / 2) + l] >> (4 * (j % 2)) & 15;
            out.codes[32 * j + l] = code(low | (high != nullptr ? (high[l] >> j & 1) << 4 : 0));
        }
    }
}
void decodeQ4K(const std::uint8_t* block, const Out& out) { decodeQ45K(block, nullptr, block + 16, out); }
void decodeQ5K(const std::uint8_t* block, const Out& out) { decodeQ45K(block, block + 16, block + 48, out); }

void decodeQ6K(const std::uint8_t* block, const Out& out) {
    const std::uint8_t *codes = block, *high = block + 128, *scales = block + 192;
    const float d = halfAt(block + 208);
    for (int j = 0; j < 16; ++j) out.scales[j] = d * static_cast<float>(static_cast<std::int8_t>(scales[j]));
    for (int i = 0; i < 256; ++i) {
        const int c = i / 128, p = i % 128 / 32, l = i % 32;
        const int low = codes[64 * c + 32 * (p % 2) + l] >> (4 * (p / 2)) & 15;
        out.codes[i] = code((low | (high[32 * c + l] >> (2 * p) & 3) << 4) - 32);
    }
}

struct BlockType {
    GgmlType type;
    GroupForm form;
    void (*decode)(const std::uint8_t* block, const Out& out);
};
constexpr std::array<BlockType, 12> blockTypes{{{GgmlType::Q2_0, {2, 64, false, true}, decodeQ2Zero},
                                                {GgmlType::Q4_0, {4, 32, false, true}, decodeQ4Zero},
                                                {GgmlType::Q4_1, {4, 32, true, true}, decodeQ4One},
                                                {GgmlType::Q5_0, {8, 32, false, true}, decodeQ5Zero},
                                                {GgmlType::Q5_1, {8, 32, true, true}, decodeQ5One},
                                                {GgmlType::Q8_0, {8, 32, false, true}, decodeQ8Zero},
                                                {GgmlType::IQ4_NL, {8, 32, false, true}, decodeIq4},
                                                {GgmlType::Q2_K, {2, 16, true}, decodeQ2K},
                                                {GgmlType::Q3_K, {4, 16, false}, decodeQ3K},
                                                {GgmlType::Q4_K, {4, 32, true}, decodeQ4K},
                                                {GgmlType::Q5_K, {8, 32, true}, decodeQ5K},
                                                {GgmlType::Q6_K, {8, 16, false}, decodeQ6K}}};

const BlockType* blockTypeOf(GgmlType type) {
    for (const BlockType& each : blockTypes)
        if (each.type == type) return &each;
    return nullptr;
}
const BlockType& requiredBlockType(GgmlType type) {
    const BlockType* found = blockTypeOf(type);
    if (found == nullptr) throw Error("has no scales by group", ggmlTypeName(type));
    return *found;
}

}  // namespace

std::optional<GroupForm> groupFormOf(GgmlType type) {
    const BlockType* found = blockTypeOf(type);
    return found != nullptr ? std::optional(found->form) : std::nullopt;
}

GroupedWeights decodeGroups(GgmlType type, std::span<const std::byte> bytes) {
    const BlockType& blockType = requiredBlockType(type);
    const GgmlBlock size = ggmlBlock(type);
    const std::size_t blocks = bytes.size() / static_cast<std::size_t>(size.bytes);
    const auto weights = static_cast<std::size_t>(size.weights);
    const std::size_t groups = weights / static_cast<std::size_t>(blockType.form.size);
    GroupedWeights out{blockType.form, std::vector<std::int8_t>(blocks * weights), std::vector<float>(blocks * groups),
                       std::vector<float>(blockType.form.minimums ? blocks * groups : 0)};
    for (std::size_t i = 0; i < blocks; ++i)
        blockType.decode(
            reinterpret_cast<const std::uint8_t*>(bytes.data()) + i * static_cast<std::size_t>(size.bytes),
            {out.codes.data() + i * weights, out.scales.data() + i * groups, out.minimums.data() + i * groups});
    return out;
}

void decodeGgmlBlock(GgmlType type, const std::uint8_t* block, float* out) {
    const BlockType& blockType = requiredBlockType(type);
    std::array<std::int8_t, 256> codes;
    std::array<float, 16> scales, minimums;
    blockType.decode(block, {codes.data(), scales.data(), minimums.data()});
    const auto size = static_cast<std::size_t>(blockType.form.size);
    for (std::size_t i = 0; i < static_cast<std::size_t>(ggmlBlock(type).weights); ++i) {
        out[i] = scales[i / size] * static_cast<float>(codes[i]);
        if (blockType.form.minimums) out[i] += minimums[i / size];
    }
}

}  // namespace tritlab
