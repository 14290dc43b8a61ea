#include "core/kernels/int8_product.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/kernels/kernels.h"

namespace tritlab {
namespace {

template <class Store>
void scalarProduct(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end,
                   const Store& store) {
    const std::int64_t depth = weights.depth();
    for (std::int64_t m = begin; m < end; ++m) {
        const std::int8_t* row = x.codes + m * depth;
        for (std::int64_t n = 0; n < weights.columns(); ++n) {
            const std::uint8_t* panel = weights.panel(n / 64) + n % 64 * 4;
            std::int32_t sum = 0;
            for (std::int64_t k = 0; k < depth; ++k) sum += row[k] * (panel[k / 4 * 256 + k % 4] - 1);
            store(m, n, static_cast<float>(sum) * (x.columnScale[n] * x.rowScale[m]));
        }
    }
}

template <class T>
void fastest(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, T* y,
             std::int64_t yStride) {
    if (!int8ProductHas(KernelSet::Avx2)) return int8_scalar::product(weights, x, begin, end, y, yStride);
    if (!int8ProductHas(KernelSet::Avx512Vnni)) return int8_avx2::product(weights, x, begin, end, y, yStride);
    if (int8ProductHas(KernelSet::Amx) && weights.depth() % 64 == 0) {
        const std::int64_t whole = begin + (end - begin) / 32 * 32;
        int8_amx::product(weights, x, begin, whole, y, yStride);
        begin = whole;
    }
    int8_avx512vnni::product(weights, x, begin, end, y, yStride);
}

// A product by AMX of numbers that no shortcut would get right: 96 rows, 80 columns, depth 192.
bool amxEqualsScalar() {
    constexpr std::int64_t rows = 96, columns = 80, depth = 192;
    std::vector<std::int8_t> codes(columns * depth), activations(rows * depth);
    for (std::size_t i = 0; i < codes.size(); ++i)
        codes[i] = static_cast<std::int8_t>(static_cast<int>(randomBits(1, 0, i) % 3) - 1);
    for (std::size_t i = 0; i < activations.size(); ++i) activations[i] = static_cast<std::int8_t>(randomBits(1, 1, i));
    const std::vector<float> rowScale(rows, 0.5F), columnScale(columns, 0.25F);
    PackedCodes packed;
    packed.pack(codes.data(), columns, depth);
    const Int8Rows x{activations.data(), rowScale.data(), columnScale.data()};
    std::vector<float> expected(rows * columns), sums(rows * columns);
    int8_scalar::product(packed, x, 0, rows, expected.data(), columns);
    int8_amx::product(packed, x, 0, rows, sums.data(), columns);
    return sums == expected;
}

bool amxRuns() {
    if (amxEqualsScalar()) return true;
    logWarning("this processor's AMX gives wrong sums: AVX512 is used instead");
    return false;
}

}  // namespace

bool int8ProductHas(KernelSet set) {
    // The tables of the inference kernels know what the processor runs, and have asked the system for the tiles' state.
    static const std::vector<KernelSet> sets = [] {
        std::vector<KernelSet> able;
        for (const KernelSet one : availableKernelSets())
            if (kernelSetAllowed(one) && (one != KernelSet::Amx || amxRuns())) able.push_back(one);
        return able;
    }();
    return std::find(sets.begin(), sets.end(), set) != sets.end();
}

void PackedCodes::pack(const std::int8_t* codes, std::int64_t columns, std::int64_t depth) {
    columns_ = columns;
    depth_ = depth;
    const std::int64_t panels = (columns + 63) / 64, padded = paddedDepth();
    bytes_.resize(static_cast<std::size_t>(panels * padded * 64));
    for (std::int64_t p = 0; p < panels; ++p) {
        std::uint8_t* target = bytes_.data() + p * padded * 64;
        const std::int64_t width = std::min<std::int64_t>(64, columns - p * 64);
        if (width < 64 || padded != depth) std::fill_n(target, padded * 64, std::uint8_t{1});  // code 0
        for (std::int64_t n = 0; n < width; ++n) {
            const std::int8_t* row = codes + (p * 64 + n) * depth;
            for (std::int64_t k = 0; k < depth; ++k)
                target[k / 4 * 256 + n * 4 + k % 4] = static_cast<std::uint8_t>(row[k] + 1);
        }
    }
}

void int8_scalar::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
                          std::int64_t yStride) {
    scalarProduct(weights, x, begin, end,
                  [&](std::int64_t m, std::int64_t n, float value) { y[m * yStride + n] = value; });
}

void int8_scalar::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end,
                          std::uint16_t* y, std::int64_t yStride) {
    scalarProduct(weights, x, begin, end,
                  [&](std::int64_t m, std::int64_t n, float value) { y[m * yStride + n] = floatToBf16(value); });
}

void int8Product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
                 std::int64_t yStride) {
    fastest(weights, x, begin, end, y, yStride);
}

void int8Product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
                 std::int64_t yStride) {
    fastest(weights, x, begin, end, y, yStride);
}

}  // namespace tritlab
