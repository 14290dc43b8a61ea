#include "ui/models/x_axis.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/models/series_cache.h"
#include "ui/services/plot_worker.h"

namespace tritlab {

namespace {
constexpr std::size_t mappedAtOnce = 4096;  // more are mapped on the worker
}

void mapOver(const Series& values, const Series* keys, double factor, std::size_t from, Series& mapped) {
    if (keys != nullptr && keys->empty()) return;
    std::size_t at = keys != nullptr && from < values.size() ? keys->lowerBound(values.x(from)) : 0;
    for (std::size_t i = from; i < values.size(); ++i) {
        double x = values.x(i) * factor;
        if (keys != nullptr) {
            while (at < keys->size() && keys->x(at) < values.x(i)) ++at;
            x = static_cast<double>(keys->y(std::min(at, keys->size() - 1)));
        }
        // The store commits a step's values together; an evaluation may come before its step, and float32 keys may be
        // equal.
        if (!mapped.empty() && x <= mapped.x(mapped.size() - 1)) x = std::nextafter(mapped.x(mapped.size() - 1), 1e300);
        mapped.append(x, static_cast<double>(values.y(i)));
    }
    if (values.isOutline()) mapped.markOutline();
}

void XAxisMapper::setAxis(XAxis axis) {
    axis_ = axis;
    ++generation_;
    mapped_.clear();
}

QString XAxisMapper::label() const {
    switch (axis_) {
        case XAxis::Tokens: return tr("tokens");
        case XAxis::Seconds: return tr("seconds");
        case XAxis::Share: return tr("% of training");
        case XAxis::Steps: break;
    }
    return tr("steps");
}

std::string XAxisMapper::keysName() const {
    return axis_ == XAxis::Tokens ? "tokens" : axis_ == XAxis::Seconds ? "wall_seconds" : std::string();
}

std::shared_ptr<const Series> XAxisMapper::curve(const RunSummary& run, const std::string& key) {
    auto values = cache_->series(run.id, key);
    if (axis_ == XAxis::Steps) return values;
    Mapped& mapped = mapped_[{run.id, key}];
    if (mapped.values != values) {
        mapped = Mapped{};
        mapped.values = std::move(values);
        if (const std::string keys = keysName(); !keys.empty()) mapped.keys = cache_->series(run.id, keys);
        else mapped.factor = 100.0 / static_cast<double>(std::max<std::int64_t>(run.config.steps, 1));
    }
    extend(Key{run.id, key});
    return mapped.series;
}

std::optional<double> XAxisMapper::place(const RunSummary& run, StepIndex step) {
    const auto at = static_cast<double>(step);
    if (axis_ == XAxis::Steps) return at;
    if (axis_ == XAxis::Share) return 100 * at / static_cast<double>(std::max<std::int64_t>(run.config.steps, 1));
    const auto keys = cache_->series(run.id, keysName());
    if (keys->empty() || keys->isOutline()) return std::nullopt;
    const std::size_t i = keys->lowerBound(at);
    return i < keys->size() ? std::optional(static_cast<double>(keys->y(i))) : std::nullopt;
}

void XAxisMapper::extend(const std::string& run) {
    for (auto it = mapped_.lower_bound({run, {}}); it != mapped_.end() && it->first.first == run; ++it)
        extend(it->first);
}

void XAxisMapper::extend(const Key& key) {
    Mapped& mapped = mapped_[key];
    if (mapped.busy || (mapped.keys && (mapped.keys->isOutline() || mapped.values->isOutline()))) return;
    const unsigned rewrites = mapped.values->rewrites() + (mapped.keys ? mapped.keys->rewrites() : 0);
    const bool anew = rewrites != mapped.rewrites || mapped.series->size() > mapped.values->size();
    const std::size_t from = anew ? 0 : mapped.series->size();
    if (mapped.values->size() - from <= mappedAtOnce) {
        if (anew) mapped.series->clear();
        mapped.rewrites = rewrites;
        if (from < mapped.values->size() || anew) {
            if (anew) mapped.series->replaceWith(Series());
            mapOver(*mapped.values, mapped.keys.get(), mapped.factor, from, *mapped.series);
        }
        return;
    }
    mapped.busy = true;
    PlotWorker::shared().post(
        this,
        [values = *mapped.values, keys = mapped.keys ? std::optional(*mapped.keys) : std::nullopt,
         factor = mapped.factor] {
            Series series;
            mapOver(values, keys ? &*keys : nullptr, factor, 0, series);
            return series;
        },
        [this, key, rewrites, generation = generation_](Series series) {
            const auto it = mapped_.find(key);
            if (it == mapped_.end() || generation != generation_) return;
            it->second.busy = false;
            it->second.rewrites = rewrites;
            it->second.series->replaceWith(std::move(series));
            extend(key);  // what came meanwhile
            Q_EMIT changed(QString::fromStdString(key.first));
        });
}

}  // namespace tritlab
