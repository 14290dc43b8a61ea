// What a plot over many runs places them by: a setting of their config, what came out, or the health of their weights
// at the last snapshot.
#pragma once

#include <optional>

#include "ui/models/compare_results.h"

namespace tritlab {

struct RunFigure {
    enum class Source { Setting, Result, Series };
    std::string key;  // of the field, the RunResult or the series
    QString title;    // settings go by their key, as in the results' table
    QString help;
    Source source = Source::Setting;
    Better better = Better::Neither;
};

const std::vector<RunFigure>& resultFigures();              // results, then what the last snapshot says
std::optional<RunFigure> figureOf(const std::string& key);  // nothing: no field and no result has that key

struct FigureValue {
    QString text;   // as lists show it; empty: the run has none
    double number;  // NaN: none, or no number
};
// Of a series: from RunSummary::last.
FigureValue figureValue(const RunFigure& figure, const RunSummary& run);

}  // namespace tritlab
