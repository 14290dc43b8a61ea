#include "ui/plots/chart_curves.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/csv.h"
#include "core/base/number.h"
#include "ui/models/number_text.h"
#include "ui/plots/readout.h"
#include "ui/services/plot_worker.h"

namespace tritlab {

namespace {

// Up to so many points are smoothed at once; more go to the worker.
constexpr std::size_t pointsAtOnce = 4096;

QColor shownColor(const QColor& color, bool paper) { return paper ? printColor(color) : color; }

// The points between two keys, as indices [first, second); the upper key included: the newest point lies exactly on it.
std::pair<std::size_t, std::size_t> pointsBetween(const Series& series, const QCPRange& keys) {
    return {series.lowerBound(keys.lower), series.lowerBound(std::nextafter(keys.upper, 1e300))};
}

}  // namespace

void ChartCurves::set(const QString& id, const CurveStyle& style, std::shared_ptr<const Series> series) {
    Curve& curve = curves_[id];
    if (curve.raw != series) curve.smoothed.reset();
    curve.style = style;
    curve.raw = std::move(series);
    if (smooths()) smoothCurve(id, curve);
}

bool ChartCurves::remove(const QString& id) { return curves_.erase(id) > 0; }

void ChartCurves::refresh() {
    for (auto& [id, curve] : curves_) {
        if (smooths()) smoothCurve(id, curve);
        else curve.smoothed.reset();
    }
}

// Brings the smoothed curve up to date: at once where little is missing, else on the worker, while the old one stays.
void ChartCurves::smoothCurve(const QString& id, Curve& curve) {
    if (curve.raw->isOutline()) return;
    const bool other = !curve.smoothed || !(curve.smoothed->smoothing() == smoothing_);
    const std::size_t missing = other ? curve.raw->size() : curve.smoothed->missing(*curve.raw);
    if (missing <= pointsAtOnce) {
        if (other) curve.smoothed = std::make_shared<SmoothedSeries>(smoothing_);
        curve.smoothed->extend(*curve.raw);
        return;
    }
    if (curve.smoothing) return;  // looked at again when it comes back
    curve.smoothing = true;
    PlotWorker::shared().post(
        this,
        [how = smoothing_, raw = *curve.raw] {
            SmoothedSeries smoothed(how);
            smoothed.extend(raw);
            return smoothed;
        },
        [this, id, from = curve.raw](SmoothedSeries fresh) {
            const auto it = curves_.find(id);
            if (it == curves_.end()) return;
            it->second.smoothing = false;
            if (smooths() && it->second.raw == from)
                it->second.smoothed = std::make_shared<SmoothedSeries>(std::move(fresh));
            Q_EMIT smoothed();
        });
}

QStringList ChartCurves::ids() const {
    QStringList ids;
    for (const auto& [id, curve] : curves_) ids << id;
    return ids;
}

const Series* ChartCurves::shown(const QString& id) const {
    const auto it = curves_.find(id);
    return it == curves_.end() ? nullptr : &it->second.shown(smooths());
}

bool ChartCurves::complete() const {
    return std::none_of(curves_.begin(), curves_.end(), [](const auto& each) { return each.second.smoothing; });
}

std::optional<QCPRange> ChartCurves::keyRange() const {
    std::optional<QCPRange> all;
    for (const auto& [id, curve] : curves_) {
        if (curve.raw->empty()) continue;
        const QCPRange range(curve.raw->x(0), curve.raw->x(curve.raw->size() - 1));
        if (all) all->expand(range);
        else all = range;
    }
    return all;
}

std::vector<CurvePicture> ChartCurves::pictures(bool paper) const {
    std::vector<CurvePicture> pictures;
    pictures.reserve(2 * curves_.size());
    if (smooths()) {
        for (const auto& [id, curve] : curves_) {
            QColor faint = shownColor(curve.style.color, paper);
            faint.setAlpha(75);
            pictures.push_back({*curve.raw, faint, 1, Qt::SolidLine, false});
        }
    }
    for (const auto& [id, curve] : curves_) {
        if (smooths() && !curve.smoothed) continue;
        pictures.push_back({curve.shown(smooths()), shownColor(curve.style.color, paper), 1.6, curve.style.line, true});
    }
    return pictures;
}

std::vector<NamedColor> ChartCurves::names(bool paper) const {
    std::vector<NamedColor> names;
    for (const auto& [id, curve] : curves_) names.push_back({curve.style.name, shownColor(curve.style.color, paper)});
    return names;
}

std::vector<ReadoutPart> ChartCurves::readAt(double key) const {
    std::vector<ReadoutPart> parts;
    for (const auto& [id, curve] : curves_) {
        const Series& series = curve.shown(smooths());
        if (series.empty()) continue;
        const double value = static_cast<double>(series.y(series.nearest(key)));
        parts.push_back({curve.style.name, valueText(value), curve.style.color});
    }
    return parts;
}

std::optional<double> ChartCurves::nearestKey(double key) const {
    for (const auto& [id, curve] : curves_) {
        const Series& series = curve.shown(smooths());
        if (!series.empty()) return series.x(series.nearest(key));
    }
    return std::nullopt;
}

void ChartCurves::addValues(const QCPRange& keys, ValueSpan& all) const {
    const auto add = [&](const Series& series) {
        const auto [first, last] = pointsBetween(series, keys);
        all.add(series.span(first, last));
    };
    for (const auto& [id, curve] : curves_) {
        add(*curve.raw);
        if (smooths() && curve.smoothed) add(curve.smoothed->series());
    }
}

std::optional<QCPRange> ChartCurves::withoutOutliers(const QCPRange& keys, bool positive) const {
    std::vector<float> values;
    for (const CurvePicture& curve : pictures(false)) {
        const Series& series = curve.series;
        const auto [first, last] = pointsBetween(series, keys);
        std::size_t stride = 1;
        while ((last - first) / stride > 512) stride *= 2;
        for (std::size_t i = (first + stride - 1) / stride * stride; i < last; i += stride) {
            const float value = series.y(i);
            if (std::isfinite(value) && (value > 0 || !positive)) values.push_back(value);
        }
    }
    if (values.empty()) return std::nullopt;
    const auto cut = static_cast<std::ptrdiff_t>(values.size() / 100);
    const auto low = values.begin() + cut, high = values.end() - 1 - cut;
    std::nth_element(values.begin(), low, values.end());
    const double lower = static_cast<double>(*low);
    std::nth_element(values.begin(), high, values.end());
    return QCPRange(lower, std::max(lower, static_cast<double>(*high)));
}

QString ChartCurves::csv(const QCPRange& keys) const {
    QString text = "curve,x,value\n";
    for (const auto& [id, curve] : curves_) {
        if (curve.raw->isOutline()) continue;  // its points are still being read
        const QString name = QString::fromStdString(csvField(curve.style.name.toStdString()));
        for (std::size_t i = curve.raw->lowerBound(keys.lower); i < curve.raw->size() && curve.raw->x(i) <= keys.upper;
             ++i) {
            text += name + ',' + QString::fromStdString(formatReal(curve.raw->x(i))) + ',' +
                    QString::fromStdString(formatReal(curve.raw->y(i))) + '\n';
        }
    }
    return text;
}

}  // namespace tritlab
