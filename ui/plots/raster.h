// Curves as a picture, made on a worker: each pixel column holds what the whole line covers in it, every point
// included, so that the cost follows the width and no spike is lost. A few points are drawn as an antialiased line
// instead. Qt's painter is used on a QImage alone, which any thread may do.
#pragma once

#include <QColor>
#include <QImage>
#include <QRectF>
#include <QSize>
#include <functional>
#include <vector>

#include "ui/models/series.h"

namespace tritlab {

struct PlotView {
    double xLower = 0, xUpper = 1, yLower = 0, yUpper = 1;
    bool logarithmic = false;  // y
    bool operator==(const PlotView&) const = default;
};

struct CurvePicture {
    Series series;  // a copy shares its points
    QColor color;
    double width = 1.6;  // of the line, in pixels before scaling
    Qt::PenStyle style = Qt::SolidLine;
    bool marks = true;  // crosses at the upper edge where values are not finite
};

struct PictureRequest {
    PlotView view;
    QSize pixels;                      // device pixels
    double scale = 1;                  // device pixels a pixel
    std::vector<CurvePicture> curves;  // from the bottom up
};

// What a line covers in one column, in device pixels from the top: of values, not of the pen. NaN: nothing.
struct ColumnSpan {
    double top, bottom;
    [[nodiscard]] bool empty() const { return !(top <= bottom); }
};

// Maps a view onto pixels.
class PixelMap {
public:
    PixelMap(const PlotView& view, double width, double height);
    [[nodiscard]] double x(double key) const { return (key - view_.xLower) * perX_; }
    [[nodiscard]] double key(double pixel) const { return view_.xLower + pixel / perX_; }
    [[nodiscard]] double y(float value) const;  // a value without a place on a logarithmic axis lies below the picture
    [[nodiscard]] double width() const { return width_; }

private:
    PlotView view_;
    double width_, height_, perX_, top_, perY_;
};

// One span a column; columns between two points are crossed by the line that joins them, unless a value there is not
// finite.
std::vector<ColumnSpan> columnSpans(const Series& series, const PixelMap& map, int columns);

// Format_ARGB32_Premultiplied, transparent where no curve is. `cancelled` is asked between curves.
QImage rasterize(const PictureRequest& request, const std::function<bool()>& cancelled = {});

// `source` of the picture (in its pixels, inside it) at another size, each pixel from its nearest: what is shown for
// the moment until a fresh picture is there. Qt's painter would interpolate, some milliseconds a chart, and wait for
// its own threads.
QImage stretched(const QImage& picture, const QRectF& source, const QSize& size);

// Where the line is drawn point by point and not by columns.
bool fewPoints(std::size_t points, double columns, std::size_t curves);

}  // namespace tritlab
