// One chart: a title with the values under the crosshair, and curves over a shared x. Used by every page. What the
// person does with mouse and keyboard (chart_input.h) is told by signals; a ChartGroup applies it to all charts alike.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ui/models/series.h"
#include "ui/models/smoothing.h"
#include "ui/plots/chart_curves.h"
#include "ui/plots/qcp.h"

class QLabel;

namespace tritlab {

class ChartInput;
class CurvesPlottable;
class PlotMarks;
class Readout;
class ValueBox;
struct PlotColors;

struct ChartSpec {
    QString id;  // object name is "chart:" + id
    QString title;
    QString unit;
    bool logarithmic = false;
    bool smoothable = false;
    bool fromZero = false;           // the y axis always shows 0
    std::optional<double> min, max;  // bounds that the y axis never leaves (a share: 0 and 1)
    bool legend = false;             // names of the curves beside the title while there is no crosshair
};

// Automatic: all that is seen. NoOutliers: its 1st to 99th percentile. Fixed: as the person set it.
enum class YMode { Automatic, NoOutliers, Fixed };

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
    [[nodiscard]] QStringList curves() const { return curves_->ids(); }
    // The smoothed one where there is one; null: no such curve.
    [[nodiscard]] const Series* shownSeries(const QString& id) const { return curves_->shown(id); }

    void setSmoothing(const Smoothing& how);
    void setLogarithmic(bool on);
    [[nodiscard]] bool logarithmic() const;
    void setYMode(YMode mode);  // Fixed: at the range that is shown now
    void setFixedY(const QCPRange& range);
    // Charts whose values this one's axis makes room for as well: panels that are read side by side have one y range.
    void setPeers(std::vector<const ChartWidget*> peers) { peers_ = std::move(peers); }
    void refresh();                    // takes in new points, rescales y, draws at the next frame
    [[nodiscard]] bool exact() const;  // what is shown is all there is, in the present view
    [[nodiscard]] quint64 freshPictures() const;
    [[nodiscard]] std::optional<QCPRange> dataRange() const { return curves_->keyRange(); }
    void setXRange(const QCPRange& range);
    void setCrosshair(std::optional<double> x, bool withNames = false);
    void setXLabel(const QString& label);
    void addMark(double x, const QString& text, const QColor& color);  // a vertical line with a word
    void addTick(double x, const QColor& color);                       // a short line at the lower edge
    void clearMarks();
    [[nodiscard]] std::size_t markCount() const;

    QPixmap picture(int width, int height, double scale = 1);  // exact, drawn at once
    bool savePdf(const QString& path, int width, int height);  // in print colours, as vectors
    [[nodiscard]] QString csv() const;                         // curve,x,value of what is seen

    QSize sizeHint() const override { return {420, 210}; }
    QSize minimumSizeHint() const override { return {220, 130}; }

Q_SIGNALS:
    void rangePicked(const QCPRange& range);
    void followPicked();
    void crosshairMoved(double x);
    void crosshairLeft();
    void menuWanted(const QPoint& global);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] QString fullTitle() const;
    void makeAxes();
    void makeItems();
    void applyColors(const PlotColors& colors);
    void withHead(const QColor& text, const std::function<void()>& save);
    void rescaleY();
    [[nodiscard]] std::optional<QCPRange> seenValues() const;
    void replotSoon();  // a chart that is scrolled out of sight waits until it is seen
    void drawFrame();
    void showReadout(std::optional<double> x, bool withNames);

    ChartSpec spec_;
    QLabel* title_;
    Readout* readout_;
    ValueBox* box_;
    QCustomPlot* plot_;
    ChartCurves* curves_;
    CurvesPlottable* lines_;
    PlotMarks* marks_;
    ChartInput* input_;
    QCPItemStraightLine* cursor_;
    QCPItemText* empty_;  // instead of numbers on the axes while there is nothing to draw
    std::vector<const ChartWidget*> peers_;
    YMode yMode_ = YMode::Automatic;
    QCPRange fixedY_{0, 1};
    bool stale_ = false, printing_ = false;
    std::optional<double> crosshair_;
};

// Charts that share their x range and crosshair.
class ChartGroup : public QObject {
    Q_OBJECT
public:
    explicit ChartGroup(QObject* parent = nullptr) : QObject(parent) {}
    void add(ChartWidget* chart);
    void refresh();                    // after new points: each chart's curves, and the range where the group follows
    void follow();                     // everything, to the newest step
    [[nodiscard]] bool exact() const;  // each chart that is seen
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
