// Marks over the x axis of a plot: vertical lines with a word at their upper end, and short ticks at the lower edge.
#pragma once

#include <QObject>
#include <vector>

#include "ui/plots/qcp.h"

namespace tritlab {

class PlotMarks : public QObject {
    Q_OBJECT
public:
    explicit PlotMarks(QCustomPlot* plot);  // lives as long as the plot; who changes marks has it drawn anew
    void addLine(double x, const QString& text, const QColor& color);  // no text: a line alone
    void addTick(double x, const QColor& color);
    void clear();
    [[nodiscard]] std::size_t count() const { return items_.size(); }  // a line's word counts for itself

private:
    void placeLabels();
    QCustomPlot* plot_;
    std::vector<QCPAbstractItem*> items_;  // the plot's own
};

}  // namespace tritlab
