// The runs that parallel coordinates show: where each crosses the axes, the brushes and which runs lie in all of them,
// which run is the best, in which order the lines lie over each other. No pixels.
#pragma once

#include <optional>
#include <vector>

#include "ui/models/figure_axis.h"
#include "ui/models/series.h"

namespace tritlab {

class ParallelRuns {
public:
    // Brushes of figures that have an axis no more are dropped. Without axes there are no runs either.
    void set(std::vector<PlottedRun> runs, std::vector<FigureAxis> axes);
    void setBrush(const std::string& key, const std::optional<Brush>& brush);  // of a figure; nothing: takes it away
    void clearBrushes();

    [[nodiscard]] const std::vector<PlottedRun>& runs() const { return runs_; }
    [[nodiscard]] const std::vector<FigureAxis>& axes() const { return axes_; }
    [[nodiscard]] const Brushes& brushes() const { return brushes_; }
    [[nodiscard]] std::optional<Brush> brushOf(std::size_t axis) const;
    [[nodiscard]] const std::vector<double>& places(std::size_t run) const { return places_[run]; }  // by axis
    [[nodiscard]] const Series& line(std::size_t run) const { return series_[run]; }                 // axis, place
    // As the lines are drawn: the better by the last axis, the later.
    [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }
    [[nodiscard]] const std::vector<bool>& left() const { return in_; }  // of each run: in all brushes
    [[nodiscard]] int countLeft() const;
    [[nodiscard]] int best() const { return best_; }     // of those that are left; -1: none
    [[nodiscard]] int indexOf(const QString& id) const;  // -1: it is not there
    [[nodiscard]] std::vector<std::size_t> leftBestFirst() const;
    // The run that is left whose line is nearest up or down at `at` (in axes from the first), within `reach` of places;
    // of lines that cover each other, the one on top. -1: none.
    [[nodiscard]] int nearest(double at, double place, double reach) const;

private:
    void brushed();
    std::vector<PlottedRun> runs_;
    std::vector<FigureAxis> axes_;
    std::vector<std::vector<double>> places_;  // by run and axis
    std::vector<Series> series_;               // the same, for the picture
    std::vector<std::size_t> order_;
    std::vector<bool> in_;
    Brushes brushes_;
    int best_ = -1;
};

}  // namespace tritlab
