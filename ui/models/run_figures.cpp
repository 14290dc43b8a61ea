#include "ui/models/run_figures.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/store/query.h"
#include "ui/models/metric_text.h"
#include "ui/models/number_text.h"

namespace tritlab {

namespace {

std::vector<RunFigure> makeResultFigures() {
    std::vector<RunFigure> figures;
    for (const RunResult& result : runResults())
        figures.push_back({result.key(), metricText(result.label()), metricText(result.metric->help),
                           RunFigure::Source::Result, result.metric->better});
    for (const Metric* metric : layerMetrics()) {
        if (!isOf(*metric, InCompare)) continue;
        const QString help = QCoreApplication::translate("tritlab::ComparePage", "%1; at the last snapshot");
        figures.push_back({metric->series, metricText(metric->label), help.arg(metricText(metric->help)),
                           RunFigure::Source::Series, metric->better});
    }
    return figures;
}

}  // namespace

const std::vector<RunFigure>& resultFigures() {
    static const std::vector<RunFigure> figures = makeResultFigures();
    return figures;
}

std::optional<RunFigure> figureOf(const std::string& key) {
    const auto& results = resultFigures();
    const auto it =
        std::find_if(results.begin(), results.end(), [&key](const RunFigure& figure) { return figure.key == key; });
    if (it != results.end()) return *it;
    const Field* field = findField(key);
    if (field == nullptr) return std::nullopt;
    return RunFigure{key, QString::fromStdString(key), QCoreApplication::translate("Field", field->label),
                     RunFigure::Source::Setting, Better::Neither};
}

FigureValue figureValue(const RunFigure& figure, const RunSummary& run) {
    double number = std::nan("");
    if (figure.source == RunFigure::Source::Setting) {
        const std::string text = runQueryValue(run, figure.key);
        const Field* field = findField(figure.key);
        const bool numeric = field != nullptr && (field->kind == FieldKind::Int || field->kind == FieldKind::Real);
        return {QString::fromStdString(text).simplified(), numeric ? parseReal(text).value_or(number) : number};
    }
    if (figure.source == RunFigure::Source::Result) {
        const auto& results = runResults();
        const auto it = std::find_if(results.begin(), results.end(),
                                     [&figure](const RunResult& result) { return figure.key == result.key(); });
        if (it != results.end()) number = it->value(run);
    } else if (const auto value = run.last.find(figure.key); value != run.last.end()) {
        number = value->second;
    }
    return {std::isnan(number) ? QString() : valueText(number), number};
}

}  // namespace tritlab
