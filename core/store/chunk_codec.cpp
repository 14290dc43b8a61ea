#include "core/store/chunk_codec.h"

#include <zstd.h>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/error.h"

namespace tritlab {
namespace {

static_assert(std::endian::native == std::endian::little, "the store keeps little-endian numbers");

constexpr unsigned char wideValues = 1, explicitSteps = 2;
constexpr std::int64_t maxPoints = 1 << 20;  // of a block that can be believed

[[noreturn]] void damaged(const std::string& what) {
    throw Error("a block of points in the store is damaged (" + what + ")", {},
                "Put back a copy from the folder 'backups'", ErrorKind::Failed);
}

bool fitsFloat(double value) {
    return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(value))) ==
           std::bit_cast<std::uint64_t>(value);
}

template <class T>
void appendShuffled(std::string& out, const std::vector<T>& values) {
    const std::size_t size = values.size() * sizeof(T), old = out.size();
    out.resize(old + size);
    shuffleBytes(reinterpret_cast<const char*>(values.data()), out.data() + old, size, sizeof(T));
}

template <class T>
std::vector<T> takeShuffled(std::string_view& in, std::size_t count) {
    std::vector<T> values(count);
    const std::size_t size = count * sizeof(T);
    if (in.size() < size) damaged("too short");
    unshuffleBytes(in.data(), reinterpret_cast<char*>(values.data()), size, sizeof(T));
    in.remove_prefix(size);
    return values;
}

}  // namespace

void shuffleBytes(const char* from, char* to, std::size_t size, std::size_t width) {
    const std::size_t count = size / width;
    for (std::size_t plane = 0; plane < width; ++plane)
        for (std::size_t i = 0; i < count; ++i) to[plane * count + i] = from[i * width + plane];
}

void unshuffleBytes(const char* from, char* to, std::size_t size, std::size_t width) {
    const std::size_t count = size / width;
    for (std::size_t plane = 0; plane < width; ++plane)
        for (std::size_t i = 0; i < count; ++i) to[i * width + plane] = from[plane * count + i];
}

std::string compress(std::string_view bytes) {
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1);
    if (ZSTD_isError(size) != 0)
        throw Error(std::string("cannot compress: ") + ZSTD_getErrorName(size), {}, {}, ErrorKind::Failed);
    out.resize(size);
    return out;
}

std::string decompress(std::string_view bytes, std::size_t limit) {
    const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > limit)
        damaged("no frame of a size that can be");
    std::string out(static_cast<std::size_t>(size), '\0');
    const std::size_t got = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(got) != 0) damaged(ZSTD_getErrorName(got));
    if (got != out.size()) damaged("too short");
    return out;
}

Chunk encodeChunk(std::span<const Point> points) {
    Chunk chunk;
    chunk.first = points.front().step;
    chunk.last = points.back().step;
    chunk.n = static_cast<std::int64_t>(points.size());
    chunk.lo = chunk.hi = std::numeric_limits<double>::quiet_NaN();
    const std::int64_t stride = chunk.n > 1 ? (chunk.last - chunk.first) / (chunk.n - 1) : 0;
    bool narrow = true, even = true;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto& [step, value] = points[i];
        narrow = narrow && fitsFloat(value);
        even = even && step == chunk.first + stride * static_cast<std::int64_t>(i);
        if (std::isnan(value)) continue;
        if (std::isnan(chunk.lo) || value < chunk.lo) chunk.lo = value;
        if (std::isnan(chunk.hi) || value > chunk.hi) chunk.hi = value;
    }
    std::string plain;
    if (!even) {
        std::vector<std::uint64_t> deltas;
        for (std::size_t i = 1; i < points.size(); ++i)
            deltas.push_back(static_cast<std::uint64_t>(points[i].step) -
                             static_cast<std::uint64_t>(points[i - 1].step));
        appendShuffled(plain, deltas);
    }
    if (narrow) {
        std::vector<float> values;
        for (const Point& point : points) values.push_back(static_cast<float>(point.value));
        appendShuffled(plain, values);
    } else {
        std::vector<double> values;
        for (const Point& point : points) values.push_back(point.value);
        appendShuffled(plain, values);
    }
    chunk.data.push_back(static_cast<char>((narrow ? 0 : wideValues) | (even ? 0 : explicitSteps)));
    chunk.data += compress(plain);
    return chunk;
}

void decodeChunk(StepIndex first, StepIndex last, std::int64_t n, std::string_view data, std::vector<Point>& points) {
    if (n < 1 || n > maxPoints || data.size() < 2 || last < first) damaged("impossible counts");
    const auto flags = static_cast<unsigned char>(data.front());
    if ((flags & ~(wideValues | explicitSteps)) != 0) damaged("unknown form");
    const auto count = static_cast<std::size_t>(n);
    const std::string plain = decompress(data.substr(1), count * 16);
    std::string_view rest = plain;
    std::vector<std::uint64_t> deltas;
    if ((flags & explicitSteps) != 0) deltas = takeShuffled<std::uint64_t>(rest, count - 1);
    std::vector<float> narrow;
    std::vector<double> wide;
    if ((flags & wideValues) != 0) wide = takeShuffled<double>(rest, count);
    else narrow = takeShuffled<float>(rest, count);
    if (!rest.empty()) damaged("too long");
    // Unsigned, so that damaged steps cannot overflow.
    auto step = static_cast<std::uint64_t>(first);
    const std::uint64_t stride = n > 1 ? (static_cast<std::uint64_t>(last) - step) / (count - 1) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) step += deltas.empty() ? stride : deltas[i - 1];
        points.push_back({static_cast<StepIndex>(step), wide.empty() ? static_cast<double>(narrow[i]) : wide[i]});
    }
    if (static_cast<StepIndex>(step) != last) damaged("steps that do not meet their end");
}

}  // namespace tritlab
