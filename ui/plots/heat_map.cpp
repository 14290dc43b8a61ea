#include "ui/plots/heat_map.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/models/number_text.h"
#include "ui/plots/axes.h"
#include "ui/theme/theme.h"

namespace tritlab {

HeatMap::HeatMap(QWidget* parent) : QWidget(parent) {
    setObjectName("heatMap");
    plot_ = new QCustomPlot(this);
    plot_->setObjectName("heatMapPlot");
    plot_->setAccessibleName(tr("Heat map of layers over snapshots"));
    plot_->setLocale(QLocale::c());
    plot_->setMouseTracking(true);
    map_ = new QCPColorMap(plot_->xAxis, plot_->yAxis);
    map_->setInterpolate(false);
    map_->setTightBoundary(false);
    scale_ = new QCPColorScale(plot_);
    scale_->setType(QCPAxis::atRight);
    scale_->setBarWidth(12);
    scale_->axis()->setTicker(makeTicker(false, 5));
    plot_->plotLayout()->addElement(0, 1, scale_);
    map_->setColorScale(scale_);
    auto* margins = new QCPMarginGroup(plot_);
    plot_->axisRect()->setMarginGroup(QCP::msBottom | QCP::msTop, margins);
    scale_->setMarginGroup(QCP::msBottom | QCP::msTop, margins);
    plot_->yAxis->setRangeReversed(true);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setTicker(QSharedPointer<QCPAxisTickerText>::create());
        axis->grid()->setVisible(false);
        axis->setSubTicks(false);
    }
    styleAxes({plot_->xAxis, plot_->yAxis, scale_->axis()}, 0.8);
    frame_ = new QCPItemRect(plot_);
    frame_->setBrush(Qt::NoBrush);
    frame_->setVisible(false);
    reading_ = new QLabel(this);
    reading_->setObjectName("heatMapReading");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(plot_, 1);
    layout->addWidget(reading_);
    connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        const Cell cell = cellAt(event->pos());
        if (cell.layer < 0) {
            reading_->clear();
            return;
        }
        const double value = valueAt(cell.layer, cell.snapshot);
        reading_->setText(tr("%1, step %2: %3 %4")
                              .arg(data_.layers[cell.layer])
                              .arg(data_.steps[static_cast<std::size_t>(cell.snapshot)])
                              .arg(measure_, std::isnan(value) ? QStringLiteral("–")
                                             : share_          ? QString::number(value * 100, 'f', 2) + " %"
                                                               : valueText(value)));
    });
    connect(plot_, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        const Cell cell = cellAt(event->pos());
        if (cell.layer >= 0) Q_EMIT picked(cell.layer, cell.snapshot);
    });
    recolour();
}

HeatMap::Cell HeatMap::cellAt(const QPoint& point) const {
    if (!plot_->axisRect()->rect().contains(point)) return {};
    const Cell cell{static_cast<int>(std::lround(plot_->yAxis->pixelToCoord(point.y()))),
                    static_cast<int>(std::lround(plot_->xAxis->pixelToCoord(point.x())))};
    const bool inside = cell.layer >= 0 && cell.layer < data_.layers.size() && cell.snapshot >= 0 &&
                        static_cast<std::size_t>(cell.snapshot) < data_.steps.size();
    return inside ? cell : Cell{};
}

double HeatMap::valueAt(int layer, int snapshot) const { return map_->data()->cell(snapshot, layer); }

void HeatMap::setData(HeatMapData fresh, const QString& measure, bool share) {
    data_ = std::move(fresh);
    measure_ = measure;
    share_ = share;
    const int columns = std::max<int>(1, static_cast<int>(data_.steps.size())),
              rows = std::max<int>(1, static_cast<int>(data_.layers.size()));
    map_->data()->setSize(columns, rows);
    map_->data()->setRange(QCPRange(0, columns - 1), QCPRange(0, rows - 1));
    map_->data()->fill(std::nan(""));
    double min = HUGE_VAL, max = -HUGE_VAL;
    for (std::size_t row = 0; row < data_.cells.size(); ++row) {
        for (std::size_t column = 0; column < data_.cells[row].size(); ++column) {
            const double value = data_.cells[row][column];
            map_->data()->setCell(static_cast<int>(column), static_cast<int>(row), value);
            if (!std::isfinite(value)) continue;
            min = std::min(min, value);
            max = std::max(max, value);
        }
    }
    if (min > max) min = 0, max = 1;
    if (min == max) max = min + (min == 0 ? 1 : std::abs(min) * 0.01);
    scale_->setDataRange(QCPRange(min, max));
    plot_->xAxis->setRange(-0.5, columns - 0.5);
    plot_->yAxis->setRange(-0.5, rows - 0.5);
    labelAxes();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HeatMap::labelAxes() {
    const auto across = QSharedPointer<QCPAxisTickerText>::create(), down = QSharedPointer<QCPAxisTickerText>::create();
    const auto every = [](std::size_t count, std::size_t room) {
        return std::max<std::size_t>(1, (count + room - 1) / room);
    };
    const std::size_t steps = data_.steps.size(), layers = static_cast<std::size_t>(data_.layers.size());
    for (std::size_t i = 0; i < steps; i += every(steps, 6))
        across->addTick(static_cast<double>(i), tickText(static_cast<double>(data_.steps[i])));
    const auto lines = static_cast<std::size_t>(std::max(4, plot_->height() / std::max(8, fontMetrics().height())));
    for (std::size_t i = 0; i < layers; i += every(layers, lines))
        down->addTick(static_cast<double>(i), data_.layers[static_cast<int>(i)]);
    plot_->xAxis->setTicker(across);
    plot_->yAxis->setTicker(down);
}

void HeatMap::setMarked(int layer, int snapshot) {
    frame_->setVisible(layer >= 0 && snapshot >= 0);
    frame_->topLeft->setCoords(snapshot - 0.5, layer - 0.5);
    frame_->bottomRight->setCoords(snapshot + 0.5, layer + 0.5);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HeatMap::recolour() {
    const PlotColors colors = plotColors(palette());
    plot_->setBackground(QBrush(colors.background));
    colorAxes({plot_->xAxis, plot_->yAxis, scale_->axis()}, colors);
    // Little is the background's own shade, much is the colour that stands out from it most: one ramp for the
    // colour-blind too.
    QCPColorGradient gradient;
    gradient.setColorInterpolation(QCPColorGradient::ciRGB);
    const bool dark = isDark(palette());
    gradient.setColorStopAt(0, dark ? QColor(0x22, 0x28, 0x38) : QColor(0xf2, 0xf4, 0xf8));
    gradient.setColorStopAt(0.5, dark ? QColor(0x3f, 0x74, 0xb5) : QColor(0x7d, 0xae, 0xdf));
    gradient.setColorStopAt(1, dark ? QColor(0xf6, 0xd5, 0x6c) : QColor(0x0c, 0x2c, 0x63));
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    map_->setGradient(gradient);
    frame_->setPen(QPen(dark ? QColor(Qt::white) : QColor(0xd9, 0x2b, 0x2b), 2));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HeatMap::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) recolour();
    QWidget::changeEvent(event);
}

}  // namespace tritlab
