#include "core/store/health_codec.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/base/error.h"
#include "core/run/metrics.h"
#include "core/store/chunk_codec.h"

namespace tritlab {
namespace {

constexpr std::size_t maxBytes = std::size_t{1} << 28;
constexpr std::uint8_t version = 2;

template <class T>
void put(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void putText(std::string& out, std::string_view text) {
    put(out, static_cast<std::uint32_t>(text.size()));
    out += text;
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

using Figure = double LayerHealth::*;

// Those of version 1, in its order.
constexpr std::array<Figure, 8> firstFigures = {
    &LayerHealth::std,      &LayerHealth::absMean,  &LayerHealth::negative,     &LayerHealth::zero,
    &LayerHealth::positive, &LayerHealth::flipRate, &LayerHealth::reversalRate, &LayerHealth::deadZone};

Figure figureOf(const Metric& metric) { return std::get<Figure>(metric.value); }

// What this snapshot has beyond them.
std::vector<const Metric*> furtherMetrics(const HealthEvent& event) {
    std::vector<const Metric*> further;
    for (const Metric* metric : layerMetrics())
        if (std::find(firstFigures.begin(), firstFigures.end(), figureOf(*metric)) == firstFigures.end() &&
            std::any_of(event.layers.begin(), event.layers.end(),
                        [&](const LayerHealth& layer) { return valueIn(layer, *metric).has_value(); }))
            further.push_back(metric);
    return further;
}

void putFurther(std::string& out, const HealthEvent& event) {
    const std::vector<const Metric*> further = furtherMetrics(event);
    if (further.empty()) return;
    put(out, version);
    put(out, static_cast<std::uint32_t>(further.size()));
    for (const Metric* metric : further) {
        putText(out, metric->name);
        for (const LayerHealth& layer : event.layers) put(out, layer.*figureOf(*metric));
    }
}

void takeFurther(std::string_view in, HealthEvent& event) {
    if (in.empty()) return;
    if (take<std::uint8_t>(in) > version)
        throw Error("a health snapshot in the store is of a later version of TritLab", {}, "Use that version",
                    ErrorKind::TooNew);
    for (auto figures = take<std::uint32_t>(in); figures > 0; --figures) {
        const Metric* metric = findMetric(take(in, take<std::uint32_t>(in)));
        const bool known = metric != nullptr && isOfLayers(*metric);
        for (LayerHealth& layer : event.layers) {
            const auto value = take<double>(in);
            if (known) layer.*figureOf(*metric) = value;
        }
    }
}

}  // namespace

std::string encodeHealth(const HealthEvent& event) {
    std::string plain;
    put(plain, static_cast<std::uint32_t>(event.layers.size()));
    put(plain, static_cast<std::uint32_t>(LayerHealth::histogramBins));
    std::vector<std::uint32_t> counts;
    for (const LayerHealth& layer : event.layers) {
        putText(plain, layer.layer);
        for (const Figure figure : firstFigures) put(plain, layer.*figure);
        put(plain, static_cast<std::uint8_t>(layer.collapsed ? 1 : 0));
        counts.insert(counts.end(), layer.histogram.begin(), layer.histogram.end());
    }
    const std::size_t size = counts.size() * sizeof(std::uint32_t), old = plain.size();
    plain.resize(old + size);
    shuffleBytes(reinterpret_cast<const char*>(counts.data()), plain.data() + old, size, sizeof(std::uint32_t));
    putFurther(plain, event);
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
        for (const Figure figure : firstFigures) layer.*figure = take<double>(rest);
        layer.collapsed = take<std::uint8_t>(rest) != 0;
        event.layers.push_back(std::move(layer));
    }
    std::vector<std::uint32_t> counts(std::size_t{layers} * bins);
    const std::size_t size = counts.size() * sizeof(std::uint32_t);
    unshuffleBytes(take(rest, size).data(), reinterpret_cast<char*>(counts.data()), size, sizeof(std::uint32_t));
    for (std::size_t i = 0; i < event.layers.size(); ++i)
        std::copy_n(counts.begin() + static_cast<std::ptrdiff_t>(i * bins), bins, event.layers[i].histogram.begin());
    takeFurther(rest, event);
    return event;
}

}  // namespace tritlab
