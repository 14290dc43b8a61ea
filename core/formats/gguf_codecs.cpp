#include "core/formats/gguf_codecs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/formats/gguf_blocks.h"
#include "core/formats/safetensors.h"

namespace tritlab {
namespace {

constexpr std::array<std::uint8_t, 5> powers{1, 3, 9, 27, 81};

// The parts of a TQ1_0 block: from weight `first` on, `width` bytes of `trits` weights each, `width` apart.
struct TritPart {
    std::size_t first, width, trits, byte;
};
constexpr std::array<TritPart, 3> tritParts{{{0, 32, 5, 0}, {160, 16, 5, 32}, {240, 4, 4, 48}}};

float halfAt(const std::uint8_t* bytes) {
    std::uint16_t bits;
    std::memcpy(&bits, bytes, sizeof bits);
    return f16ToFloat(bits);
}

void putHalf(float value, std::uint8_t* bytes) {
    const std::uint16_t bits = floatToF16(value);
    std::memcpy(bytes, &bits, sizeof bits);
}

void decodeTq2(const std::uint8_t* block, float* out, const std::string& where) {
    const float d = halfAt(block + 64);
    for (int half = 0; half < 2; ++half)
        for (int m = 0; m < 32; ++m)
            for (int n = 0; n < 4; ++n) {
                const int q = (block[32 * half + m] >> (2 * n)) & 3;
                if (q == 3)
                    throw Error("holds a code that is none of -1, 0 and 1", where, "Copy or download the file again");
                out[128 * half + m + 32 * n] = d * static_cast<float>(q - 1);
            }
}

// A byte is its trits read as a number below 243, stretched to 256: the leading trit is what three times the byte
// carries over.
void decodeTq1(const std::uint8_t* block, float* out) {
    const float d = halfAt(block + 52);
    for (const TritPart& part : tritParts)
        for (std::size_t m = 0; m < part.width; ++m)
            for (std::size_t n = 0; n < part.trits; ++n) {
                const auto shifted = static_cast<std::uint8_t>(block[part.byte + m] * powers[n]);
                out[part.first + m + part.width * n] = d * static_cast<float>((shifted * 3 >> 8) - 1);
            }
}

float largest(const float* weights, int count) {
    float max = 0;
    for (int i = 0; i < count; ++i) max = std::max(max, std::abs(weights[i]));
    return max;
}

void encodeQ4(const float* weights, std::uint8_t* block) {
    float max = 0;  // with its sign
    for (int i = 0; i < 32; ++i)
        if (std::abs(weights[i]) > std::abs(max)) max = weights[i];
    const float d = max / -8.0F, inverse = d == 0 ? 0 : 1 / d;
    putHalf(d, block);
    const auto code = [&](float weight) {
        return static_cast<unsigned>(std::min(15, static_cast<int>(std::trunc(weight * inverse + 8.5F))));
    };
    for (int m = 0; m < 16; ++m)
        block[2 + m] = static_cast<std::uint8_t>(code(weights[m]) | code(weights[m + 16]) << 4);
}

void encodeQ8(const float* weights, std::uint8_t* block) {
    const float d = largest(weights, 32) / 127, inverse = d == 0 ? 0 : 1 / d;
    putHalf(d, block);
    for (int m = 0; m < 32; ++m)
        block[2 + m] = static_cast<std::uint8_t>(static_cast<std::int8_t>(std::round(weights[m] * inverse)));
}

// The weights of a block as codes 0, 1, 2, and the scale behind `scaleAt`.
template <int Count>
std::array<std::uint8_t, Count> tritsOf(const float* weights, std::uint8_t* scaleAt) {
    const float d = largest(weights, Count), inverse = d == 0 ? 0 : 1 / d;
    putHalf(d, scaleAt);
    std::array<std::uint8_t, Count> trits;
    for (std::size_t i = 0; i < trits.size(); ++i)
        trits[i] = static_cast<std::uint8_t>(std::round(weights[i] * inverse) + 1);
    return trits;
}

void encodeTq2(const float* weights, std::uint8_t* block) {
    const auto trits = tritsOf<256>(weights, block + 64);
    for (std::size_t half = 0; half < 2; ++half)
        for (std::size_t m = 0; m < 32; ++m) {
            unsigned byte = 0;
            for (std::size_t n = 0; n < 4; ++n)
                byte |= static_cast<unsigned>(trits[128 * half + m + 32 * n]) << (2 * n);
            block[32 * half + m] = static_cast<std::uint8_t>(byte);
        }
}

void encodeTq1(const float* weights, std::uint8_t* block) {
    const auto trits = tritsOf<256>(weights, block + 52);
    for (const TritPart& part : tritParts)
        for (std::size_t m = 0; m < part.width; ++m) {
            unsigned number = 0;
            for (std::size_t n = 0; n < part.trits; ++n)
                number += static_cast<unsigned>(trits[part.first + m + part.width * n]) * powers[4 - n];
            block[part.byte + m] = static_cast<std::uint8_t>((number * 256 + 242) / 243);
        }
}

void encodeQ2Zero(const float* weights, std::uint8_t* block) {
    const auto trits = tritsOf<64>(weights, block);
    for (std::size_t j = 0; j < 16; ++j)
        block[2 + j] = static_cast<std::uint8_t>(trits[4 * j] | trits[4 * j + 1] << 2 | trits[4 * j + 2] << 4 |
                                                 trits[4 * j + 3] << 6);
}

// A whole tensor: blocks of 128 weights, then its scale in the first four of 32 bytes.
std::vector<float> decodeI2s(std::span<const std::byte> bytes, const std::string& where) {
    constexpr std::size_t tail = 32;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const std::size_t packed = bytes.size() - tail;
    float scale = 0;
    std::memcpy(&scale, data + packed, sizeof scale);
    if (!std::isfinite(scale) || scale < 0)
        throw Error("has a scale that is no finite number", where, "Copy or download the file again");
    std::vector<float> weights(4 * packed);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const int q = data[i / 128 * 32 + i % 32] >> (6 - 2 * (i % 128 / 32)) & 3;
        if (q == 3) throw Error("holds a code that is none of -1, 0 and 1", where, "Copy or download the file again");
        weights[i] = scale * static_cast<float>(q - 1);
    }
    return weights;
}

}  // namespace

std::vector<float> decodeGgml(GgmlType type, std::span<const std::byte> bytes, const std::string& where) {
    if (type == GgmlType::I2_S) return decodeI2s(bytes, where);
    const GgmlBlock size = ggmlBlock(type);
    const std::size_t blocks = bytes.size() / static_cast<std::size_t>(size.bytes);
    std::vector<float> weights(blocks * static_cast<std::size_t>(size.weights));
    for (std::size_t i = 0; i < blocks; ++i) {
        const auto* block =
            reinterpret_cast<const std::uint8_t*>(bytes.data()) + i * static_cast<std::size_t>(size.bytes);
        float* out = weights.data() + i * static_cast<std::size_t>(size.weights);
        switch (type) {
            case GgmlType::F32: std::memcpy(out, block, sizeof *out); break;
            case GgmlType::F16: *out = halfAt(block); break;
            case GgmlType::BF16: {
                std::uint16_t bits;
                std::memcpy(&bits, block, sizeof bits);
                *out = bf16ToFloat(bits);
                break;
            }
            case GgmlType::TQ1_0: decodeTq1(block, out); break;
            case GgmlType::TQ2_0: decodeTq2(block, out, where); break;
            case GgmlType::I2_S: break;  // above
            case GgmlType::Q4_0:
            case GgmlType::Q8_0:
            case GgmlType::Q4_1:
            case GgmlType::Q5_0:
            case GgmlType::Q5_1:
            case GgmlType::IQ4_NL:
            case GgmlType::Q2_0:
            case GgmlType::Q2_K:
            case GgmlType::Q3_K:
            case GgmlType::Q4_K:
            case GgmlType::Q5_K:
            case GgmlType::Q6_K: decodeGgmlBlock(type, block, out); break;
        }
    }
    return weights;
}

std::vector<std::uint8_t> encodeGgml(GgmlType type, std::span<const float> weights) {
    const GgmlBlock size = ggmlBlock(type);
    const std::size_t blocks = weights.size() / static_cast<std::size_t>(size.weights);
    std::vector<std::uint8_t> bytes(blocks * static_cast<std::size_t>(size.bytes));
    for (std::size_t i = 0; i < blocks; ++i) {
        const float* from = weights.data() + i * static_cast<std::size_t>(size.weights);
        std::uint8_t* block = bytes.data() + i * static_cast<std::size_t>(size.bytes);
        switch (type) {
            case GgmlType::F32: std::memcpy(block, from, sizeof *from); break;
            case GgmlType::F16: putHalf(*from, block); break;
            case GgmlType::BF16: {
                const std::uint16_t bits = floatToBf16(*from);
                std::memcpy(block, &bits, sizeof bits);
                break;
            }
            case GgmlType::Q4_0: encodeQ4(from, block); break;
            case GgmlType::Q8_0: encodeQ8(from, block); break;
            case GgmlType::TQ1_0: encodeTq1(from, block); break;
            case GgmlType::TQ2_0: encodeTq2(from, block); break;
            case GgmlType::Q2_0: encodeQ2Zero(from, block); break;
            case GgmlType::Q4_1:
            case GgmlType::Q5_0:
            case GgmlType::Q5_1:
            case GgmlType::IQ4_NL:
            case GgmlType::I2_S:
            case GgmlType::Q2_K:
            case GgmlType::Q3_K:
            case GgmlType::Q4_K:
            case GgmlType::Q5_K:
            case GgmlType::Q6_K: throw Error("is a type that is read and not written", ggmlTypeName(type));
        }
    }
    return bytes;
}

std::vector<std::uint8_t> encodeTernaryQ4(std::span<const std::int8_t> codes, float d) {
    std::vector<std::uint8_t> bytes(
        static_cast<std::size_t>(ggmlBytes(GgmlType::Q4_0, static_cast<std::int64_t>(codes.size()))));
    for (std::size_t i = 0; i < codes.size() / 32; ++i) {
        std::uint8_t* block = bytes.data() + 18 * i;
        putHalf(d, block);
        for (std::size_t m = 0; m < 16; ++m)
            block[2 + m] = static_cast<std::uint8_t>((codes[32 * i + m] + 8) | (codes[32 * i + m + 16] + 8) << 4);
    }
    return bytes;
}

namespace {

std::optional<TernaryValues> ternaryInGroups(std::span<const float> weights, std::size_t size) {
    TernaryValues found;
    found.codes.resize(weights.size());
    for (std::size_t first = 0; first < weights.size(); first += size) {
        float& scale = found.scales.emplace_back(0.F);
        for (std::size_t i = first; i < first + size; ++i) {
            const float magnitude = std::abs(weights[i]);
            if (magnitude == 0) continue;
            if (scale == 0) scale = magnitude;
            if (!(magnitude == scale)) return std::nullopt;
            found.codes[i] = weights[i] > 0 ? 1 : -1;
        }
    }
    return found;
}

}  // namespace

std::optional<TernaryValues> ternaryValues(std::span<const float> weights, std::int64_t columns) {
    const auto row = static_cast<std::size_t>(columns);
    // Few weights of one size are no sign of anything.
    constexpr std::size_t fewest = 64;
    for (const std::size_t size : {weights.size(), row, 2 * fewest, fewest})
        if (size == weights.size() || (size >= fewest && row % size == 0))
            if (auto found = ternaryInGroups(weights, size)) return found;
    return std::nullopt;
}

}  // namespace tritlab
