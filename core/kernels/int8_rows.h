// What the vector kernels of int8_product.h share: tiles of up to six rows. Internal to each file that includes it, and
// no library template is used: the linker might pick the copy that another machine cannot run.
#pragma once

#include <cstdint>

namespace tritlab {
namespace {

constexpr std::int64_t rowsTogether = 6;

// tile.operator()<rows>() for as many rows as there are left, six at most.
template <class Tile>
inline void byRows(std::int64_t left, const Tile& tile) {
    switch (left) {
        case 1: return tile.template operator()<1>();
        case 2: return tile.template operator()<2>();
        case 3: return tile.template operator()<3>();
        case 4: return tile.template operator()<4>();
        case 5: return tile.template operator()<5>();
        default: return tile.template operator()<6>();
    }
}

}  // namespace
}  // namespace tritlab
