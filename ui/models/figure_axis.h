// One axis of a plot over many runs: numbers, linear or logarithmic, or categories that stand evenly spaced; where each
// run lies on it, and the stretch of it that a person has brushed. All of this is pure.
#pragma once

#include <QColor>
#include <QStringList>
#include <map>

#include "ui/models/run_figures.h"

namespace tritlab {

struct PlottedRun {
    QString id, name;
    QColor color;  // of its group
};

struct FigureAxis {
    RunFigure figure;
    QStringList categories;      // empty: the values are numbers
    double min = 0, max = 0;     // of the numbers
    bool logarithmic = false;    // the numbers are above 0 and span more than two decades
    std::vector<double> values;  // of each run: the number, or the category's index; NaN: none, or not finite
    std::vector<QString> texts;  // of each run, as lists show it; empty: none
    int missing = 0;             // runs without a value
};
FigureAxis figureAxis(const RunFigure& figure, const std::vector<RunSummary>& runs);

// Places on an axis go from 0 (the least) to 1 (the most); a category stands in the middle of its share; what has no
// value stands below.
inline constexpr double missingPlace = -0.12;
double placeOf(const FigureAxis& axis, double value);
double valueAt(const FigureAxis& axis, double place);  // of numbers: the way back

struct AxisTick {
    double place;
    QString text;
};
// The categories; or the numbers that occur where they are few and not too close; else round numbers, 1-2-5 on a
// logarithmic axis.
std::vector<AxisTick> ticksOf(const FigureAxis& axis);

// The run of those that are `left` that is best by this figure; -1 where nothing is better than something else, or
// fewer than two have it.
int bestRun(const FigureAxis& axis, const std::vector<bool>& left);
// How good each run is by this figure: 1 the best, 0 the worst (the most and the least, where neither is good); NaN: it
// has none.
double goodness(const FigureAxis& axis, std::size_t run);

// A stretch of an axis, in places.
struct Brush {
    double from = 0, to = 1;
    bool operator==(const Brush&) const = default;
};
using Brushes = std::map<std::string, Brush>;  // by the figure's key
// The runs that lie in every brush; all of them where nothing is brushed.
std::vector<bool> brushedIn(const std::vector<FigureAxis>& axes, const Brushes& brushes);
// What the keyboard does to a brush: moves it, or its lower or upper edge, by a category or a twentieth of the axis.
// Without a brush, the first step makes one: the upper or lower half, or the outermost category.
enum class BrushPart { Whole, Lower, Upper };
Brush stepBrush(const FigureAxis& axis, const std::optional<Brush>& brush, BrushPart part, int way);
double lowestPlace(const FigureAxis& axis);                     // as far down as a brush reaches
QString brushText(const FigureAxis& axis, const Brush& brush);  // "0.001 – 0.003", "linear, sigmoid"

}  // namespace tritlab
