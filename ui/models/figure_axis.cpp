#include "ui/models/figure_axis.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/config/fields.h"
#include "ui/models/number_text.h"

namespace tritlab {

namespace {

constexpr std::size_t fewValues = 8;  // so many numbers are named one by one
constexpr double tickRoom = 0.06;     // ticks closer than this would cover each other
constexpr double manyDecades = 100;   // from here on the axis is logarithmic

// Choices in the order of the field table, all else by its words.
QStringList categoriesOf(const RunFigure& figure, const std::vector<QString>& texts) {
    QStringList found;
    for (const QString& text : texts) {
        if (!text.isEmpty() && !found.contains(text)) found << text;
    }
    const Field* field = findField(figure.key);
    const auto rank = [field](const QString& text) {
        if (field == nullptr) return std::size_t{0};
        const auto it = std::find_if(field->choices.begin(), field->choices.end(), [&text](const Choice& choice) {
            return QString::fromStdString(choice.key) == text;
        });
        return static_cast<std::size_t>(it - field->choices.begin());
    };
    std::sort(found.begin(), found.end(),
              [&rank](const QString& a, const QString& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
    return found;
}

double scaled(const FigureAxis& axis, double value) { return axis.logarithmic ? std::log10(value) : value; }

std::vector<double> roundNumbers(const FigureAxis& axis) {
    std::vector<double> numbers;
    if (axis.logarithmic) {
        const int first = static_cast<int>(std::floor(std::log10(axis.min))),
                  last = static_cast<int>(std::ceil(std::log10(axis.max)));
        for (int decade = first; decade <= last; ++decade) {
            for (const double unit : {1.0, 2.0, 5.0}) {
                if (unit == 1.0 || last - first <= 3) numbers.push_back(unit * std::pow(10.0, decade));
            }
        }
        return numbers;
    }
    const double rough = (axis.max - axis.min) / 8, power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (const double unit : {5.0, 2.0, 1.0}) {
        if (unit * power >= rough) step = unit * power;
    }
    const double first = std::ceil(axis.min / step);
    for (int i = 0; (first + i) * step <= axis.max * (1 + 1e-12) && i < 20; ++i) numbers.push_back((first + i) * step);
    return numbers;
}

}  // namespace

FigureAxis figureAxis(const RunFigure& figure, const std::vector<RunSummary>& runs) {
    FigureAxis axis;
    axis.figure = figure;
    bool numbers = true;
    for (const RunSummary& run : runs) {
        const FigureValue value = figureValue(figure, run);
        axis.texts.push_back(value.text);
        axis.values.push_back(std::isfinite(value.number) ? value.number : std::nan(""));
        numbers = numbers && (value.text.isEmpty() || !std::isnan(value.number));
    }
    if (figure.source == RunFigure::Source::Setting && !numbers) {
        axis.categories = categoriesOf(figure, axis.texts);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const auto index = axis.categories.indexOf(axis.texts[i]);
            axis.values[i] = index < 0 ? std::nan("") : static_cast<double>(index);
        }
    }
    bool first = true;
    for (const double value : axis.values) {
        if (std::isnan(value)) {
            ++axis.missing;
            continue;
        }
        axis.min = first ? value : std::min(axis.min, value);
        axis.max = first ? value : std::max(axis.max, value);
        first = false;
    }
    axis.logarithmic = axis.categories.isEmpty() && axis.min > 0 && axis.max > manyDecades * axis.min;
    return axis;
}

double placeOf(const FigureAxis& axis, double value) {
    if (std::isnan(value)) return missingPlace;
    if (!axis.categories.isEmpty()) return (value + 0.5) / static_cast<double>(axis.categories.size());
    if (axis.max <= axis.min) return 0.5;
    return (scaled(axis, value) - scaled(axis, axis.min)) / (scaled(axis, axis.max) - scaled(axis, axis.min));
}

double valueAt(const FigureAxis& axis, double place) {
    const double at = scaled(axis, axis.min) + place * (scaled(axis, axis.max) - scaled(axis, axis.min));
    return axis.logarithmic ? std::pow(10.0, at) : at;
}

std::vector<AxisTick> ticksOf(const FigureAxis& axis) {
    std::vector<AxisTick> ticks;
    if (axis.missing == static_cast<int>(axis.values.size())) return ticks;
    for (int i = 0; i < axis.categories.size(); ++i) ticks.push_back({placeOf(axis, i), axis.categories[i]});
    if (!ticks.empty()) return ticks;
    std::set<double> occur;
    for (const double value : axis.values) {
        if (!std::isnan(value) && occur.size() <= fewValues) occur.insert(value);
    }
    std::vector<double> numbers(occur.begin(), occur.end());
    double closest = 1;
    for (std::size_t i = 1; i < numbers.size(); ++i)
        closest = std::min(closest, placeOf(axis, numbers[i]) - placeOf(axis, numbers[i - 1]));
    if (numbers.size() > fewValues || closest < tickRoom) numbers = roundNumbers(axis);
    for (const double number : numbers) {
        const double place = placeOf(axis, number);
        if (place > -1e-9 && place < 1 + 1e-9 && (ticks.empty() || place - ticks.back().place >= tickRoom))
            ticks.push_back({place, tickText(number)});
    }
    return ticks;
}

int bestRun(const FigureAxis& axis, const std::vector<bool>& left) {
    int best = -1, with = 0;
    double leader = 0;
    for (std::size_t i = 0; i < axis.values.size(); ++i) {
        const double value = axis.values[i];
        if (std::isnan(value) || !left[i]) continue;
        ++with;
        if (best >= 0 && (axis.figure.better == Better::Low ? value >= leader : value <= leader)) continue;
        best = static_cast<int>(i);
        leader = value;
    }
    return axis.figure.better == Better::Neither || with < 2 ? -1 : best;
}

double goodness(const FigureAxis& axis, std::size_t run) {
    if (std::isnan(axis.values[run])) return std::nan("");
    const double place = placeOf(axis, axis.values[run]);
    return axis.figure.better == Better::Low ? 1 - place : place;
}

std::vector<bool> brushedIn(const std::vector<FigureAxis>& axes, const Brushes& brushes) {
    std::vector<bool> in(axes.empty() ? 0 : axes.front().values.size(), true);
    for (const FigureAxis& axis : axes) {
        const auto brush = brushes.find(axis.figure.key);
        if (brush == brushes.end()) continue;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const double place = placeOf(axis, axis.values[i]);
            in[i] = in[i] && place >= brush->second.from - 1e-9 && place <= brush->second.to + 1e-9;
        }
    }
    return in;
}

double lowestPlace(const FigureAxis& axis) { return axis.missing > 0 ? missingPlace - 0.03 : 0; }

Brush stepBrush(const FigureAxis& axis, const std::optional<Brush>& brush, BrushPart part, int way) {
    const double share = axis.categories.isEmpty() ? 0.05 : 1.0 / static_cast<double>(axis.categories.size());
    const double low = lowestPlace(axis);
    if (!brush) {
        const double half = axis.categories.isEmpty() ? 0.5 : share;
        return way > 0 ? Brush{1 - half, 1} : Brush{0, half};
    }
    Brush next = *brush;
    const double step = way * share;
    if (part == BrushPart::Whole) {
        const double shift = std::clamp(step, low - next.from, 1 - next.to);
        next.from += shift;
        next.to += shift;
    } else if (part == BrushPart::Lower) {
        next.from = std::clamp(next.from + step, low, std::max(low, next.to - share));
    } else {
        next.to = std::clamp(next.to + step, std::min(1.0, next.from + share), 1.0);
    }
    return next;
}

QString brushText(const FigureAxis& axis, const Brush& brush) {
    if (axis.categories.isEmpty())
        return QStringLiteral("%1 – %2").arg(valueText(valueAt(axis, std::max(0.0, brush.from))),
                                             valueText(valueAt(axis, std::max(0.0, brush.to))));
    QStringList names;
    for (int i = 0; i < axis.categories.size(); ++i) {
        const double place = placeOf(axis, i);
        if (place >= brush.from && place <= brush.to) names << axis.categories[i];
    }
    return names.isEmpty() ? QStringLiteral("–") : names.join(", ");
}

}  // namespace tritlab
