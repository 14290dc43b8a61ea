#include "core/quant/kernels/int8_product.h"

#include <algorithm>

#include "core/interop/safetensors.h"

namespace tritlab {
namespace {

template <class Store>
void scalarProduct(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, const Store& store) {
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

}  // namespace

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
            for (std::int64_t k = 0; k < depth; ++k) target[k / 4 * 256 + n * 4 + k % 4] = static_cast<std::uint8_t>(row[k] + 1);
        }
    }
}

void int8_scalar::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
                          std::int64_t yStride) {
    scalarProduct(weights, x, begin, end, [&](std::int64_t m, std::int64_t n, float value) { y[m * yStride + n] = value; });
}

void int8_scalar::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
                          std::int64_t yStride) {
    scalarProduct(weights, x, begin, end, [&](std::int64_t m, std::int64_t n, float value) { y[m * yStride + n] = floatToBf16(value); });
}

bool int8ProductIsFast() {
    static const bool fast = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    return fast;
}

void int8Product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y, std::int64_t yStride) {
    if (int8ProductIsFast()) int8_avx512vnni::product(weights, x, begin, end, y, yStride);
    else int8_scalar::product(weights, x, begin, end, y, yStride);
}

void int8Product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
                 std::int64_t yStride) {
    if (int8ProductIsFast()) int8_avx512vnni::product(weights, x, begin, end, y, yStride);
    else int8_scalar::product(weights, x, begin, end, y, yStride);
}

}  // namespace tritlab
