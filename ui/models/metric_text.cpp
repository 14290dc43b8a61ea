#include "ui/models/metric_text.h"

#include <QCoreApplication>
#include <algorithm>

namespace tritlab {

QString metricText(const char* text) { return *text == 0 ? QString() : QCoreApplication::translate("Metric", text); }

const Metric& metricNamed(const char* name) {
    const Metric* metric = findMetric(name);
    Q_ASSERT(metric != nullptr);
    return *metric;
}

QString shortLabel(const char* name) { return metricText(metricNamed(name).brief); }

QString layerValueText(const LayerHealth& layer, const Metric& metric) {
    const auto value = valueIn(layer, metric);
    if (!value) return QStringLiteral("–");
    if (!metric.share) return QString::number(*value, 'g', 4);
    // One digit fewer than the share itself has elsewhere: columns are narrow.
    return QString::number(*value * 100, 'f', std::max(0, metric.digits - 3)) + " %";
}

}  // namespace tritlab
