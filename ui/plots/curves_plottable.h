// The one plottable of all charts: all curves of a chart in one picture that a worker makes; draw() only puts it there.
// While the view has moved on, the old picture is shown moved and scaled, and a fresh one is on its way. Into files it
// draws at once: vectors into a PDF, an exact picture elsewhere.
#pragma once

#include <functional>
#include <optional>

#include "ui/plots/qcp.h"
#include "ui/plots/raster.h"

namespace tritlab {

class CurvesPlottable : public QCPAbstractPlottable {
    Q_OBJECT
public:
    CurvesPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis, std::function<std::vector<CurvePicture>()> curves);
    // The curves (or their colours, or points) have changed: the picture is no longer exact.
    void curvesChanged() { exact_ = false; }
    // Whether the picture shows the present curves in the present view and size.
    [[nodiscard]] bool exact() const;
    // Asks the worker for a fresh picture where it is needed and none is on its way; `arrived` is called when it is
    // there.
    void prepare(std::function<void()> arrived);
    [[nodiscard]] quint64 freshPictures() const { return fresh_; }
    [[nodiscard]] PlotView view() const;

    double selectTest(const QPointF& pos, bool onlySelectable, QVariant* details = nullptr) const override;
    QCPRange getKeyRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth) const override;
    QCPRange getValueRange(bool& foundRange, QCP::SignDomain inSignDomain = QCP::sdBoth,
                           const QCPRange& inKeyRange = QCPRange()) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    [[nodiscard]] PictureRequest request(double scale) const;
    void take(QImage picture, const PlotView& shown, const QSize& size);
    void drawVectors(QCPPainter* painter) const;
    std::function<std::vector<CurvePicture>()> curves_;
    QImage picture_;
    PlotView shown_;
    QSize shownSize_;
    bool exact_ = false, asked_ = false;
    quint64 fresh_ = 0;
};

}  // namespace tritlab
