#include "ui/plots/histogram_chart.h"

#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "ui/plots/axes.h"
#include "ui/theme/theme.h"

namespace tritlab {

TernaryBar::TernaryBar(QWidget* parent) : QWidget(parent) {
    setObjectName("ternaryBar");
    setAccessibleName(tr("Shares of -1, 0 and +1"));
    setFixedHeight(fontMetrics().height() + 8);
}

void TernaryBar::setShares(double negative, double zero, double positive) {
    shares_[0] = negative;
    shares_[1] = zero;
    shares_[2] = positive;
    const auto percent = [](double share) { return QString::number(share * 100, 'f', 1); };
    setToolTip(tr("-1: %1 %, 0: %2 %, +1: %3 %").arg(percent(negative), percent(zero), percent(positive)));
    setAccessibleDescription(toolTip());
    update();
}

void TernaryBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const bool dark = isDark(palette());
    double left = 0;
    const char* names[] = {"−1", "0", "+1"};
    for (int i = 0; i < 3; ++i) {
        const double width = shares_[i] * this->width();
        const QRectF part(left, 0, width, height());
        const QColor color = ternaryColor(i - 1, dark);
        painter.fillRect(part, color);
        const QString text = QString::fromUtf8(names[i]) + QString(": %1 %").arg(shares_[i] * 100, 0, 'f', 1);
        painter.setPen(color.lightness() > 130 ? QColor(0x15, 0x18, 0x1c) : QColor(Qt::white));
        if (painter.fontMetrics().horizontalAdvance(text) + 6 < width) painter.drawText(part, Qt::AlignCenter, text);
        left += width;
    }
}

HistogramChart::HistogramChart(QWidget* parent) : QWidget(parent) {
    setObjectName("histogram");
    plot_ = new QCustomPlot(this);
    plot_->setObjectName("histogramPlot");
    plot_->setAccessibleName(tr("Histogram of weights over their mean size"));
    plot_->setLocale(QLocale::c());
    plot_->axisRect()->setMinimumMargins(QMargins(48, 8, 12, 20));
    styleAxes({plot_->xAxis, plot_->yAxis});
    plot_->xAxis->setTicker(makeTicker(false, 5));
    plot_->yAxis->setTicker(makeTicker(false, 4));
    plot_->xAxis->setLabel(tr("weight / mean |weight|"));
    plot_->xAxis->setRange(-LayerHealth::histogramRange, LayerHealth::histogramRange);
    for (QCPBars*& bars : bars_) {
        bars = new QCPBars(plot_->xAxis, plot_->yAxis);
        bars->setWidthType(QCPBars::wtPlotCoords);
        bars->setWidth(2 * LayerHealth::histogramRange / LayerHealth::histogramBins);
        bars->setPen(Qt::NoPen);
        bars->setAntialiased(false);
    }
    for (int i = 0; i < 2; ++i) {
        borders_[i] = new QCPItemStraightLine(plot_);
        borders_[i]->point1->setCoords(i == 0 ? -0.5 : 0.5, 0);
        borders_[i]->point2->setCoords(i == 0 ? -0.5 : 0.5, 1);
    }
    shares_ = new TernaryBar(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(plot_, 1);
    layout->addWidget(shares_);
    recolour();
}

void HistogramChart::showLayer(const LayerHealth* layer) {
    for (QCPBars* bars : bars_) bars->data()->clear();
    shares_->setShares(layer != nullptr ? layer->negative : 0, layer != nullptr ? layer->zero : 0,
                       layer != nullptr ? layer->positive : 0);
    if (layer != nullptr) {
        const double total = std::accumulate(layer->histogram.begin(), layer->histogram.end(), 0.0);
        const double width = 2 * LayerHealth::histogramRange / LayerHealth::histogramBins;
        double highest = 0;
        for (int i = 0; i < LayerHealth::histogramBins && total > 0; ++i) {
            const double x = -LayerHealth::histogramRange + (i + 0.5) * width;
            const double share = layer->histogram[static_cast<std::size_t>(i)] / total;
            bars_[x < -0.5 ? 0 : x > 0.5 ? 2 : 1]->addData(x, share);
            highest = std::max(highest, share);
        }
        plot_->yAxis->setRange(0, highest > 0 ? highest * 1.06 : 1);
    }
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HistogramChart::recolour() {
    const PlotColors colors = plotColors(palette());
    const bool dark = isDark(palette());
    plot_->setBackground(QBrush(colors.background));
    colorAxes({plot_->xAxis, plot_->yAxis}, colors);
    for (int i = 0; i < 3; ++i) bars_[i]->setBrush(ternaryColor(i - 1, dark));
    for (QCPItemStraightLine* border : borders_) border->setPen(QPen(colors.text, 1, Qt::DashLine));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HistogramChart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) recolour();
    QWidget::changeEvent(event);
}

}  // namespace tritlab
