// Which window of which source a training sequence is: pure functions of seed and index, so that nothing has to be
// kept.
#pragma once

#include <cstdint>
#include <vector>

namespace tritlab {

// A bijection on [0, size) chosen by (seed, stream): a Feistel network on the smallest even number of bits that covers
// size, repeated while its value lies outside (cycle walking; Black and Rogaway 2002). Four repetitions at most on
// average.
std::uint64_t permute(std::uint64_t index, std::uint64_t size, std::uint64_t seed, std::uint64_t stream);

struct MixChoice {
    std::size_t source = 0;
    std::uint64_t index = 0;  // how many earlier sequences came from this source
};

// Spreads sequences over sources by weight with the least possible discrepancy: of any first n sequences, a share w of
// them comes from the first source within one, and likewise among what is left for the others (Beatty sequences
// in 32.32 bits).
class SourceMix {
public:
    SourceMix(const std::vector<double>& weights, std::uint64_t seed);
    [[nodiscard]] MixChoice choose(std::uint64_t sequence) const;

private:
    // of source i among sources i, i+1, …; in units of 2^-32; the last takes the rest
    std::vector<std::uint64_t> shares_;
    std::vector<std::uint64_t> phases_;
};

}  // namespace tritlab
