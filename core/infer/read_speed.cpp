#include "core/infer/read_speed.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <vector>

#include "core/base/error.h"
#include "core/base/measure.h"

namespace tritlab {
namespace {

struct Piece {
    const std::byte* data;
    std::int64_t words;  // of eight bytes
};

std::vector<Piece> piecesOf(const ModelParts& parts) {
    std::vector<Piece> pieces;
    const auto add = [&](const PackedMatrix& matrix) {
        // long enough for a stream, short enough that threads end together
        constexpr std::int64_t piece = std::int64_t{1} << 20;
        for (std::int64_t at = 0; at < matrix.data.size(); at += piece)
            pieces.push_back({matrix.data.as<std::byte>() + at, std::min(piece, matrix.data.size() - at) / 8});
    };
    for (const PackedLayer& layer : parts.layers)
        for (const NamedLinear& linear : linearsOf(parts.description.config)) add((layer.*linear.part).matrix);
    add(parts.headMatrix());
    return pieces;
}

// Eight running sums, so that the loop waits for memory and nothing else.
std::uint64_t sumOf(const Piece& piece) {
    std::uint64_t sums[8] = {};
    for (std::int64_t i = 0; i + 8 <= piece.words; i += 8) {
        const std::byte* line = piece.data + i * 8;
        __builtin_prefetch(line + 2048);
        std::uint64_t words[8];
        std::memcpy(words, line, sizeof words);
        for (int j = 0; j < 8; ++j) sums[j] += words[j];
    }
    std::uint64_t total = 0;
    for (const std::uint64_t sum : sums) total += sum;
    return total;
}

}  // namespace

double readSpeed(const ModelParts& parts, ThreadPool& pool, int passes) {
    const std::vector<Piece> pieces = piecesOf(parts);
    std::int64_t words = 0;
    for (const Piece& piece : pieces) words += piece.words;
    std::vector<double> seconds;
    std::uint64_t first = 0;
    for (int pass = 0; pass < std::max(passes, 1); ++pass) {
        std::atomic<std::uint64_t> total{0};
        const auto start = std::chrono::steady_clock::now();
        pool.run(static_cast<std::int64_t>(pieces.size()),
                 [&](std::int64_t index, int) { total += sumOf(pieces[static_cast<std::size_t>(index)]); });
        seconds.push_back(secondsSince(start));
        if (pass == 0) first = total;
        // Every pass reads the same, so that no read can be left out.
        if (total != first)
            throw Error("memory gave different values from one reading to the next", "weights",
                        "Test this machine's memory", ErrorKind::Failed);
    }
    return static_cast<double>(words * 8) / median(seconds);
}

}  // namespace tritlab
