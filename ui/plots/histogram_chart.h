// The histogram of w/absmean of one layer with the ±0.5 boundaries at which a weight becomes -1, 0 or +1, and the
// shares of the three as one bar.
#pragma once

#include <QWidget>

#include "core/run/events.h"
#include "ui/plots/qcp.h"

namespace tritlab {

// Shares of -1, 0 and +1, their figures written into the segments.
class TernaryBar : public QWidget {
    Q_OBJECT
public:
    explicit TernaryBar(QWidget* parent = nullptr);
    void setShares(double negative, double zero, double positive);
    QSize sizeHint() const override { return {300, 26}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double shares_[3] = {0, 0, 0};
};

class HistogramChart : public QWidget {
    Q_OBJECT
public:
    explicit HistogramChart(QWidget* parent = nullptr);
    void showLayer(const LayerHealth* layer);  // null: nothing

protected:
    void changeEvent(QEvent* event) override;

private:
    void recolour();
    QCustomPlot* plot_;
    QCPBars* bars_[3];
    QCPItemStraightLine* borders_[2];
    TernaryBar* shares_;
};

}  // namespace tritlab
