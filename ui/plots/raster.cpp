#include "ui/plots/raster.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace tritlab {

PixelMap::PixelMap(const PlotView& view, double width, double height)
    : view_(view), width_(width), height_(height), perX_(width / (view.xUpper - view.xLower)) {
    const double low = view.logarithmic ? std::log(view.yLower) : view.yLower,
                 high = view.logarithmic ? std::log(view.yUpper) : view.yUpper;
    top_ = high;
    perY_ = height / (high - low);
}

double PixelMap::y(float value) const {
    if (view_.logarithmic && value <= 0) return height_ + 20;
    const double v = view_.logarithmic ? std::log(static_cast<double>(value)) : static_cast<double>(value);
    return std::clamp((top_ - v) * perY_, -4000.0, height_ + 4000.0);
}

bool fewPoints(std::size_t points, double columns, std::size_t curves) {
    return static_cast<double>(points) <=
           std::min(columns / 2, 3000.0 / static_cast<double>(std::max<std::size_t>(curves, 1)));
}

std::vector<ColumnSpan> columnSpans(const Series& series, const PixelMap& map, int columns) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    std::vector<ColumnSpan> spans(static_cast<std::size_t>(std::max(columns, 0)), ColumnSpan{none, none});
    std::size_t begin = series.lowerBound(map.key(0));
    const auto include = [](ColumnSpan& span, double y) {
        if (span.empty()) span = {y, y};
        span.top = std::min(span.top, y);
        span.bottom = std::max(span.bottom, y);
    };
    // Where the line between points i - 1 and i crosses a column's edge.
    const auto crossing = [&](ColumnSpan& span, std::size_t i, double pixel) {
        if (i == 0 || i >= series.size()) return;
        const float a = series.y(i - 1), b = series.y(i);
        if (!std::isfinite(a) || !std::isfinite(b)) return;
        const double xa = map.x(series.x(i - 1)), xb = map.x(series.x(i)), ya = map.y(a), yb = map.y(b);
        const double part = xb > xa ? std::clamp((pixel - xa) / (xb - xa), 0.0, 1.0) : 0.0;
        include(span, ya + (yb - ya) * part);
    };
    for (std::size_t column = 0; column < spans.size(); ++column) {
        const auto left = static_cast<double>(column);
        const std::size_t end = series.lowerBoundAfter(begin, map.key(left + 1));
        ColumnSpan& span = spans[column];
        if (end > begin) {
            const ValueSpan values = series.span(begin, end);
            if (!values.empty()) {
                include(span, map.y(values.highest));
                include(span, map.y(values.lowest));
            }
        } else if (begin >= series.size()) {
            break;
        }
        crossing(span, begin, left);
        crossing(span, end, left + 1);
        begin = end;
    }
    return spans;
}

namespace {

// Source over destination, both premultiplied; `alpha` (0..255) scales the source.
inline quint32 scaled(quint32 pixel, quint32 alpha) {
    const quint32 rb = ((pixel & 0xff00ff) * alpha + 0x800080) >> 8 & 0xff00ff;
    const quint32 ag = ((pixel >> 8 & 0xff00ff) * alpha + 0x800080) & 0xff00ff00;
    return rb | ag;
}
// What shines through is rounded down: rounded up, the sum could pass 255 and run over into the next channel.
inline quint32 over(quint32 source, quint32 destination) {
    const quint32 rest = 256 - (source >> 24);
    const quint32 rb = (destination & 0xff00ff) * rest >> 8 & 0xff00ff,
                  ag = (destination >> 8 & 0xff00ff) * rest & 0xff00ff00;
    return source + rb + ag;
}

void blend(quint32* pixel, quint32 source, double coverage) {
    if (coverage <= 0) return;
    const auto part = static_cast<quint32>(std::min(coverage, 1.0) * 256);
    *pixel = over(scaled(source, part), *pixel);
}

void drawColumns(QImage& image, const CurvePicture& curve, const std::vector<ColumnSpan>& spans, double scale) {
    const quint32 source = qPremultiply(curve.color.rgba());
    const bool opaque = source >> 24 == 255;
    const double half = std::max(curve.width * scale, 1.0) / 2;
    const int height = image.height();
    const auto stride = static_cast<std::ptrdiff_t>(image.bytesPerLine() / 4);
    auto* bits = reinterpret_cast<quint32*>(image.bits());
    const bool dotted = curve.style == Qt::DotLine, solid = curve.style == Qt::SolidLine;
    const int dash = static_cast<int>((dotted ? 2 : 6) * scale), period = static_cast<int>((dotted ? 5 : 10) * scale);
    for (std::size_t column = 0; column < spans.size(); ++column) {
        if (spans[column].empty() || (!solid && static_cast<int>(column) % period >= dash)) continue;
        const double top = std::max(spans[column].top - half, 0.0),
                     bottom = std::min(spans[column].bottom + half, static_cast<double>(height));
        if (bottom <= top) continue;
        quint32* const base = bits + column;
        const int firstRow = static_cast<int>(top), lastRow = std::min(static_cast<int>(bottom), height - 1);
        if (firstRow == lastRow) {
            blend(base + firstRow * stride, source, bottom - top);
            continue;
        }
        blend(base + firstRow * stride, source, firstRow + 1 - top);
        quint32* pixel = base + (firstRow + 1) * stride;
        if (opaque) {
            for (int row = firstRow + 1; row < lastRow; ++row, pixel += stride) *pixel = source;
        } else {
            for (int row = firstRow + 1; row < lastRow; ++row, pixel += stride) *pixel = over(source, *pixel);
        }
        blend(base + lastRow * stride, source, bottom - lastRow);
    }
}

void drawPolyline(QPainter& painter, const Series& series, const PixelMap& map, std::size_t first, std::size_t last) {
    QPolygonF line;
    const double dot = painter.pen().widthF() * 0.9;
    const auto flush = [&] {
        if (line.size() == 1) {
            painter.setBrush(painter.pen().color());
            painter.drawEllipse(line.first(), dot, dot);
            painter.setBrush(Qt::NoBrush);
        } else if (line.size() > 1) {
            painter.drawPolyline(line);
        }
        line.clear();
    };
    for (std::size_t i = first; i < last; ++i) {
        if (std::isfinite(series.y(i))) line << QPointF(map.x(series.x(i)), map.y(series.y(i)));
        else flush();
    }
    flush();
}

void drawMarks(QPainter& painter, const CurvePicture& curve, const PixelMap& map, double scale) {
    const Series& series = curve.series;
    const std::size_t first = series.lowerBound(map.key(0)), last = series.lowerBound(map.key(map.width()));
    painter.setPen(QPen(curve.color, 1.5 * scale));
    const double arm = 3.5 * scale, y = 6 * scale;
    double previous = -1e9;
    for (const std::size_t i : series.nonFinite(first, last)) {
        const double x = map.x(series.x(i));
        if (x - previous < 4 * scale) continue;
        previous = x;
        painter.drawLine(QLineF(x - arm, y - arm, x + arm, y + arm));
        painter.drawLine(QLineF(x - arm, y + arm, x + arm, y - arm));
    }
}

}  // namespace

QImage rasterize(const PictureRequest& request, const std::function<bool()>& cancelled) {
    QImage image(request.pixels, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    if (image.isNull() || !(request.view.xUpper > request.view.xLower) || !(request.view.yUpper > request.view.yLower))
        return image;
    const PixelMap map(request.view, image.width(), image.height());
    for (const CurvePicture& curve : request.curves) {
        if (cancelled && cancelled()) return {};
        const Series& series = curve.series;
        if (series.empty()) continue;
        // One point beyond each edge, so that the line runs out of the picture.
        std::size_t first = series.lowerBound(request.view.xLower), last = series.lowerBound(request.view.xUpper);
        first -= first > 0 ? 1 : 0;
        last = std::min(last + 2, series.size());
        if (fewPoints(last - first, image.width(), request.curves.size())) {
            QPainter painter(&image);
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(QPen(curve.color, curve.width * request.scale, curve.style, Qt::RoundCap, Qt::RoundJoin));
            drawPolyline(painter, series, map, first, last);
        } else {
            drawColumns(image, curve, columnSpans(series, map, image.width()), request.scale);
        }
        if (curve.marks) {
            QPainter painter(&image);
            painter.setRenderHint(QPainter::Antialiasing);
            drawMarks(painter, curve, map, request.scale);
        }
    }
    return image;
}

QImage stretched(const QImage& picture, const QRectF& source, const QSize& size) {
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    if (image.isNull()) return image;
    // The pixel under each one's middle.
    const auto places = [](double first, double length, int count, int limit) {
        std::vector<int> from(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            from[static_cast<std::size_t>(i)] =
                std::clamp(static_cast<int>(first + (i + 0.5) * length / count), 0, limit - 1);
        return from;
    };
    const std::vector<int> columns = places(source.left(), source.width(), size.width(), picture.width());
    const std::vector<int> rows = places(source.top(), source.height(), size.height(), picture.height());
    for (int y = 0; y < size.height(); ++y) {
        const int from = rows[static_cast<std::size_t>(y)];
        auto* line = reinterpret_cast<quint32*>(image.scanLine(y));
        if (y > 0 && from == rows[static_cast<std::size_t>(y) - 1]) {
            std::copy_n(reinterpret_cast<const quint32*>(image.constScanLine(y - 1)), size.width(), line);
            continue;
        }
        const auto* pixels = reinterpret_cast<const quint32*>(picture.constScanLine(from));
        for (const int column : columns) *line++ = pixels[column];
    }
    return image;
}

}  // namespace tritlab
