// Counter-based randomness: a value is a pure function of (seed, stream, index), so that nothing has to be replayed or
// saved.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/types.h"

namespace tritlab {

// SplitMix64's finalizer (Steele, Lea, Flood 2014): a bijection on 64 bits that passes BigCrush as a counter generator.
constexpr std::uint64_t mix64(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

constexpr std::uint64_t randomBits(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
    return mix64(mix64(mix64(seed) ^ stream) ^ index);
}

// Uniform in [0, 1) with 53 bits.
constexpr double randomUniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
    return static_cast<double>(randomBits(seed, stream, index) >> 11) * 0x1.0p-53;
}

// Tokens of a vocabulary for what reads no text: benches, and models that are compared.
inline std::vector<TokenId> uniformTokens(std::int64_t count, std::int64_t vocabulary, std::uint64_t stream) {
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < count; ++i)
        tokens.push_back(static_cast<TokenId>(randomBits(1, stream, static_cast<std::uint64_t>(i)) %
                                              static_cast<std::uint64_t>(vocabulary)));
    return tokens;
}

}  // namespace tritlab
