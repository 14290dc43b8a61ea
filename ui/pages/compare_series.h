// What the Compare page's charts draw: each group's metrics as mean and band, and its schedules, read and put over the
// wanted x on the reader's thread.
#pragma once

#include <map>

#include "ui/models/run_groups.h"
#include "ui/pages/chart_metrics.h"

namespace tritlab {

// In the order of the page; what each looks like is the Charts page's own.
const std::vector<ChartMetric>& compareMetrics();

struct CompareSchedule {
    std::string key;  // of the series
    QString name;
    Qt::PenStyle line;
    QString sign;  // the line as a character, for the chart's title
};
const std::vector<CompareSchedule>& compareSchedules();

struct CompareSeries {
    struct Group {
        std::map<std::string, Band> bands;        // by the metric's key
        std::map<std::string, Series> schedules;  // as shares of the highest of all groups
    };
    std::vector<Group> groups;
};
// Of groups of run ids. `axis`: the series that gives x; empty: the step. `strength`: of the smoothing, for the metrics
// that take one.
CompareSeries readCompareSeries(RunStore& store, const std::vector<std::vector<std::string>>& groups,
                                const std::string& axis, double strength);

double highest(const Series& series);  // 0 where nothing is above it

}  // namespace tritlab
