// The processor's tiles for as long as this lives: eight of 16 rows by 64 bytes. A kernel takes them, lets them go
// before it returns, and calls nothing of LibTorch meanwhile. Included by files compiled for AMX only.
#pragma once

#include <immintrin.h>
#include <cstdint>

namespace tritlab {
namespace {

class AmxUnit {
public:
    AmxUnit() {
        struct alignas(64) {
            std::uint8_t palette = 1, startRow = 0, reserved[14] = {};
            std::uint16_t bytesPerRow[16] = {64, 64, 64, 64, 64, 64, 64, 64};
            std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
        } config;
        static_assert(sizeof config == 64);
        // GCC 12's _tile_loadconfig says that it reads 8 bytes, so that the others need not have been stored: the
        // processor refused what it found there.
        asm volatile("ldtilecfg %0" : : "m"(config));
    }
    ~AmxUnit() { _tile_release(); }
    AmxUnit(const AmxUnit&) = delete;
    AmxUnit& operator=(const AmxUnit&) = delete;
    // Before _tile_loadd, which GCC 12 takes for reading nothing: what was stored until here is in memory.
    static void finishStores() { asm volatile("" : : : "memory"); }
};

}  // namespace
}  // namespace tritlab
