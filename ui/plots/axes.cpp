#include "ui/plots/axes.h"

#include "ui/plots/tickers.h"
#include "ui/theme/theme.h"

namespace tritlab {

void styleAxes(std::initializer_list<QCPAxis*> axes, double relativeSize) {
    for (QCPAxis* axis : axes) {
        axis->setTickLength(0, 0);
        axis->setSubTickLength(0, 0);
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->grid()->setZeroLinePen(Qt::NoPen);
        QFont small = axis->parentPlot()->font();
        small.setPointSizeF(small.pointSizeF() * relativeSize);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
    }
}

void colorAxes(std::initializer_list<QCPAxis*> axes, const PlotColors& colors) {
    for (QCPAxis* axis : axes) {
        axis->setBasePen(QPen(colors.frame, 1));
        axis->setTickLabelColor(colors.mutedText);
        axis->setLabelColor(colors.mutedText);
        axis->grid()->setPen(QPen(colors.grid, 1));
    }
}

QSharedPointer<QCPAxisTicker> makeTicker(bool logarithmic, int ticks) {
    QSharedPointer<QCPAxisTicker> ticker;
    if (logarithmic) ticker = QSharedPointer<LogTicker>::create();
    else ticker = QSharedPointer<NumberTicker>::create();
    ticker->setTickCount(ticks);
    return ticker;
}

void setAxisScale(QCPAxis* axis, bool logarithmic, int ticks) {
    axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis->setTicker(makeTicker(logarithmic, ticks));
}

}  // namespace tritlab
