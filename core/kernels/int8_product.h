// The training forward of BitLinear at lambda = 1: int8 activation codes times ternary weight codes, the integer sums
// scaled before they are stored, so that no matrix of 32-bit sums ever lies in memory.
//   y[m, n] = float(sum_k x[m, k] w[n, k]) * (columnScale[n] * rowScale[m])
// Sums are exact (|sum| <= 128 K < 2^31), each product is rounded to float once, and bf16 rounds the result once more
// (nearest even): every kernel set gives the same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "core/kernels/kernels.h"

namespace tritlab {

// Weight codes [columns, depth] laid out for the kernels: panels of 64 columns, within them [depth / 4][64][4] bytes of
// code + 1.
class PackedCodes {
public:
    PackedCodes() = default;
    // codes: int8 [columns, depth] in {-1, 0, 1}. Storage is reused when the shape stays the same.
    void pack(const std::int8_t* codes, std::int64_t columns, std::int64_t depth);
    [[nodiscard]] std::int64_t columns() const { return columns_; }
    [[nodiscard]] std::int64_t depth() const { return depth_; }
    [[nodiscard]] const std::uint8_t* panel(std::int64_t index) const {
        return bytes_.data() + index * paddedDepth() * 64;
    }
    [[nodiscard]] std::int64_t paddedDepth() const { return (depth_ + 3) / 4 * 4; }

private:
    std::vector<std::uint8_t> bytes_;
    std::int64_t columns_ = 0, depth_ = 0;
};

struct Int8Rows {
    const std::int8_t* codes = nullptr;  // [rows, depth]
    const float* rowScale = nullptr;     // [rows]
    const float* columnScale = nullptr;  // [columns]
};

// Rows [begin, end) of y, which has yStride elements a row: float, or the bits of bf16. Rows are independent.
void int8Product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
                 std::int64_t yStride);
void int8Product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
                 std::int64_t yStride);

// Whether int8Product() may use this set: the processor runs it and TRITLAB_KERNELS allows it. AMX takes whole blocks
// of 32 rows whose depth is a multiple of 64, and has equalled the scalar loop once.
bool int8ProductHas(KernelSet set);

// The implementations, for tests and benches: bit-equal. AMX takes a multiple of 32 rows and a depth that is a multiple
// of 64.
namespace int8_scalar {
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
             std::int64_t yStride);
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
             std::int64_t yStride);
}  // namespace int8_scalar
namespace int8_avx2 {
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
             std::int64_t yStride);
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
             std::int64_t yStride);
}  // namespace int8_avx2
namespace int8_avx512vnni {
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
             std::int64_t yStride);
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
             std::int64_t yStride);
}  // namespace int8_avx512vnni
namespace int8_amx {
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
             std::int64_t yStride);
void product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, std::uint16_t* y,
             std::int64_t yStride);
}  // namespace int8_amx

}  // namespace tritlab
