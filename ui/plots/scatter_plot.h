// A point for each run over two of its figures. The pointer names the nearest run, a click picks it; by keyboard Left
// and Right go from point to point, Enter picks.
#pragma once

#include <QWidget>
#include <vector>

#include "ui/models/figure_axis.h"
#include "ui/plots/file_head.h"
#include "ui/plots/qcp.h"

namespace tritlab {

class ScatterDots;
class ValueBox;
struct PlotColors;

class ScatterPlot : public QWidget {
    Q_OBJECT
public:
    explicit ScatterPlot(QWidget* parent = nullptr);
    struct Look {
        bool logX = false, logY = false;
        std::vector<NamedColor> legend;  // above the axes in files
    };
    void setData(std::vector<PlottedRun> runs, FigureAxis x, FigureAxis y, const Look& look);
    [[nodiscard]] std::size_t shown() const;                      // points that are drawn
    [[nodiscard]] int withoutFigure() const { return without_; }  // runs that lack one of the two
    [[nodiscard]] int offLogAxis() const { return offLog_; }      // not above 0, where an axis is logarithmic
    [[nodiscard]] QPoint pixelOf(const QString& run) const;       // in plot(); null where the run is not drawn
    [[nodiscard]] QString hovered() const;                        // the run under pointer or keyboard
    [[nodiscard]] QCustomPlot* plot() const { return plot_; }
    QPixmap picture(int width, int height, double scale = 1);
    bool savePdf(const QString& path, int width, int height);

Q_SIGNALS:
    void picked(const QString& run);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void setAxis(QCPAxis* axis, const FigureAxis& figure, bool logarithmic);
    void applyColors(const PlotColors& colors);
    void point(int dot);  // below 0: none
    [[nodiscard]] int nearest(const QPointF& pixel) const;
    bool onKey(QKeyEvent* event);
    std::vector<PlottedRun> runs_;
    FigureAxis x_, y_;
    Look look_;
    int without_ = 0, offLog_ = 0, pointed_ = -1;
    QCustomPlot* plot_;
    ScatterDots* dots_;
    QCPItemEllipse* ring_;
    ValueBox* box_;
};

}  // namespace tritlab
