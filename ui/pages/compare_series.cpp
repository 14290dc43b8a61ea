#include "ui/pages/compare_series.h"

#include <algorithm>
#include <utility>

#include "ui/models/metric_text.h"

namespace tritlab {

namespace {

// A series read, put over the x that is wanted, and smoothed.
Series readSeries(RunStore& store, const std::string& run, const std::string& key, const std::vector<Point>& axis,
                  bool steps, double strength) {
    const std::vector<Point> points = store.series(run, key);
    return smoothed(steps ? overSteps(points) : overAxis(points, axis), strength);
}

// 1 where the series is highest, so that schedules of any size share one axis.
Series relative(const Series& series, double max) {
    Series scaled;
    for (std::size_t i = 0; i < series.size(); ++i)
        scaled.append(series.x(i), max > 0 ? static_cast<double>(series.y(i)) / max : 0);
    return scaled;
}

}  // namespace

const std::vector<ChartMetric>& compareMetrics() {
    static const std::vector<ChartMetric> all = [] {
        std::vector<ChartMetric> charts;
        for (const Metric& metric : metrics())
            if (isOf(metric, InCompare)) charts.push_back(chartMetric(metric.series));
        return charts;
    }();
    return all;
}

const std::vector<CompareSchedule>& compareSchedules() {
    static const std::vector<CompareSchedule> all = [] {
        constexpr std::pair<Qt::PenStyle, const char*> lines[] = {
            {Qt::SolidLine, "─"}, {Qt::DashLine, "╌"}, {Qt::DotLine, "┈"}, {Qt::DashDotLine, "┄"}};
        std::vector<CompareSchedule> schedules;
        for (const Metric& metric : metrics()) {
            if (!isOf(metric, InSchedules)) continue;
            const auto& [line, sign] = lines[schedules.size() % std::size(lines)];
            schedules.push_back({metric.series, metricText(metric.label), line, QString::fromUtf8(sign)});
        }
        return schedules;
    }();
    return all;
}

double highest(const Series& series) {
    return series.empty() ? 0 : std::max(0.0, static_cast<double>(series.span(0, series.size()).highest));
}

CompareSeries readCompareSeries(RunStore& store, const std::vector<std::vector<std::string>>& groups,
                                const std::string& axis, double strength) {
    CompareSeries loaded;
    for (const auto& group : groups) {
        CompareSeries::Group& each = loaded.groups.emplace_back();
        std::map<std::string, std::vector<Series>> series;
        for (const std::string& run : group) {
            const std::vector<Point> keys = axis.empty() ? std::vector<Point>{} : store.series(run, axis);
            for (const ChartMetric& metric : compareMetrics())
                series[metric.key].push_back(
                    readSeries(store, run, metric.key, keys, axis.empty(), metric.spec.smoothable ? strength : 0));
            for (const CompareSchedule& schedule : compareSchedules())
                series[schedule.key].push_back(readSeries(store, run, schedule.key, keys, axis.empty(), 0));
        }
        for (const ChartMetric& metric : compareMetrics()) each.bands[metric.key] = bandOf(series[metric.key]);
        for (const CompareSchedule& schedule : compareSchedules())
            each.schedules[schedule.key] = bandOf(series[schedule.key]).mean;
    }
    // One scale for all groups: a run with half the learning rate is drawn at half the height.
    for (const CompareSchedule& schedule : compareSchedules()) {
        double max = 0;
        for (const CompareSeries::Group& group : loaded.groups)
            max = std::max(max, highest(group.schedules.at(schedule.key)));
        for (CompareSeries::Group& group : loaded.groups)
            group.schedules[schedule.key] = relative(group.schedules[schedule.key], max);
    }
    return loaded;
}

}  // namespace tritlab
