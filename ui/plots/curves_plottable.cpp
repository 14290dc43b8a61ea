#include "ui/plots/curves_plottable.h"

#include <cmath>
#include <utility>

#include "ui/services/plot_worker.h"

namespace tritlab {

CurvesPlottable::CurvesPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis,
                                 std::function<std::vector<CurvePicture>()> curves)
    : QCPAbstractPlottable(keyAxis, valueAxis), curves_(std::move(curves)) {
    setSelectable(QCP::stNone);
}

PlotView CurvesPlottable::view() const {
    const QCPRange x = mKeyAxis->range(), y = mValueAxis->range();
    return {x.lower, x.upper, y.lower, y.upper, mValueAxis->scaleType() == QCPAxis::stLogarithmic};
}

PictureRequest CurvesPlottable::request(double scale) const {
    const QSize size = mKeyAxis->axisRect()->rect().size();
    return {
        view(),
        QSize(static_cast<int>(std::ceil(size.width() * scale)), static_cast<int>(std::ceil(size.height() * scale))),
        scale, curves_()};
}

bool CurvesPlottable::exact() const {
    return exact_ && shown_ == view() && shownSize_ == mKeyAxis->axisRect()->rect().size() &&
           picture_.devicePixelRatio() == mParentPlot->bufferDevicePixelRatio();
}

void CurvesPlottable::take(QImage picture, const PlotView& shown, const QSize& size) {
    picture_ = std::move(picture);
    shown_ = shown;
    shownSize_ = size;
    ++fresh_;
}

void CurvesPlottable::prepare(std::function<void()> arrived) {
    if (asked_ || exact()) return;
    asked_ = exact_ = true;  // a change from now on makes it inexact again
    const double scale = mParentPlot->bufferDevicePixelRatio();
    const QSize size = mKeyAxis->axisRect()->rect().size();
    PictureRequest wanted = request(scale);
    const PlotView shown = wanted.view;
    PlotWorker::shared().post(
        this,
        [wanted = std::move(wanted), scale] {
            QImage picture = rasterize(wanted);
            picture.setDevicePixelRatio(scale);
            return picture;
        },
        [this, shown, size, arrived = std::move(arrived)](QImage picture) {
            asked_ = false;
            take(std::move(picture), shown, size);
            arrived();
        });
}

void CurvesPlottable::draw(QCPPainter* painter) {
    if (painter->modes().testFlag(QCPPainter::pmVectorized)) {
        drawVectors(painter);
        return;
    }
    const QRectF rect = mKeyAxis->axisRect()->rect();
    if (painter->modes().testFlag(QCPPainter::pmNoCaching)) {  // into a file
        const double scale = painter->device()->devicePixelRatioF() * std::max(1.0, painter->transform().m11());
        QImage picture = rasterize(request(scale));
        painter->drawImage(rect, picture);
        return;
    }
    if (picture_.isNull() || shown_.logarithmic != view().logarithmic) return;
    if (shown_ == view() && shownSize_ == rect.size().toSize()) {
        painter->drawImage(rect.topLeft(), picture_);
        return;
    }
    // Where the old picture lies in the new view, cut to what is seen.
    const double left = mKeyAxis->coordToPixel(shown_.xLower), right = mKeyAxis->coordToPixel(shown_.xUpper);
    const double top = mValueAxis->coordToPixel(shown_.yUpper), bottom = mValueAxis->coordToPixel(shown_.yLower);
    const QRectF whole(left, top, right - left, bottom - top), seen = whole.intersected(rect);
    if (!(seen.width() > 0.5) || !(seen.height() > 0.5) || whole.width() < 1 || whole.height() < 1) return;
    const double perX = picture_.width() / whole.width(), perY = picture_.height() / whole.height();
    const QRectF source((seen.left() - left) * perX, (seen.top() - top) * perY, seen.width() * perX,
                        seen.height() * perY);
    if (source.width() < 8 || source.height() < 8) return;  // blown up from a few pixels it would tell nothing
    const double scale = picture_.devicePixelRatio();
    QImage moved = stretched(picture_, source, (seen.size() * scale).toSize());
    moved.setDevicePixelRatio(scale);
    painter->drawImage(seen.topLeft(), moved);
}

void CurvesPlottable::drawVectors(QCPPainter* painter) const {
    constexpr double columnsPerPixel = 4;
    const QRectF rect = mKeyAxis->axisRect()->rect();
    const PictureRequest wanted = request(1);
    const PixelMap map(wanted.view, rect.width(), rect.height()),
        fine(wanted.view, rect.width() * columnsPerPixel, rect.height());
    painter->save();
    painter->translate(rect.topLeft());
    painter->setAntialiasing(true);
    for (const CurvePicture& curve : wanted.curves) {
        const Series& series = curve.series;
        std::size_t first = series.lowerBound(wanted.view.xLower), last = series.lowerBound(wanted.view.xUpper);
        first -= first > 0 ? 1 : 0;
        last = std::min(last + 2, series.size());
        painter->setPen(QPen(curve.color, curve.width, curve.style, Qt::RoundCap, Qt::RoundJoin));
        painter->setBrush(Qt::NoBrush);
        QPolygonF line;
        const auto flush = [&] {
            if (line.size() > 1) painter->drawPolyline(line);
            else if (line.size() == 1) painter->drawPoint(line.first());
            line.clear();
        };
        if (static_cast<double>(last - first) <= 2 * columnsPerPixel * rect.width()) {
            for (std::size_t i = first; i < last; ++i) {
                if (std::isfinite(series.y(i))) line << QPointF(map.x(series.x(i)), map.y(series.y(i)));
                else flush();
            }
        } else {
            double column = 0;
            for (const ColumnSpan& span : columnSpans(series, fine, static_cast<int>(fine.width()))) {
                const double x = (column++ + 0.5) / columnsPerPixel;
                if (span.empty()) flush();
                else line << QPointF(x, span.top) << QPointF(x, span.bottom);
            }
        }
        flush();
        if (!curve.marks) continue;
        painter->setPen(QPen(curve.color, 1.5));
        for (const std::size_t i : series.nonFinite(first, last)) {
            const double x = map.x(series.x(i));
            if (x < 0 || x > rect.width()) continue;
            painter->drawLine(QLineF(x - 3.5, 2.5, x + 3.5, 9.5));
            painter->drawLine(QLineF(x - 3.5, 9.5, x + 3.5, 2.5));
        }
    }
    painter->restore();
}

double CurvesPlottable::selectTest(const QPointF&, bool, QVariant*) const { return -1; }

QCPRange CurvesPlottable::getKeyRange(bool& foundRange, QCP::SignDomain) const {
    std::optional<QCPRange> all;
    for (const CurvePicture& curve : curves_()) {
        if (curve.series.empty()) continue;
        const QCPRange range(curve.series.x(0), curve.series.x(curve.series.size() - 1));
        if (all) all->expand(range);
        else all = range;
    }
    foundRange = all.has_value();
    return all.value_or(QCPRange());
}

QCPRange CurvesPlottable::getValueRange(bool& foundRange, QCP::SignDomain inSignDomain,
                                        const QCPRange& inKeyRange) const {
    ValueSpan all;
    const bool whole = inKeyRange == QCPRange();
    for (const CurvePicture& curve : curves_()) {
        const Series& series = curve.series;
        // upper end included: the newest point lies exactly on it
        all.add(whole ? series.span(0, series.size())
                      : series.span(series.lowerBound(inKeyRange.lower),
                                    series.lowerBound(std::nextafter(inKeyRange.upper, 1e300))));
    }
    const bool positive = inSignDomain == QCP::sdPositive;
    foundRange = !all.empty() && (!positive || all.highest > 0);
    if (!foundRange) return {};
    return {static_cast<double>(positive ? all.positive : all.lowest), static_cast<double>(all.highest)};
}

}  // namespace tritlab
