// Layers down, snapshots across, one measure of weight health as colour with its scale beside it. The pointer reads a
// cell, a click picks it.
#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

#include "core/base/types.h"
#include "ui/plots/qcp.h"

class QLabel;

namespace tritlab {

struct HeatMapData {
    QStringList layers;                      // short names, the first at the top
    std::vector<StepIndex> steps;            // of the snapshots
    std::vector<std::vector<double>> cells;  // [layer][snapshot]; NaN: none
};

class HeatMap : public QWidget {
    Q_OBJECT
public:
    explicit HeatMap(QWidget* parent = nullptr);
    void setData(HeatMapData fresh, const QString& measure, bool share);
    void setMarked(int layer, int snapshot);  // a frame about the chosen cell; below 0: none
    [[nodiscard]] const HeatMapData& shown() const { return data_; }
    [[nodiscard]] double valueAt(int layer, int snapshot) const;  // what is drawn there, for tests

Q_SIGNALS:
    void picked(int layer, int snapshot);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Cell {
        int layer = -1, snapshot = -1;
    };
    [[nodiscard]] Cell cellAt(const QPoint& point) const;
    void recolour();
    void labelAxes();
    HeatMapData data_;
    QString measure_;
    bool share_ = false;
    QCustomPlot* plot_;
    QCPColorMap* map_;
    QCPColorScale* scale_;
    QCPItemRect* frame_;
    QLabel* reading_;
};

}  // namespace tritlab
