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

#include "ui/models/figure_axis.h"
#include "ui/plots/file_head.h"
#include "ui/plots/raster.h"
#include "ui/theme/theme.h"

namespace tritlab {

class ValueBox;

class ParallelPlot : public QWidget {
    Q_OBJECT
public:
    explicit ParallelPlot(QWidget* parent = nullptr);
    // Lines take the colour of their group, which `legend` names in files; without a legend, one from how good the run
    // is by the last axis.
    void setData(std::vector<PlottedRun> runs, std::vector<FigureAxis> axes, std::vector<NamedColor> legend);
    [[nodiscard]] const Brushes& brushes() const { return brushes_; }
    void clearBrushes();
    [[nodiscard]] const std::vector<FigureAxis>& axes() const { return axes_; }
    [[nodiscard]] const std::vector<bool>& left() const { return in_; }  // of each run: in all brushes
    [[nodiscard]] int countLeft() const;
    [[nodiscard]] QString hovered() const;  // the run under pointer or keyboard
    [[nodiscard]] QPointF pixelOf(std::size_t axis, double place) const;
    QPixmap picture(int width, int height, double scale = 1) const;
    bool savePdf(const QString& path, int width, int height) const;

    QSize sizeHint() const override { return {640, 320}; }
    QSize minimumSizeHint() const override;

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
    struct Ink {
        PlotColors colors;
        bool dark, paper;
    };
    struct Drag {
        std::size_t axis;
        BrushPart part;
        double from;  // the place where it began
        Brush was;
        bool fresh, moved;  // a new brush; beyond a click's tremor
    };
    [[nodiscard]] double step(const QRectF& area) const;  // from axis to axis
    [[nodiscard]] QRectF area(const QSizeF& size) const;  // between the uppermost and the lowest place
    [[nodiscard]] QPointF pixelIn(const QRectF& area, std::size_t axis, double place) const;
    [[nodiscard]] double placeAt(double y) const;
    [[nodiscard]] std::optional<std::size_t> axisNear(const QPointF& point) const;
    [[nodiscard]] int nearest(const QPointF& point) const;
    [[nodiscard]] Ink screenInk() const { return {plotColors(palette()), isDark(palette()), false}; }
    [[nodiscard]] QColor lineColor(std::size_t run, const Ink& ink) const;
    [[nodiscard]] PictureRequest linesIn(const QSizeF& size, const QRectF& area, double scale, const Ink& ink) const;
    void askLines();
    void paintLines(QPainter& painter, const QRectF& area, const Ink& ink) const;
    void paintAxes(QPainter& painter, const QRectF& area, const Ink& ink) const;
    void paintTicks(QPainter& painter, const QRectF& area, const Ink& ink, std::size_t axis) const;
    void paintTitle(QPainter& painter, const QRectF& area, const Ink& ink, std::size_t axis) const;
    void paintScale(QPainter& painter, const QRectF& area, const Ink& ink) const;
    void paintBest(QPainter& painter, const QRectF& area, const Ink& ink) const;
    void paintLine(QPainter& painter, const QRectF& area, std::size_t run, const QColor& color, double width) const;
    void paintFile(QPainter& painter, const QSizeF& size, double scale, const Ink& ink) const;
    void applyBrush(const std::string& key, const std::optional<Brush>& brush);
    void brushed();
    void hover(int run);
    void hoverNext(int way);
    void describe();
    std::vector<PlottedRun> runs_;
    std::vector<FigureAxis> axes_;
    std::vector<std::vector<double>> places_;  // by run and axis
    std::vector<Series> series_;               // the same, for the picture
    std::vector<std::size_t> order_;           // as the lines are drawn: the better, the later
    std::vector<bool> in_;
    Brushes brushes_;
    std::vector<NamedColor> legend_;
    int best_ = -1, hovered_ = -1;
    std::size_t focused_ = 0;
    std::optional<Drag> drag_;
    QImage lines_;
    bool stale_ = true, asked_ = false;
    ValueBox* box_;
};

}  // namespace tritlab
