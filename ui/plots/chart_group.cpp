#include <algorithm>
#include <utility>

#include "ui/plots/chart_widget.h"

namespace tritlab {

void ChartGroup::add(ChartWidget* chart) {
    charts_.push_back(chart);
    connect(chart, &QObject::destroyed, this, [this, chart] { std::erase(charts_, chart); });
    connect(chart, &ChartWidget::rangePicked, this, [this](const QCPRange& range) { setRange(range); });
    connect(chart, &ChartWidget::followPicked, this, &ChartGroup::follow);
    connect(chart, &ChartWidget::crosshairMoved, this, [this, chart](double x) {
        for (ChartWidget* each : charts_) each->setCrosshair(x, each == chart);
    });
    connect(chart, &ChartWidget::crosshairLeft, this, [this] {
        for (ChartWidget* each : charts_) each->setCrosshair(std::nullopt);
    });
}

void ChartGroup::setRange(const QCPRange& range) {
    if (!QCPRange::validRange(range)) return;
    const bool was = std::exchange(following_, false);
    for (ChartWidget* chart : charts_) chart->setXRange(range);
    if (was) Q_EMIT followingChanged(false);
}

void ChartGroup::follow() {
    const bool was = std::exchange(following_, true);
    refresh();
    if (!was) Q_EMIT followingChanged(true);
}

bool ChartGroup::exact() const {
    return std::all_of(charts_.begin(), charts_.end(), [](const ChartWidget* chart) {
        return chart->plot()->visibleRegion().isEmpty() || chart->exact();
    });
}

void ChartGroup::refresh() {
    if (following_) {
        std::optional<QCPRange> all;
        for (const ChartWidget* chart : charts_) {
            if (const auto range = chart->dataRange()) {
                if (all) all->expand(*range);
                else all = range;
            }
        }
        if (all) {
            if (all->size() <= 0) all->upper = all->lower + 1;
            for (ChartWidget* chart : charts_) chart->setXRange(*all);
        }
    }
    for (ChartWidget* chart : charts_) chart->refresh();
}

}  // namespace tritlab
