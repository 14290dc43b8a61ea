// What the axes of all QCustomPlot charts have in common: no tick marks, small numbers, quiet colours, short labels.
#pragma once

#include <QSharedPointer>
#include <initializer_list>

class QCPAxis;
class QCPAxisTicker;

namespace tritlab {

struct PlotColors;

// relativeSize: of the tick labels and the label, against the plot's own font.
void styleAxes(std::initializer_list<QCPAxis*> axes, double relativeSize = 0.88);
void colorAxes(std::initializer_list<QCPAxis*> axes, const PlotColors& colors);
// Labels as in tickers.h. ticks: about so many; on a logarithmic axis of a few decades there may be more.
QSharedPointer<QCPAxisTicker> makeTicker(bool logarithmic, int ticks);
// Scale and ticks at once.
void setAxisScale(QCPAxis* axis, bool logarithmic, int ticks);

}  // namespace tritlab
