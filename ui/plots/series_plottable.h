// The one plottable of all charts: a Series drawn as a line where points are sparse, and as one min-max span a pixel column where
// they are dense, so that the cost follows the width of the chart and no spike is lost. Values that are not finite are marked at
// the chart's edge and break the line.
#pragma once

#include <memory>

#include "ui/plots/qcp.h"
#include "ui/plots/series.h"

namespace tritlab {

class SeriesPlottable : public QCPAbstractPlottable {
    Q_OBJECT
public:
    SeriesPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis);
    void setSeries(std::shared_ptr<const Series> series) { series_ = std::move(series); }
    [[nodiscard]] const Series* series() const { return series_.get(); }
    void setMarksNonFinite(bool marks) { marksNonFinite_ = marks; }
    // A polygon of (x, min), (x, max) per column, for tests of what draw() shows. Columns without points have empty spans.
    struct Column {
        double pixel = 0, width = 1;
        ValueSpan span;
    };
    [[nodiscard]] std::vector<Column> columns(double scale) const;

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details = nullptr) const override;
    QCPRange getKeyRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth) const override;
    QCPRange getValueRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth,
                           const QCPRange& inKeyRange = QCPRange()) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter* painter, const QRectF& rect) const override;

private:
    [[nodiscard]] double valuePixel(float value) const;
    void drawLine(QCPPainter* painter, std::size_t first, std::size_t last) const;
    void drawSpans(QCPPainter* painter, double scale) const;
    void drawMarks(QCPPainter* painter, std::size_t first, std::size_t last) const;
    std::shared_ptr<const Series> series_;
    bool marksNonFinite_ = true;
};

}  // namespace tritlab
