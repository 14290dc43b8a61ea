// Parallel coordinates: an axis for each figure, a line across them for each run. Dragging on an axis brushes a stretch
// of it; the runs that lie in all brushes stay, the others go pale. A double click on an axis, or Escape, takes its
// brush away. By keyboard: Left and Right choose an axis, Up and Down make and move its brush, with Shift its upper
// edge, with Ctrl its lower one; Page Up and Page Down go through the runs that are left, Enter picks. A worker draws
// the lines into a picture, anew only when they change.
#pragma once

#include <QImage>
#include <QWidget>
#include <optional>
#include <vector>

#include "ui/plots/parallel_painter.h"
#include "ui/plots/parallel_runs.h"

namespace tritlab {

class ValueBox;

class ParallelPlot : public QWidget {
    Q_OBJECT
public:
    explicit ParallelPlot(QWidget* parent = nullptr);
    // Lines take the colour of their group, which `legend` names in files; without a legend, one from how good the run
    // is by the last axis.
    void setData(std::vector<PlottedRun> runs, std::vector<FigureAxis> axes, std::vector<NamedColor> legend);
    [[nodiscard]] const Brushes& brushes() const { return runs_.brushes(); }
    void clearBrushes();
    [[nodiscard]] const std::vector<FigureAxis>& axes() const { return runs_.axes(); }
    [[nodiscard]] const std::vector<bool>& left() const { return runs_.left(); }  // of each run: in all brushes
    [[nodiscard]] int countLeft() const { return runs_.countLeft(); }
    [[nodiscard]] QString hovered() const;  // the run under pointer or keyboard
    [[nodiscard]] QPointF pixelOf(std::size_t axis, double place) const { return geometryNow().pixel(axis, place); }
    QPixmap picture(int width, int height, double scale = 1) const;
    bool savePdf(const QString& path, int width, int height) const;

    QSize sizeHint() const override { return {640, 320}; }
    QSize minimumSizeHint() const override { return ParallelGeometry::minimumSize(axes().size()); }

Q_SIGNALS:
    void brushesChanged();
    void picked(const QString& run);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Drag {
        std::size_t axis;
        BrushPart part;
        double from;  // the place where it began
        Brush was;
        bool fresh, moved;  // a new brush; beyond a click's tremor
    };
    [[nodiscard]] ParallelGeometry geometryNow() const { return {axes(), size()}; }
    [[nodiscard]] ParallelPainter screenPainter() const;
    [[nodiscard]] std::optional<std::size_t> axisNear(const QPointF& point) const;
    [[nodiscard]] int nearest(const QPointF& point) const;
    void askLines();
    void applyBrush(std::size_t axis, const std::optional<Brush>& brush);
    void brushed();
    void hover(int run);
    void hoverNext(int way);
    void describe();
    ParallelRuns runs_;
    std::vector<NamedColor> legend_;
    int hovered_ = -1;
    std::size_t focused_ = 0;
    std::optional<Drag> drag_;
    QImage lines_;
    bool stale_ = true, asked_ = false;
    ValueBox* box_;
};

}  // namespace tritlab
