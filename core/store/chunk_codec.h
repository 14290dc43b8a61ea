// Points of one series in a block. Layout of `data`: one byte of flags (1: values are float64, else float32; 2: steps
// are written out), then one zstd frame of [deltas of the steps, uint64, n - 1 of them, where written out][values, n],
// each array byte-shuffled (all first bytes, then all second bytes, …). Steps that are not written out lie evenly
// between first and last. float32 is taken where every value comes back to the bit; NaN and infinities keep their bits
// either way.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/run_store.h"

namespace tritlab {

struct Chunk {
    StepIndex first = 0, last = 0;
    std::int64_t n = 0;
    double lo = 0, hi = 0;  // over what is no NaN; both NaN where all are
    std::string data;
};

// Points in step order, each step once, at least one.
Chunk encodeChunk(std::span<const Point> points);
// Appends to `points`. Throws Error where the data is damaged.
void decodeChunk(StepIndex first, StepIndex last, std::int64_t n, std::string_view data, std::vector<Point>& points);

// zstd level 1, and back with the size that is expected at most.
std::string compress(std::string_view bytes);
std::string decompress(std::string_view bytes, std::size_t limit);
// Byte k of each item to plane k, and back. `size` is a multiple of `width`.
void shuffleBytes(const char* from, char* to, std::size_t size, std::size_t width);
void unshuffleBytes(const char* from, char* to, std::size_t size, std::size_t width);

}  // namespace tritlab
