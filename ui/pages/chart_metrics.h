// Charts of core's metrics: those that the Charts page has, in their order, and of any other series of a run.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "core/run/metrics.h"
#include "ui/plots/chart_widget.h"

namespace tritlab {

struct ChartMetric {
    std::string key;  // of the series
    ChartSpec spec;
    bool loss = false;   // logarithmic where the person wants losses so
    bool shown = false;  // where the person has chosen nothing else
};

// Those that every run has on the Charts page.
const std::vector<ChartMetric>& chartMetrics();
// The metric of a series, a layer's too; of a series that is none, one named after its key.
ChartMetric chartMetric(const std::string& series);

}  // namespace tritlab
