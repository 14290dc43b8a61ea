#include "ui/pages/chart_metrics.h"

#include <QCoreApplication>

#include "ui/models/metric_text.h"

namespace tritlab {

namespace {

ChartMetric chartOf(const Metric& metric) {
    ChartSpec spec;
    spec.id = QString(metric.name).replace('_', '-');
    spec.title = metricText(metric.label);
    spec.unit = metricText(metric.unit);
    spec.smoothable = metric.noisy;
    spec.fromZero = metric.fromZero;
    if (metric.share) {
        spec.min = 0;
        spec.max = 1;
    }
    return {metric.series, spec, metric.loss, isOf(metric, InCharts)};
}

}  // namespace

const std::vector<ChartMetric>& chartMetrics() {
    static const std::vector<ChartMetric> all = [] {
        std::vector<ChartMetric> charts;
        for (const Metric& metric : metrics())
            if (isOf(metric, InCharts) || isOf(metric, OfferedInCharts)) charts.push_back(chartOf(metric));
        return charts;
    }();
    return all;
}

ChartMetric chartMetric(const std::string& series) {
    const QString key = QString::fromStdString(series);
    const Metric* metric = metricOfSeries(series);
    if (metric == nullptr) {
        ChartSpec spec;
        spec.id = spec.title = key;
        spec.smoothable = true;
        return {series, spec};
    }
    ChartMetric chart = chartOf(*metric);
    if (series == metric->series) return chart;
    const std::string_view layer = layerOfSeries(series);
    chart.key = series;
    chart.spec.id = key;
    chart.spec.title = QCoreApplication::translate("tritlab::ChartsPage", "%1, %2")
                           .arg(chart.spec.title, QString::fromUtf8(layer.data(), static_cast<int>(layer.size())));
    chart.shown = false;
    return chart;
}

}  // namespace tritlab
