#include "ui/models/run_figures.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/store/query.h"
#include "ui/models/number_text.h"

namespace tritlab {

namespace {

std::vector<RunFigure> makeResultFigures() {
    const auto translated = [](const char* text) { return QCoreApplication::translate("tritlab::ComparePage", text); };
    std::vector<RunFigure> figures;
    for (const ResultColumn& column : resultColumns())
        figures.push_back(
            {column.key, translated(column.title), translated(column.help), RunFigure::Source::Result, column.better});
    struct Snapshot {
        const char *key, *title, *help;
    };
    const Snapshot snapshots[] = {
        {"health/all/flip_rate", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Flip rate"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Share of the ternary codes that changed before the last snapshot")},
        {"health/all/reversal_rate", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Reversal rate"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Share of those flips that undo the one before, last snapshot")},
        {"health/all/zero", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Zero weights"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Share of the weights that are 0, last snapshot")},
        {"health/all/dead_zone", QT_TRANSLATE_NOOP("tritlab::ComparePage", "Dead-zone mass"),
         QT_TRANSLATE_NOOP("tritlab::ComparePage", "Share of the weights near a boundary of the codes, last snapshot")},
    };
    for (const Snapshot& each : snapshots)
        figures.push_back(
            {each.key, translated(each.title), translated(each.help), RunFigure::Source::Series, Better::Neither});
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

FigureValue figureValue(const RunFigure& figure, const RunSummary& run, const LastValues& last) {
    double number = std::nan("");
    if (figure.source == RunFigure::Source::Setting) {
        const std::string text = runQueryValue(run, figure.key);
        const Field* field = findField(figure.key);
        const bool numeric = field != nullptr && (field->kind == FieldKind::Int || field->kind == FieldKind::Real);
        return {QString::fromStdString(text).simplified(), numeric ? parseReal(text).value_or(number) : number};
    }
    if (figure.source == RunFigure::Source::Result) {
        const auto& columns = resultColumns();
        const auto it = std::find_if(columns.begin(), columns.end(),
                                     [&figure](const ResultColumn& column) { return figure.key == column.key; });
        if (it != columns.end()) number = it->value(run);
    } else if (const auto known = last.find(run.id); known != last.end()) {
        if (const auto value = known->second.find(figure.key); value != known->second.end()) number = value->second;
    }
    return {std::isnan(number) ? QString() : valueText(number), number};
}

}  // namespace tritlab
