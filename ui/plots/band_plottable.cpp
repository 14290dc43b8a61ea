#include "ui/plots/band_plottable.h"

#include <algorithm>
#include <cmath>

namespace tritlab {

BandPlottable::BandPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPAbstractPlottable(keyAxis, valueAxis) {
    setSelectable(QCP::stNone);
    setPen(Qt::NoPen);
}

void BandPlottable::setBand(std::shared_ptr<const Series> least, std::shared_ptr<const Series> most) {
    least_ = std::move(least);
    most_ = std::move(most);
}

QCPRange BandPlottable::getKeyRange(bool& foundRange, QCP::SignDomain) const {
    foundRange = least_ && !least_->empty();
    return foundRange ? QCPRange(least_->x(0), least_->x(least_->size() - 1)) : QCPRange();
}

QCPRange BandPlottable::getValueRange(bool& foundRange, QCP::SignDomain, const QCPRange& inKeyRange) const {
    foundRange = false;
    if (!least_ || !most_) return {};
    const bool all = inKeyRange == QCPRange();
    const std::size_t first = all ? 0 : least_->lowerBound(inKeyRange.lower);
    const std::size_t last = all ? least_->size() : least_->lowerBound(std::nextafter(inKeyRange.upper, HUGE_VAL));
    if (first >= last) return {};
    const ValueSpan low = least_->span(first, last), high = most_->span(first, last);
    foundRange = true;  // the edges hold finite values alone
    return QCPRange(static_cast<double>(low.lowest), static_cast<double>(high.highest));
}

QPolygonF BandPlottable::outline() const {
    const QCPAxis *keys = keyAxis(), *values = valueAxis();
    const QCPRange range = keys->range();
    // Same x in both: one index serves them. One point beyond each edge, so that the band runs out of the picture.
    std::size_t first = least_->lowerBound(range.lower), last = least_->lowerBound(std::nextafter(range.upper, HUGE_VAL));
    first -= first > 0 ? 1 : 0;
    last += last < least_->size() ? 1 : 0;
    const auto pixel = [values](float value) {
        const double at = values->coordToPixel(static_cast<double>(value));
        return std::isfinite(at) ? std::clamp(at, -1e6, 1e6) : 1e6;  // below what a logarithmic axis can show
    };
    QPolygonF upper, lower;
    const auto columns = static_cast<std::size_t>(std::max(keyAxis()->axisRect()->width(), 1));
    if (last - first <= 2 * columns) {
        for (std::size_t i = first; i < last; ++i) {
            upper << QPointF(keys->coordToPixel(least_->x(i)), pixel(most_->y(i)));
            lower << QPointF(upper.last().x(), pixel(least_->y(i)));
        }
    } else {
        const double left = keys->coordToPixel(range.lower);
        for (std::size_t column = 0; column < columns; ++column) {
            const double from = keys->pixelToCoord(left + static_cast<double>(column));
            const double to = keys->pixelToCoord(left + static_cast<double>(column + 1));
            const std::size_t begin = least_->lowerBound(from), end = least_->lowerBound(to);
            if (begin >= end) continue;
            const double x = left + static_cast<double>(column) + 0.5;
            upper << QPointF(x, pixel(most_->span(begin, end).highest));
            lower << QPointF(x, pixel(least_->span(begin, end).lowest));
        }
    }
    for (auto it = lower.rbegin(); it != lower.rend(); ++it) upper << *it;
    return upper;
}

void BandPlottable::draw(QCPPainter* painter) {
    if (!least_ || !most_ || least_->empty() || most_->size() != least_->size()) return;
    painter->setPen(Qt::NoPen);
    painter->setBrush(mBrush);
    painter->drawPolygon(outline());
}

}  // namespace tritlab
