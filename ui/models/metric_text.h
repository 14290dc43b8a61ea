// The words of core's table of metrics in the window's language.
#pragma once

#include <QString>

#include "core/run/metrics.h"

namespace tritlab {

QString metricText(const char* text);                                    // a label, unit or help of the table
const Metric& metricNamed(const char* name);                             // one that the table is known to have
QString shortLabel(const char* name);                                    // of that one, for a narrow column
QString layerValueText(const LayerHealth& layer, const Metric& metric);  // as tables show it; "–": not recorded

}  // namespace tritlab
