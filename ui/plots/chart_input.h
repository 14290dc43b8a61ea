// What mouse and keyboard do in a chart. Dragging picks a range of x, Shift- or middle-drag pans, the wheel zooms at
// the cursor, a double click shows everything and follows again. By keyboard: Left and Right pan, Up and Down (or + and
// -) zoom, Home follows again, Alt with Left and Right moves the crosshair, Escape takes it away. Nothing is changed
// here but the rubber band: what the person wants is told by signals.
#pragma once

#include <QObject>
#include <optional>

#include "ui/plots/qcp.h"

namespace tritlab {

class ChartInput : public QObject {
    Q_OBJECT
public:
    // The rubber band is drawn on `layer` of the plot. Lives as long as the plot.
    ChartInput(QCustomPlot* plot, const QString& layer);
    // An event of the plot that it tells by no signal of its own: keys, the menu, the pointer leaves. True: no more is
    // to be done about it.
    bool handle(QEvent* event);
    void setColor(const QColor& selection);
    // Where the crosshair is: the keyboard moves it from there and zooms about it.
    void setCrosshair(std::optional<double> x) { crosshair_ = x; }

Q_SIGNALS:
    void rangePicked(const QCPRange& range);
    void followPicked();
    void crosshairMoved(double x);
    void crosshairLeft();
    void menuWanted(const QPoint& global);

private:
    void onMousePress(QMouseEvent* event);
    void onMouseMove(QMouseEvent* event);
    void onMouseRelease(QMouseEvent* event);
    void onWheel(QWheelEvent* event);
    bool onKey(QKeyEvent* event);
    void zoom(double factor, double at);
    QCustomPlot* plot_;
    QString layer_;
    QCPItemRect* band_;
    std::optional<double> crosshair_;
    std::optional<int> dragFrom_, panFrom_;  // pixels
    QCPRange panRange_;                      // of x, where panning began
};

}  // namespace tritlab
