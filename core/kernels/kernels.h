// The inner loops of the packed engine, one table of functions for each instruction set: scalar (the reference), AVX2,
// AVX512 with VNNI, AMX. The table is chosen at run time and can be forced. Integer sums are exact, so every table
// gives the same bits; the fp32 functions are written over sixteen lanes with explicit fused multiply-adds in one fixed
// order, so that every table gives the same bits there too, and a result for one token never depends on the tokens
// beside it.
//
// Matrices lie in tiles of 16 rows, so that one vector lane is one row and no product needs a sum across lanes; a
// tile's bytes are read strictly in order. Vectors are padded with zeros to lengthOf(columns), and so are the rows of a
// matrix to 16.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/architecture/activation.h"

namespace tritlab {

enum class KernelSet { Scalar, Avx2, Avx512Vnni, Amx };
const char* kernelSetName(KernelSet set);  // "scalar", "avx2", "avx512vnni", "amx"

// Ternary weights, code w + 1 in 0..2, in blocks of 64 bytes, each 16 rows times
//   TwoBit     16 columns: byte 4r+b, bits 2i, is row r, column 4i+b (i = 0..3): 2 bits a weight
//   FiveTrits  20 columns: byte 4r+b is sum over i = 0..4 of 3^i code(row r, column 4i+b): 1.6 bits a weight
enum class TernaryFormat { TwoBit, FiveTrits };

// Dense weights, blocks of four columns: F32 [4][16 rows]; Bf16 [2][16 rows][2], columns 2j and 2j+1 side by side;
// Int8 [4][16 rows], times one fp32 scale a row.
// Bf16Short (bf16_short.h): a tile begins with 64 bytes, the first 16 of them its high bytes; then blocks of eight
// columns: the low bytes of columns 0..3, those of 4..7, and the indices of the high bytes, the first four columns' in
// the low halves. In each of these three, of 64 bytes, byte 16 (r / 4) + 8 (k / 2) + 2 (r % 4) + k % 2 is row r, column
// k of the four.
enum class DenseFormat { F32, Bf16, Int8, Bf16Short };

// Weights in groups of consecutive columns with a scale each, as GGUF's block types hold them (gguf_blocks.h):
// weight = scale * (stored - offset()) + minimum. A tile begins with the scales [groups][16 rows], then the minimums,
// f16 or fp32, up to a multiple of 64 bytes; then come its codes in blocks of 64 bytes, each 16 rows times 32 / bits
// columns: byte 4r+b, bits `bits` * i, is row r, column 4i+b.
struct GroupedFormat {
    int bits = 8;               // 2, 4 or 8
    std::int64_t columns = 32;  // of a group: 16, 32, 64 or 128
    bool minimums = false;      // else all are 0
    bool half = false;          // scales and minimums in f16, where that holds them exactly
    bool operator==(const GroupedFormat&) const = default;

    [[nodiscard]] constexpr int offset() const { return bits == 8 ? 128 : minimums ? 0 : bits == 4 ? 8 : 1; }
};

enum class CacheFormat { F32, Bf16, Int8 };  // of keys and values; Int8 has one fp32 scale for each position and head

constexpr std::int64_t tileRows = 16;
constexpr std::int64_t roundUp(std::int64_t value, std::int64_t to) { return (value + to - 1) / to * to; }
// Length of a vector in memory, fp32 or int8: zeros follow its values.
constexpr std::int64_t lengthOf(std::int64_t columns) { return roundUp(columns, 64) + 64; }
constexpr std::int64_t columnsPerBlock(TernaryFormat format) { return format == TernaryFormat::TwoBit ? 16 : 20; }
// 64-byte blocks of a tile; a multiple of four at two bits, so that AMX can take 64 columns at once.
constexpr std::int64_t ternaryBlocks(TernaryFormat format, std::int64_t columns) {
    return format == TernaryFormat::TwoBit ? roundUp(columns, 64) / 16 : roundUp(columns, 20) / 20;
}
constexpr std::int64_t denseTileBytes(DenseFormat format, std::int64_t columns) {
    if (format == DenseFormat::Bf16Short) return 64 + roundUp(columns, 8) / 8 * 192;
    return roundUp(columns, 4) * tileRows * (format == DenseFormat::F32 ? 4 : format == DenseFormat::Bf16 ? 2 : 1);
}
constexpr std::int64_t groupsOf(const GroupedFormat& format, std::int64_t columns) {
    return roundUp(columns, format.columns) / format.columns;
}
// Of the scales and minimums that a tile begins with.
constexpr std::int64_t groupedHeadBytes(const GroupedFormat& format, std::int64_t groups) {
    return roundUp(groups * tileRows * (format.half ? 2 : 4) * (format.minimums ? 2 : 1), 64);
}
constexpr std::int64_t groupedTileBytes(const GroupedFormat& format, std::int64_t columns) {
    const std::int64_t groups = groupsOf(format, columns);
    return groupedHeadBytes(format, groups) + groups * format.columns * tileRows * format.bits / 8;
}

// Tokens as a ternary product takes them: value = code * inverse.
struct CodedTokens {
    const std::int8_t* codes = nullptr;  // [count, stride], zeros beyond the columns
    std::int64_t stride = 0;             // >= blocks * columnsPerBlock
    const std::int32_t* sums = nullptr;  // [count]: of each token's codes
    const float* inverse = nullptr;      // [count]
    std::int64_t count = 0;

    // In files of several instruction sets: never a function of its own, of which the linker would keep any one.
    [[nodiscard, gnu::always_inline]] CodedTokens part(std::int64_t first, std::int64_t taken) const {
        return {codes + first * stride, stride, sums + first, inverse + first, taken};
    }
};

// Tokens as a product of grouped weights takes them: value = code * scale of its group, codes in -127..127.
struct GroupedTokens {
    const std::int8_t* codes = nullptr;  // [count, stride], zeros beyond the columns
    std::int64_t stride = 0;             // >= groups * the format's columns
    const float* scales = nullptr;       // [count, groupStride]
    const std::int32_t* sums = nullptr;  // [count, groupStride]: of each group's codes
    std::int64_t groupStride = 0;
    std::int64_t count = 0;

    [[nodiscard, gnu::always_inline]] GroupedTokens part(std::int64_t first, std::int64_t taken) const {
        return {codes + first * stride,     stride,      scales + first * groupStride,
                sums + first * groupStride, groupStride, taken};
    }
};

// One key/value head and the queries that share it: `group` heads of `rows` tokens at consecutive positions. Query q is
// head q % group of row q / group, and sees `positions` + q / group positions.
struct AttentionTask {
    const float* queries;  // [rows, group, stride], rows rowStride apart
    std::int64_t rows, group;
    std::int64_t rowStride;
    const void* keys;  // [positions, stride] of the cache's format
    const void* values;
    const float* keyScales;  // [positions] where Int8
    const float* valueScales;
    std::int64_t positions;  // that the first row sees
    std::int64_t stride;     // head size rounded up to 16; what lies beyond the head is 0
    float scale;             // of the scores: 1 / sqrt(head size)
    float* scores;           // scratch [rows * group, scoreStride()]
    float* out;              // as queries
    float* logSumExp;        // [rows * group]: of each query's scores; may be null

    [[nodiscard]] std::int64_t queryCount() const { return rows * group; }
    [[nodiscard]] std::int64_t positionsOf(std::int64_t query) const { return positions + query / group; }
    [[nodiscard]] std::int64_t place(std::int64_t query) const {
        return query / group * rowStride + query % group * stride;
    }
    [[nodiscard]] std::int64_t scoreStride() const { return roundUp(positions + rows - 1, 16); }
};

struct Kernels {
    KernelSet set;

    // y[t * yStride + r] = float(sum over k of w[r, k] * x.codes[t, k]) * (absmean * x.inverse[t]) for the 16 * tiles
    // rows; w in
    // {-1, 0, 1}. The sum is an integer, exact to 262144 columns. It is scaled in the registers that it was built in: a
    // prompt would wait for memory otherwise.
    using Ternary = void (*)(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks, const CodedTokens& x,
                             float absmean, float* y, std::int64_t yStride);
    Ternary ternary[2];  // by TernaryFormat

    // y[t * yStride + r] = sum over k of w[r, k] * x[t, k] in fp32: four running sums by k mod 4, then (s0 + s1) + (s2
    // + s3). quads: columns rounded up to 4, by 4. Int8 gives the sum without the rows' scales, Bf16Short that without
    // its exceptions.
    using Dense = void (*)(const void* weights, std::int64_t tiles, std::int64_t quads, const float* x,
                           std::int64_t xStride, std::int64_t tokens, float* y, std::int64_t yStride);
    Dense dense[4];  // by DenseFormat

    // y[t * yStride + r] = sum over the groups g, in order, of sum_g * (scale[r, g] * x.scales[t, g]), then +
    // minimum[r, g]
    // * (x.scales[t, g] * x.sums[t, g]), each by a fused multiply-add; sum_g is the exact integer sum over k of (stored
    // - offset) * x.codes[t, k].
    void (*grouped)(const GroupedFormat& format, const std::uint8_t* weights, std::int64_t tiles, std::int64_t groups,
                    const GroupedTokens& x, float* y, std::int64_t yStride);

    // Below, n is a multiple of 16.
    // out = (x / sqrt(sum x^2 / width + eps)) * weight. With quantize, the activations and attention this is to the bit
    // what training computes in fp32 (train_kernels.h): a code that fell the other way would be carried on through all
    // later layers.
    void (*rmsNorm)(const float* x, const float* weight, std::int64_t n, std::int64_t width, float eps, float* out);
    // The int8 code of core/kernels/quantizers.h; gives 1/s and the codes' sum.
    float (*quantize)(const float* x, std::int64_t n, std::int8_t* codes, std::int32_t* sum);
    void (*multiply)(const float* a, const float* b, std::int64_t n, float* out);
    void (*add)(const float* a, const float* b, std::int64_t n, float* out);
    void (*activate)(Activation activation, const float* x, std::int64_t n, float* out);
    // The activation of the gate, times up.
    void (*activateGate)(Activation activation, const float* gate, const float* up, std::int64_t n, float* out);
    void (*toBf16)(const float* x, std::int64_t n, std::uint16_t* out);  // to nearest even
    void (*attention[3])(const AttentionTask& task);                     // by CacheFormat
};

// The best set that this machine runs, unless TRITLAB_KERNELS or forceKernels() names one. Throws Error for an unknown
// name or a set that this machine cannot run.
const Kernels& kernels();
const Kernels& kernels(KernelSet set);
std::vector<KernelSet> availableKernelSets();  // worst to best
KernelSet parseKernelSet(std::string_view name);
void forceKernels(KernelSet set);  // for models loaded from now on
// False where TRITLAB_KERNELS names a lesser set: training asks this as well, so that a machine can stand in for a
// lesser one.
bool kernelSetAllowed(KernelSet set);

}  // namespace tritlab
