#include "ui/plots/series_plottable.h"

#include <algorithm>
#include <cmath>

namespace tritlab {

SeriesPlottable::SeriesPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis) : QCPAbstractPlottable(keyAxis, valueAxis) {
    setSelectable(QCP::stNone);
}

double SeriesPlottable::valuePixel(float value) const {
    const QRect rect = mValueAxis->axisRect()->rect();
    // A logarithmic axis has no place for 0 and below: the line leaves the chart at the bottom.
    if (mValueAxis->scaleType() == QCPAxis::stLogarithmic && value <= 0) return rect.bottom() + 20;
    const double pixel = mValueAxis->coordToPixel(static_cast<double>(value));
    return std::clamp(pixel, rect.top() - 4000.0, rect.bottom() + 4000.0);
}

std::vector<SeriesPlottable::Column> SeriesPlottable::columns(double scale) const {
    std::vector<Column> result;
    const QRect rect = mKeyAxis->axisRect()->rect();
    const int count = static_cast<int>(std::ceil(rect.width() * scale));
    result.reserve(static_cast<std::size_t>(std::max(count, 0)));
    std::size_t begin = series_->lowerBound(mKeyAxis->pixelToCoord(rect.left()));
    for (int i = 0; i < count; ++i) {
        const double left = rect.left() + i / scale;
        const std::size_t end = std::max(begin, series_->lowerBound(mKeyAxis->pixelToCoord(left + 1 / scale)));
        result.push_back({left, 1 / scale, series_->span(begin, end)});
        begin = end;
    }
    return result;
}

void SeriesPlottable::draw(QCPPainter* painter) {
    if (!series_ || series_->empty()) return;
    const QCPRange range = mKeyAxis->range();
    std::size_t first = series_->lowerBound(range.lower), last = series_->lowerBound(range.upper);
    if (first > 0) --first;  // one point beyond each edge, so that the line runs out of the picture
    last = std::min(last + 2, series_->size());
    const bool vector = painter->modes().testFlag(QCPPainter::pmVectorized);
    const double scale = vector ? 4 : mParentPlot->bufferDevicePixelRatio();
    if (static_cast<double>(last - first) <= 2.0 * mKeyAxis->axisRect()->width() * scale) drawLine(painter, first, last);
    else drawSpans(painter, scale);
    if (marksNonFinite_) drawMarks(painter, first, last);
}

void SeriesPlottable::drawLine(QCPPainter* painter, std::size_t first, std::size_t last) const {
    applyDefaultAntialiasingHint(painter);
    painter->setPen(mPen);
    painter->setBrush(Qt::NoBrush);
    QPolygonF line;
    const auto flush = [&] {
        if (line.size() == 1) {
            painter->setBrush(mPen.color());
            painter->drawEllipse(line.first(), mPen.widthF() * 0.9, mPen.widthF() * 0.9);
            painter->setBrush(Qt::NoBrush);
        } else if (line.size() > 1) {
            painter->drawPolyline(line);
        }
        line.clear();
    };
    for (std::size_t i = first; i < last; ++i) {
        if (std::isfinite(series_->y(i))) line << QPointF(mKeyAxis->coordToPixel(series_->x(i)), valuePixel(series_->y(i)));
        else flush();
    }
    flush();
}

void SeriesPlottable::drawSpans(QCPPainter* painter, double scale) const {
    const double least = std::max(1.0 / scale, mPen.widthF() * 0.85);
    QVector<QRectF> spans;
    bool joined = false;
    double previousTop = 0, previousBottom = 0;
    for (const Column& column : columns(scale)) {
        if (column.span.empty) continue;
        double top = valuePixel(column.span.highest), bottom = valuePixel(column.span.lowest);
        const double ownTop = top, ownBottom = bottom;
        if (joined) {  // spans of neighbours touch, as the line between them would
            top = std::min(top, previousBottom);
            bottom = std::max(bottom, previousTop);
        }
        if (bottom - top < least) {
            const double middle = (top + bottom) / 2;
            top = middle - least / 2;
            bottom = middle + least / 2;
        }
        spans << QRectF(column.pixel, top, column.width, bottom - top);
        previousTop = ownTop;
        previousBottom = ownBottom;
        joined = true;
    }
    painter->setAntialiasing(false);
    painter->setPen(Qt::NoPen);
    painter->setBrush(mPen.color());
    painter->drawRects(spans);
}

void SeriesPlottable::drawMarks(QCPPainter* painter, std::size_t first, std::size_t last) const {
    const auto& all = series_->nonFinite();
    auto it = std::lower_bound(all.begin(), all.end(), first);
    const QRect rect = mKeyAxis->axisRect()->rect();
    painter->setAntialiasing(true);
    painter->setPen(QPen(mPen.color(), 1.5));
    double previous = -1e9;
    for (; it != all.end() && *it < last; ++it) {
        const double x = mKeyAxis->coordToPixel(series_->x(*it));
        if (x < rect.left() || x > rect.right() || x - previous < 4) continue;
        previous = x;
        const double y = rect.top() + 6;
        painter->drawLine(QLineF(x - 3.5, y - 3.5, x + 3.5, y + 3.5));
        painter->drawLine(QLineF(x - 3.5, y + 3.5, x + 3.5, y - 3.5));
    }
}

void SeriesPlottable::drawLegendIcon(QCPPainter* painter, const QRectF& rect) const {
    painter->setPen(mPen);
    painter->drawLine(QLineF(rect.left(), rect.center().y(), rect.right(), rect.center().y()));
}

double SeriesPlottable::selectTest(const QPointF&, bool, QVariant*) const { return -1; }

QCPRange SeriesPlottable::getKeyRange(bool& foundRange, QCP::SignDomain) const {
    foundRange = series_ && !series_->empty();
    return foundRange ? QCPRange(series_->x(0), series_->x(series_->size() - 1)) : QCPRange();
}

QCPRange SeriesPlottable::getValueRange(bool& foundRange, QCP::SignDomain inSignDomain, const QCPRange& inKeyRange) const {
    foundRange = false;
    if (!series_ || series_->empty()) return {};
    const bool all = inKeyRange == QCPRange();
    const std::size_t first = all ? 0 : series_->lowerBound(inKeyRange.lower);
    // upper end included: the newest point lies exactly on it
    const std::size_t last = all ? series_->size() : series_->lowerBound(std::nextafter(inKeyRange.upper, 1e300));
    const ValueSpan span = series_->span(first, last);
    if (span.empty) return {};
    double lowest = static_cast<double>(span.lowest);
    if (inSignDomain == QCP::sdPositive) {
        lowest = static_cast<double>(series_->smallestPositive(first, last));
        if (lowest <= 0) return {};
    }
    foundRange = true;
    return {lowest, static_cast<double>(span.highest)};
}

}  // namespace tritlab
