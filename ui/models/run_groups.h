// Runs as groups: those that agree in a field of the config (or in all fields but the seed) stand for one curve, the
// mean of their values with the least and the most. All of this is pure: it runs on whatever thread reads the store.
#pragma once

#include <QString>
#include <QStringList>
#include <string>
#include <vector>

#include "core/store/run_store.h"
#include "ui/models/series.h"

namespace tritlab {

// The experiment that a run belongs to: its tag "experiment/NAME"; empty where it has none.
QString experimentOf(const RunSummary& run);
std::string experimentTag(const QString& name);

// How runs are put together: nothing (each stands alone), an experiment, a key of the config, or everything that varies
// but the seed.
namespace grouping {
inline constexpr const char* none = "";
inline constexpr const char* experiment = "experiment";
inline constexpr const char* allButSeed = "*";
}  // namespace grouping

// Keys of the config fields in which the runs differ, in table order; the seed is left out.
std::vector<std::string> varyingFields(const std::vector<RunSummary>& runs);
// "learning_rate = 0.003", or the experiment's name; empty for `none`.
QString groupText(const RunSummary& run, const std::string& by, const std::vector<std::string>& varying);

struct RunGroup {
    QString name;  // what the runs share, or the run's name where it is alone
    std::vector<RunSummary> runs;
};
// In order of the first run of each.
std::vector<RunGroup> groupRuns(const std::vector<RunSummary>& runs, const std::string& by);
std::size_t runCount(const std::vector<RunGroup>& groups);
// The last `mostGroups` of them; where these have more than `mostRuns` together, each keeps as many of its newest as
// the others may.
std::vector<RunGroup> newestGroups(const std::vector<RunGroup>& groups, std::size_t maxGroups, std::size_t maxRuns);

// Over the x of all runs together: mean, least and most of the runs that reach this far (a value between two points of
// a run is interpolated; what is not finite does not count unless nothing else is there, then the mean is NaN). One run
// gives itself.
struct Band {
    Series mean, min, max;
    std::size_t runs = 0;
};
Band bandOf(const std::vector<Series>& runs);
// The exponential moving average of a whole series, as charts show it; strength 0 gives it back.
Series smoothed(const Series& raw, double strength);
// A series over another x than the step ("" is the step): `axis` gives x for each step.
Series overAxis(const std::vector<Point>& values, const std::vector<Point>& axis);
Series overSteps(const std::vector<Point>& values);

}  // namespace tritlab
