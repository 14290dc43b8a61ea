// int8_product.h on AMX: signed activations times unsigned codes, 16 x 16 sums of 64 products an instruction. The codes
// are stored plus one, and the sum of the row's activations is taken off as the sums are scaled.
#include "core/kernels/amx_unit.h"
#include "core/kernels/int8_tiles.h"

namespace tritlab {
namespace {

// Tiles 0..3: sums, 4 and 5: activations, 6 and 7: weights.
class AmxTiles : AmxUnit {
public:
    void clear() {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    void multiply(const std::int8_t* x, std::int64_t xStride, const std::uint8_t* weights) {
        finishStores();
        _tile_loadd(4, x, xStride);
        _tile_loadd(6, weights, 256);
        _tile_dpbsud(0, 4, 6);
        _tile_loadd(7, weights + 64, 256);
        _tile_dpbsud(1, 4, 7);
        _tile_loadd(5, x + 16 * xStride, xStride);
        _tile_dpbsud(2, 5, 6);
        _tile_dpbsud(3, 5, 7);
    }
    void store(std::int32_t* sums) {
        constexpr int rowBytes = tileSide * 4;
        _tile_stored(0, sums, rowBytes);
        _tile_stored(1, sums + 16, rowBytes);
        _tile_stored(2, sums + 16 * tileSide, rowBytes);
        _tile_stored(3, sums + 16 * tileSide + 16, rowBytes);
    }
};

}  // namespace

void int8_amx::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end, float* y,
                       std::int64_t yStride) {
    tiledInt8Product<AmxTiles>(weights, x, begin, end, y, yStride);
}

void int8_amx::product(const PackedCodes& weights, const Int8Rows& x, std::int64_t begin, std::int64_t end,
                       std::uint16_t* y, std::int64_t yStride) {
    tiledInt8Product<AmxTiles>(weights, x, begin, end, y, yStride);
}

}  // namespace tritlab
