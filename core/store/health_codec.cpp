// Before compression: u32 layers, u32 bins; per layer u32 length, name, 8 doubles, u8 collapsed; then all histograms,
// u32, byte-shuffled.
#include "core/store/health_codec.h"

#include <cstring>
#include <vector>

#include "core/base/error.h"
#include "core/store/chunk_codec.h"

namespace tritlab {
namespace {

constexpr std::size_t maxBytes = std::size_t{1} << 28;

template <class T>
void put(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string_view take(std::string_view& in, std::size_t size) {
    if (in.size() < size)
        throw Error("a health snapshot in the store is damaged", {}, "Put back a copy from the folder 'backups'",
                    ErrorKind::Failed);
    const auto part = in.substr(0, size);
    in.remove_prefix(size);
    return part;
}

template <class T>
T take(std::string_view& in) {
    T value;
    std::memcpy(&value, take(in, sizeof value).data(), sizeof value);
    return value;
}

constexpr double LayerHealth::*figures[] = {&LayerHealth::std,          &LayerHealth::absMean,  &LayerHealth::negative,
                                            &LayerHealth::zero,         &LayerHealth::positive, &LayerHealth::flipRate,
                                            &LayerHealth::reversalRate, &LayerHealth::deadZone};

}  // namespace

std::string encodeHealth(const HealthEvent& event) {
    std::string plain;
    put(plain, static_cast<std::uint32_t>(event.layers.size()));
    put(plain, static_cast<std::uint32_t>(LayerHealth::histogramBins));
    std::vector<std::uint32_t> counts;
    for (const LayerHealth& layer : event.layers) {
        put(plain, static_cast<std::uint32_t>(layer.layer.size()));
        plain += layer.layer;
        for (const auto figure : figures) put(plain, layer.*figure);
        put(plain, static_cast<std::uint8_t>(layer.collapsed ? 1 : 0));
        counts.insert(counts.end(), layer.histogram.begin(), layer.histogram.end());
    }
    const std::size_t size = counts.size() * sizeof(std::uint32_t), old = plain.size();
    plain.resize(old + size);
    shuffleBytes(reinterpret_cast<const char*>(counts.data()), plain.data() + old, size, sizeof(std::uint32_t));
    return compress(plain);
}

HealthEvent decodeHealth(StepIndex step, std::string_view data) {
    const std::string plain = decompress(data, maxBytes);
    std::string_view rest = plain;
    const auto layers = take<std::uint32_t>(rest);
    const auto bins = take<std::uint32_t>(rest);
    if (bins != LayerHealth::histogramBins) take(rest, maxBytes);
    HealthEvent event;
    event.step = step;
    for (std::uint32_t i = 0; i < layers; ++i) {
        LayerHealth layer;
        layer.layer = take(rest, take<std::uint32_t>(rest));
        for (const auto figure : figures) layer.*figure = take<double>(rest);
        layer.collapsed = take<std::uint8_t>(rest) != 0;
        event.layers.push_back(std::move(layer));
    }
    std::vector<std::uint32_t> counts(std::size_t{layers} * bins);
    const std::size_t size = counts.size() * sizeof(std::uint32_t);
    unshuffleBytes(take(rest, size).data(), reinterpret_cast<char*>(counts.data()), size, sizeof(std::uint32_t));
    for (std::size_t i = 0; i < event.layers.size(); ++i)
        std::copy_n(counts.begin() + static_cast<std::ptrdiff_t>(i * bins), bins, event.layers[i].histogram.begin());
    return event;
}

}  // namespace tritlab
