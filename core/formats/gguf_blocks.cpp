#include "core/formats/gguf_blocks.h"

#include <array>
#include <cstring>

#include "core/formats/safetensors.h"

namespace tritlab {
namespace {

constexpr std::array<std::int8_t, 16> iq4Values{-127, -104, -83, -65, -49, -35, -22, -10,
                                                1,    13,   25,  38,  53,  69,  89,  113};

float halfAt(const std::uint8_t* bytes) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes, sizeof bits);
    return f16ToFloat(bits);
}
// Four bits of weight i of 32: the low halves of 16 bytes come first.
int nibble(const std::uint8_t* bytes, int i) { return i < 16 ? bytes[i] & 15 : bytes[i - 16] >> 4; }

void decodeQ2Zero(const std::uint8_t* block, float* out) {
    const float d = halfAt(block);
    for (int i = 0; i < 64; ++i) out[i] = d * static_cast<float>((block[2 + i / 4] >> (2 * (i % 4)) & 3) - 1);
}
void decodeQ4One(const std::uint8_t* block, float* out) {
    const float d = halfAt(block), m = halfAt(block + 2);
    for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(nibble(block + 4, i)) + m;
}
// `high` at its fifth bits, the four others behind them.
int fiveBits(const std::uint8_t* high, int i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, high, sizeof bits);
    return nibble(high + 4, i) | static_cast<int>(bits >> i & 1U) << 4;
}
void decodeQ5Zero(const std::uint8_t* block, float* out) {
    const float d = halfAt(block);
    for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(fiveBits(block + 2, i) - 16);
}
void decodeQ5One(const std::uint8_t* block, float* out) {
    const float d = halfAt(block), m = halfAt(block + 2);
    for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(fiveBits(block + 4, i)) + m;
}
void decodeIq4(const std::uint8_t* block, float* out) {
    const float d = halfAt(block);
    for (int i = 0; i < 32; ++i)
        out[i] = d * static_cast<float>(iq4Values[static_cast<std::size_t>(nibble(block + 2, i))]);
}

void decodeQ2K(const std::uint8_t* block, float* out) {
    const std::uint8_t *scales = block, *codes = block + 16;
    const float d = halfAt(block + 80), dmin = halfAt(block + 82);
    for (int i = 0; i < 256; ++i) {
        const int c = i / 128, p = i % 128 / 32, l = i % 32;
        const float scale = d * static_cast<float>(scales[i / 16] & 15),
                    min = dmin * static_cast<float>(scales[i / 16] >> 4);
        out[i] = scale * static_cast<float>(codes[32 * c + l] >> (2 * p) & 3) - min;
    }
}

void decodeQ3K(const std::uint8_t* block, float* out) {
    const std::uint8_t *high = block, *codes = block + 32, *scales = block + 96;
    const float d = halfAt(block + 108);
    for (int i = 0; i < 256; ++i) {
        const int c = i / 128, p = i % 128 / 32, l = i % 32, j = i / 16;
        const int scale = ((scales[j % 8] >> (4 * (j / 8)) & 15) | (scales[8 + j % 4] >> (2 * (j / 4)) & 3) << 4) - 32;
        const int code = (codes[32 * c + l] >> (2 * p) & 3) - ((high[l] >> (4 * c + p) & 1) != 0 ? 0 : 4);
        out[i] = d * static_cast<float>(scale) * static_cast<float>(code);
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
void decodeQ45K(const std::uint8_t* block, const std::uint8_t* high, const std::uint8_t* codes, float* out) {
    const float d = halfAt(block), dmin = halfAt(block + 2);
    for (int j = 0; j < 8; ++j) {
        const ScaleAndMin unit = scaleAndMin(block + 4, j);
        const float scale = d * unit.scale, min = dmin * unit.min;
        for (int l = 0; l < 32; ++l) {
            const int low = codes[32 * (j / 2) + l] >> (4 * (j % 2)) & 15;
            const int code = low | (high != nullptr ? (high[l] >> j & 1) << 4 : 0);
            out[32 * j + l] = scale * static_cast<float>(code) - min;
        }
    }
}

void decodeQ6K(const std::uint8_t* block, float* out) {
    const std::uint8_t *codes = block, *high = block + 128, *scales = block + 192;
    const float d = halfAt(block + 208);
    for (int i = 0; i < 256; ++i) {
        const int c = i / 128, p = i % 128 / 32, l = i % 32;
        const int low = codes[64 * c + 32 * (p % 2) + l] >> (4 * (p / 2)) & 15;
        const int code = (low | (high[32 * c + l] >> (2 * p) & 3) << 4) - 32;
        out[i] = d * static_cast<float>(static_cast<std::int8_t>(scales[i / 16])) * static_cast<float>(code);
    }
}

}  // namespace

void decodeGgmlBlock(GgmlType type, const std::uint8_t* block, float* out) {
    switch (type) {
        case GgmlType::Q2_0: return decodeQ2Zero(block, out);
        case GgmlType::Q4_1: return decodeQ4One(block, out);
        case GgmlType::Q5_0: return decodeQ5Zero(block, out);
        case GgmlType::Q5_1: return decodeQ5One(block, out);
        case GgmlType::IQ4_NL: return decodeIq4(block, out);
        case GgmlType::Q2_K: return decodeQ2K(block, out);
        case GgmlType::Q3_K: return decodeQ3K(block, out);
        case GgmlType::Q4_K: return decodeQ45K(block, nullptr, block + 16, out);
        case GgmlType::Q5_K: return decodeQ45K(block, block + 16, block + 48, out);
        case GgmlType::Q6_K: return decodeQ6K(block, out);
        case GgmlType::F32:
        case GgmlType::F16:
        case GgmlType::Q4_0:
        case GgmlType::Q8_0:
        case GgmlType::BF16:
        case GgmlType::TQ1_0:
        case GgmlType::TQ2_0: break;  // gguf_codecs.cpp has those that are written too
    }
}

}  // namespace tritlab
