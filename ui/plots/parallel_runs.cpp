#include "ui/plots/parallel_runs.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tritlab {

void ParallelRuns::set(std::vector<PlottedRun> runs, std::vector<FigureAxis> axes) {
    axes_ = std::move(axes);
    runs_ = axes_.empty() ? std::vector<PlottedRun>{} : std::move(runs);
    places_.assign(runs_.size(), {});
    series_.assign(runs_.size(), {});
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        for (const FigureAxis& axis : axes_) places_[i].push_back(placeOf(axis, axis.values[i]));
        for (std::size_t axis = 0; axis < axes_.size(); ++axis)
            series_[i].append(static_cast<double>(axis), places_[i][axis]);
    }
    order_.resize(runs_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (!axes_.empty()) {
        const auto rank = [this](std::size_t run) {
            const double good = goodness(axes_.back(), run);
            return std::isnan(good) ? -1 : good;
        };
        std::stable_sort(order_.begin(), order_.end(),
                         [&rank](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    }
    std::erase_if(brushes_, [this](const auto& brush) {
        return std::none_of(axes_.begin(), axes_.end(),
                            [&brush](const FigureAxis& axis) { return axis.figure.key == brush.first; });
    });
    brushed();
}

void ParallelRuns::setBrush(const std::string& key, const std::optional<Brush>& brush) {
    if (brush) brushes_[key] = *brush;
    else brushes_.erase(key);
    brushed();
}

void ParallelRuns::clearBrushes() {
    brushes_.clear();
    brushed();
}

void ParallelRuns::brushed() {
    in_ = brushedIn(axes_, brushes_);
    best_ = axes_.empty() ? -1 : bestRun(axes_.back(), in_);
}

std::optional<Brush> ParallelRuns::brushOf(std::size_t axis) const {
    const auto brush = brushes_.find(axes_[axis].figure.key);
    return brush == brushes_.end() ? std::nullopt : std::optional(brush->second);
}

int ParallelRuns::countLeft() const { return static_cast<int>(std::count(in_.begin(), in_.end(), true)); }

int ParallelRuns::indexOf(const QString& id) const {
    const auto at = std::find_if(runs_.begin(), runs_.end(), [&id](const PlottedRun& run) { return run.id == id; });
    return at == runs_.end() ? -1 : static_cast<int>(at - runs_.begin());
}

std::vector<std::size_t> ParallelRuns::leftBestFirst() const {
    std::vector<std::size_t> left;
    std::copy_if(order_.rbegin(), order_.rend(), std::back_inserter(left),
                 [this](std::size_t run) { return in_[run]; });
    return left;
}

int ParallelRuns::nearest(double at, double place, double reach) const {
    if (axes_.size() < 2 || at < 0 || at > static_cast<double>(axes_.size() - 1)) return -1;
    const auto left = std::min(static_cast<std::size_t>(at), axes_.size() - 2);
    const double share = at - static_cast<double>(left);
    int best = -1;
    double min = reach;
    for (const std::size_t run : order_) {
        if (!in_[run]) continue;
        const double away = std::abs(places_[run][left] * (1 - share) + places_[run][left + 1] * share - place);
        if (away > min) continue;
        min = away;
        best = static_cast<int>(run);
    }
    return best;
}

}  // namespace tritlab
