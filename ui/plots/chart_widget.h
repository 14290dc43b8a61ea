// One chart: a title with the values under the crosshair, and curves over a shared x. Used by every page. Dragging picks a range of
// x, Shift- or middle-drag pans, the wheel zooms at the cursor, a double click shows everything and follows again. What the person
// does is told by signals; a ChartGroup applies it to all charts alike.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <map>
#include <memory>
#include <optional>

#include "ui/plots/qcp.h"
#include "ui/plots/series.h"

class QLabel;

namespace tritlab {

class SeriesPlottable;
struct PlotColors;

struct ChartSpec {
    QString id;       // object name is "chart:" + id
    QString title;
    QString unit;
    bool logarithmic = false;
    bool smoothable = false;
    bool fromZero = false;               // the y axis always shows 0
    std::optional<double> least, most;   // bounds that the y axis never leaves (a share: 0 and 1)
    bool legend = false;                 // names of the curves beside the title while there is no crosshair
};

struct CurveStyle {
    QString name;
    QColor color;
    Qt::PenStyle line = Qt::SolidLine;
};

class ChartWidget : public QWidget {
    Q_OBJECT
public:
    explicit ChartWidget(ChartSpec spec, QWidget* parent = nullptr);
    [[nodiscard]] const ChartSpec& spec() const { return spec_; }
    [[nodiscard]] QCustomPlot* plot() const { return plot_; }

    // The series is shared: its owner lets it grow and calls refresh().
    void setCurve(const QString& id, const CurveStyle& style, std::shared_ptr<const Series> series);
    void removeCurve(const QString& id);
    void clearCurves();
    [[nodiscard]] QStringList curves() const;
    [[nodiscard]] const Series* shownSeries(const QString& id) const;  // the smoothed one where smoothing is on

    void setSmoothing(double strength);  // 0: off
    void setLogarithmic(bool on);
    void setIgnoreOutliers(bool on);     // y from the 1st to the 99th percentile of what is seen
    void refresh();                      // takes in new points, rescales y, queues a repaint
    [[nodiscard]] std::optional<QCPRange> dataRange() const;
    void setXRange(const QCPRange& range);
    void setCrosshair(std::optional<double> x);
    void setXLabel(const QString& label);
    void addMark(double x, const QString& text, const QColor& color);  // a vertical line with a word
    void clearMarks();

    QPixmap picture(int width, int height, double scale = 1);
    bool savePdf(const QString& path, int width, int height);  // in print colours, as vectors
    [[nodiscard]] QString csv() const;                         // curve,x,value of what is seen

    QSize sizeHint() const override { return {420, 210}; }
    QSize minimumSizeHint() const override { return {220, 130}; }

Q_SIGNALS:
    void rangePicked(const QCPRange& range);
    void followPicked();
    void crosshairMoved(double x);
    void crosshairLeft();

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Curve {
        CurveStyle style;
        std::shared_ptr<const Series> raw;
        std::shared_ptr<SmoothedSeries> smoothed;
        SeriesPlottable* line = nullptr;
        SeriesPlottable* background = nullptr;  // the raw points behind a smoothed line
    };
    void applyColors(const PlotColors& colors);
    void styleCurve(Curve& curve);
    void rescaleY();
    void replotSoon();  // a chart that is scrolled out of sight waits until it is seen
    void showReadout(std::optional<double> x);
    void onMousePress(QMouseEvent* event);
    void onMouseMove(QMouseEvent* event);
    void onMouseRelease(QMouseEvent* event);
    void onWheel(QWheelEvent* event);

    ChartSpec spec_;
    QLabel* title_;
    QLabel* readout_;
    QCustomPlot* plot_;
    QCPItemStraightLine* cursor_;
    QCPItemRect* selection_;
    QCPItemText* empty_;  // instead of numbers on the axes while there is nothing to draw
    std::map<QString, Curve> curves_;
    std::vector<QCPAbstractItem*> marks_;
    double smoothing_ = 0;
    bool ignoreOutliers_ = false;
    bool stale_ = false;
    std::optional<int> dragFrom_, panFrom_;
    QCPRange panRange_;
};

// Charts that share their x range and crosshair.
class ChartGroup : public QObject {
    Q_OBJECT
public:
    explicit ChartGroup(QObject* parent = nullptr) : QObject(parent) {}
    void add(ChartWidget* chart);
    void refresh();   // after new points: each chart's curves, and the range where the group follows
    void follow();    // everything, to the newest step
    [[nodiscard]] bool following() const { return following_; }
    void setRange(const QCPRange& range);
    [[nodiscard]] const std::vector<ChartWidget*>& charts() const { return charts_; }

Q_SIGNALS:
    void followingChanged(bool following);

private:
    std::vector<ChartWidget*> charts_;
    bool following_ = true;
};

}  // namespace tritlab
