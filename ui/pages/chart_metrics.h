// What the Charts page can draw: the metrics that every run has, in their order, and any other series of a run.
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "ui/plots/chart_widget.h"

namespace tritlab {

struct Metric {
    std::string key;  // of the series
    ChartSpec spec;
    bool shown = true;  // where the person has chosen nothing else
};

const std::vector<Metric>& knownMetrics();
// The known one of that key, else one named after the key.
Metric metricOf(const std::string& key);

}  // namespace tritlab
