// How parallel coordinates look: where axes stand in a picture of some size, and what is painted there, on the screen
// and into files.
#pragma once

#include <QCoreApplication>
#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <vector>

#include "ui/plots/file_head.h"
#include "ui/plots/parallel_runs.h"
#include "ui/plots/raster.h"
#include "ui/theme/theme.h"

class QPainter;

namespace tritlab {

// Where the axes stand. Pixels from the upper left; places as in figure_axis.h.
class ParallelGeometry {
public:
    ParallelGeometry(const std::vector<FigureAxis>& axes, const QSizeF& size);
    static QSize minimumSize(std::size_t axes);
    [[nodiscard]] const QRectF& area() const { return area_; }  // between the uppermost and the lowest place
    [[nodiscard]] double step() const { return step_; }         // from axis to axis
    [[nodiscard]] QPointF pixel(std::size_t axis, double place) const;
    [[nodiscard]] double placeAt(double y) const { return (area_.bottom() - y) / area_.height(); }
    [[nodiscard]] double axisAt(double x) const;  // in axes from the first, with fractions between them

private:
    std::size_t axes_;
    QRectF area_;
    double step_;
};

class ParallelPainter {
    Q_DECLARE_TR_FUNCTIONS(tritlab::ParallelPainter)
public:
    struct Ink {
        PlotColors colors;
        bool dark, paper;
    };
    // Lines take the colour of their group, which `legend` names in files; without a legend, one from how good the run
    // is by the last axis. `runs` and `legend` have to outlive the painter.
    ParallelPainter(const ParallelRuns& runs, const std::vector<NamedColor>& legend, const QFont& font, Ink ink);

    [[nodiscard]] QColor lineColor(std::size_t run) const;
    // All lines as a worker draws them: the pale ones below, then the better the later.
    [[nodiscard]] PictureRequest lines(const QSizeF& size, const ParallelGeometry& at, double scale) const;
    void paintAxes(QPainter& painter, const ParallelGeometry& at) const;
    void paintBest(QPainter& painter, const ParallelGeometry& at) const;
    void paintHovered(QPainter& painter, const ParallelGeometry& at, std::size_t run) const;
    void paintFocus(QPainter& painter, const ParallelGeometry& at, std::size_t axis) const;
    void paintFile(QPainter& painter, const QSizeF& size, double scale) const;  // everything, with the legend below

private:
    void paintLine(QPainter& painter, const ParallelGeometry& at, std::size_t run, const QColor& color,
                   double width) const;
    void paintLines(QPainter& painter, const ParallelGeometry& at) const;
    void paintTicks(QPainter& painter, const ParallelGeometry& at, std::size_t axis) const;
    void paintTitle(QPainter& painter, const ParallelGeometry& at, std::size_t axis) const;
    void paintScale(QPainter& painter, const ParallelGeometry& at) const;
    const ParallelRuns& runs_;
    const std::vector<NamedColor>& legend_;
    QFont font_;
    Ink ink_;
};

}  // namespace tritlab
