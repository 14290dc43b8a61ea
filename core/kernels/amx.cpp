// AMX int8 for prompts: signed activations times unsigned codes, 16 tokens x 16 rows x 64 columns an instruction.
// Tokens beyond a multiple of 16, decoding and everything in fp32 are AVX512's.
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernels/amx_tiles.h"
#include "core/kernels/amx_unit.h"
#include "core/kernels/tables.h"

namespace tritlab {
namespace {

// Tiles 0..3: sums, 4: weights, 5 and 6: activations.
class AmxTiles : AmxUnit {
public:
    template <int N>
    void clear() {
        _tile_zero(0);
        if constexpr (N == 4) {
            _tile_zero(1);
            _tile_zero(2);
            _tile_zero(3);
        }
    }
    template <int N>
    void multiply(const std::uint8_t* weights, const std::int8_t* x, std::int64_t xStride) {
        finishStores();
        _tile_loadd(4, weights, 64);
        _tile_loadd(5, x, xStride);
        _tile_dpbsud(0, 5, 4);
        if constexpr (N == 4) {
            _tile_loadd(6, x + 16 * xStride, xStride);
            _tile_dpbsud(1, 6, 4);
            _tile_loadd(5, x + 32 * xStride, xStride);
            _tile_dpbsud(2, 5, 4);
            _tile_loadd(6, x + 48 * xStride, xStride);
            _tile_dpbsud(3, 6, 4);
        }
    }
    template <int N>
    void store(std::int32_t* sums) {
        _tile_stored(0, sums, 64);
        if constexpr (N == 4) {
            _tile_stored(1, sums + 256, 64);
            _tile_stored(2, sums + 512, 64);
            _tile_stored(3, sums + 768, 64);
        }
    }
};

}  // namespace

void kernel_tables::twoBitAmx(const std::uint8_t* weights, std::int64_t tiles, std::int64_t blocks,
                              const CodedTokens& x, float absmean, float* y, std::int64_t yStride) {
    tiledTwoBit<AmxTiles>(avx512Vnni.ternary[static_cast<int>(TernaryFormat::TwoBit)], weights, tiles, blocks, x,
                          absmean, y, yStride);
}

// The kernel hands out the tiles' state only to a process that asks for it.
bool kernel_tables::allowAmx() {
    constexpr long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return ::syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
}

}  // namespace tritlab
