#include "ui/plots/band_plottable.h"

#include <algorithm>
#include <cmath>

namespace tritlab {

BandPlottable::BandPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPAbstractPlottable(keyAxis, valueAxis) {
    setSelectable(QCP::stNone);
    setPen(Qt::NoPen);
}

void BandPlottable::setBand(std::shared_ptr<const Series> min, std::shared_ptr<const Series> max) {
    min_ = std::move(min);
    max_ = std::move(max);
}

QCPRange BandPlottable::getKeyRange(bool& foundRange, QCP::SignDomain) const {
    foundRange = min_ && !min_->empty();
    return foundRange ? QCPRange(min_->x(0), min_->x(min_->size() - 1)) : QCPRange();
}

QCPRange BandPlottable::getValueRange(bool& foundRange, QCP::SignDomain, const QCPRange& inKeyRange) const {
    foundRange = false;
    if (!min_ || !max_) return {};
    const bool all = inKeyRange == QCPRange();
    const std::size_t first = all ? 0 : min_->lowerBound(inKeyRange.lower);
    const std::size_t last = all ? min_->size() : min_->lowerBound(std::nextafter(inKeyRange.upper, HUGE_VAL));
    if (first >= last) return {};
    const ValueSpan low = min_->span(first, last), high = max_->span(first, last);
    foundRange = true;  // the edges hold finite values alone
    return QCPRange(static_cast<double>(low.lowest), static_cast<double>(high.highest));
}

QPolygonF BandPlottable::outline() const {
    const QCPAxis *keys = keyAxis(), *values = valueAxis();
    const QCPRange range = keys->range();
    // Same x in both: one index serves them. One point beyond each edge, so that the band runs out of the picture.
    std::size_t first = min_->lowerBound(range.lower), last = min_->lowerBound(std::nextafter(range.upper, HUGE_VAL));
    first -= first > 0 ? 1 : 0;
    last += last < min_->size() ? 1 : 0;
    const auto pixel = [values](float value) {
        const double at = values->coordToPixel(static_cast<double>(value));
        return std::isfinite(at) ? std::clamp(at, -1e6, 1e6) : 1e6;  // below what a logarithmic axis can show
    };
    QPolygonF upper, lower;
    const auto columns = static_cast<std::size_t>(std::max(keyAxis()->axisRect()->width(), 1));
    if (last - first <= 2 * columns) {
        for (std::size_t i = first; i < last; ++i) {
            upper << QPointF(keys->coordToPixel(min_->x(i)), pixel(max_->y(i)));
            lower << QPointF(upper.last().x(), pixel(min_->y(i)));
        }
    } else {
        const double left = keys->coordToPixel(range.lower);
        for (std::size_t column = 0; column < columns; ++column) {
            const double from = keys->pixelToCoord(left + static_cast<double>(column));
            const double to = keys->pixelToCoord(left + static_cast<double>(column + 1));
            const std::size_t begin = min_->lowerBound(from), end = min_->lowerBound(to);
            if (begin >= end) continue;
            const double x = left + static_cast<double>(column) + 0.5;
            upper << QPointF(x, pixel(max_->span(begin, end).highest));
            lower << QPointF(x, pixel(min_->span(begin, end).lowest));
        }
    }
    for (auto it = lower.rbegin(); it != lower.rend(); ++it) upper << *it;
    return upper;
}

void BandPlottable::draw(QCPPainter* painter) {
    if (!min_ || !max_ || min_->empty() || max_->size() != min_->size()) return;
    painter->setPen(Qt::NoPen);
    painter->setBrush(mBrush);
    painter->drawPolygon(outline());
}

}  // namespace tritlab
