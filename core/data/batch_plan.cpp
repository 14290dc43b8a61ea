#include "core/data/batch_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/base/random.h"

namespace tritlab {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kPhaseStream = 0x6d69782d70686173;
constexpr int kRounds = 6;

// Of sequences 0 .. n-1, how many belong to a source of this share.
std::uint64_t taken(std::uint64_t n, std::uint64_t share, std::uint64_t phase) {
    return static_cast<std::uint64_t>((static_cast<Wide>(n) * share + phase) >> 32);
}

}  // namespace

std::uint64_t permute(std::uint64_t index, std::uint64_t size, std::uint64_t seed, std::uint64_t stream) {
    const unsigned half = std::max(1U, (static_cast<unsigned>(std::bit_width(size - 1)) + 1) / 2);
    const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
    do {
        std::uint64_t left = index >> half, right = index & mask;
        for (std::uint64_t round = 0; round < kRounds; ++round) {
            const std::uint64_t mixed = left ^ (randomBits(seed, stream ^ (round << 56), right) & mask);
            left = right;
            right = mixed;
        }
        index = left << half | right;
    } while (index >= size);
    return index;
}

SourceMix::SourceMix(const std::vector<double>& weights, std::uint64_t seed) {
    double rest = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
        shares_.push_back(static_cast<std::uint64_t>(std::llround(std::clamp(weights[i] / rest, 0.0, 1.0) * 0x1.0p32)));
        phases_.push_back(randomBits(seed, kPhaseStream, i) >> 32);
        rest -= weights[i];
    }
}

MixChoice SourceMix::choose(std::uint64_t sequence) const {
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        const std::uint64_t before = taken(sequence, shares_[i], phases_[i]);
        if (taken(sequence + 1, shares_[i], phases_[i]) > before) return {i, before};
        sequence -= before;
    }
    return {shares_.size(), sequence};
}

}  // namespace tritlab
