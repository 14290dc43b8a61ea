#include "ui/models/run_groups.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/store/query.h"
#include "core/store/run_settings.h"
#include "ui/models/smoothing.h"
#include "ui/models/x_axis.h"

namespace tritlab {

namespace {

constexpr const char* tagPrefix = "experiment/";

// One run while all are walked through in rising x.
struct Walker {
    const Series* series;
    std::size_t at = 0;  // the first point with x >= the x looked at

    [[nodiscard]] bool covers(double x) const {
        return !series->empty() && series->x(0) <= x && x <= series->x(series->size() - 1);
    }
    [[nodiscard]] double value(double x) const {
        const double right = static_cast<double>(series->y(at));
        if (series->x(at) == x || at == 0) return right;
        const double left = static_cast<double>(series->y(at - 1)), from = series->x(at - 1);
        return left + (right - left) * (x - from) / (series->x(at) - from);
    }
};

}  // namespace

QString experimentOf(const RunSummary& run) {
    for (const std::string& tag : run.tags) {
        if (tag.starts_with(tagPrefix))
            return QString::fromStdString(tag.substr(std::char_traits<char>::length(tagPrefix)));
    }
    return {};
}

std::string experimentTag(const QString& name) { return tagPrefix + name.toStdString(); }

std::vector<std::string> varyingFields(const std::vector<RunSummary>& runs) {
    std::vector<const RunSummary*> compared;
    for (const RunSummary& run : runs) compared.push_back(&run);
    std::vector<std::string> keys;
    for (const SettingRow& row : settingRows(compared))
        if (row.field != nullptr && row.differs && row.key != "seed") keys.push_back(row.key);
    return keys;
}

QString groupText(const RunSummary& run, const std::string& by, const std::vector<std::string>& varying) {
    if (by.empty()) return {};
    if (by == grouping::experiment) return experimentOf(run);
    // of another program's run nobody knows whether one differs from it by the seed alone
    if (by == grouping::allButSeed && run.foreign) return QString::fromStdString(run.name + " (" + run.id + ")");
    QStringList parts;
    for (const std::string& key : by == grouping::allButSeed ? varying : std::vector<std::string>{by}) {
        const std::string value = runQueryValue(run, key);
        parts << QString::fromStdString(key + " = " + (value.empty() ? std::string("–") : value)).simplified();
    }
    return parts.join(", ");
}

std::vector<RunGroup> groupRuns(const std::vector<RunSummary>& runs, const std::string& by) {
    std::vector<RunGroup> groups;
    const std::vector<std::string> varying =
        by == grouping::allButSeed ? varyingFields(runs) : std::vector<std::string>{};
    std::vector<QString> keys;
    for (const RunSummary& run : runs) {
        const QString key = groupText(run, by, varying);
        // A run that belongs to no experiment stands alone, as every run does where nothing groups them.
        const bool alone = by.empty() || (by == grouping::experiment && key.isEmpty());
        const auto found = alone ? keys.end() : std::find(keys.begin(), keys.end(), key);
        if (found != keys.end()) {
            groups[static_cast<std::size_t>(found - keys.begin())].runs.push_back(run);
            continue;
        }
        keys.push_back(alone ? QString() : key);
        groups.push_back({alone || key.isEmpty() ? QString::fromStdString(run.name) : key, {run}});
    }
    return groups;
}

std::size_t runCount(const std::vector<RunGroup>& groups) {
    std::size_t runs = 0;
    for (const RunGroup& group : groups) runs += group.runs.size();
    return runs;
}

std::vector<RunGroup> newestGroups(const std::vector<RunGroup>& groups, std::size_t maxGroups, std::size_t maxRuns) {
    std::vector<RunGroup> newest(groups.end() - static_cast<std::ptrdiff_t>(std::min(maxGroups, groups.size())),
                                 groups.end());
    if (runCount(newest) <= maxRuns) return newest;
    // Small groups stay whole; what they leave is shared by the others.
    std::vector<std::size_t> sizes;
    for (const RunGroup& group : newest) sizes.push_back(group.runs.size());
    std::sort(sizes.begin(), sizes.end());
    std::size_t left = maxRuns, share = 1;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        share = std::max<std::size_t>(1, left / (sizes.size() - i));
        if (sizes[i] > share) break;
        left -= std::min(left, sizes[i]);
    }
    for (RunGroup& group : newest) {
        if (group.runs.size() > share)
            group.runs.erase(group.runs.begin(), group.runs.end() - static_cast<std::ptrdiff_t>(share));
    }
    return newest;
}

Band bandOf(const std::vector<Series>& runs) {
    Band band;
    band.runs = runs.size();
    if (runs.size() == 1) {
        band.mean = runs.front();
        return band;
    }
    std::vector<Walker> walkers;
    for (const Series& series : runs) walkers.push_back({&series});
    for (;;) {
        double x = std::numeric_limits<double>::infinity();
        for (const Walker& walker : walkers) {
            if (walker.at < walker.series->size()) x = std::min(x, walker.series->x(walker.at));
        }
        if (!std::isfinite(x)) return band;
        double sum = 0, min = HUGE_VAL, max = -HUGE_VAL;
        int count = 0;
        for (const Walker& walker : walkers) {
            if (!walker.covers(x) || walker.at >= walker.series->size()) continue;
            const double value = walker.value(x);
            if (!std::isfinite(value)) continue;
            sum += value;
            min = std::min(min, value);
            max = std::max(max, value);
            ++count;
        }
        band.mean.append(x, count > 0 ? sum / count : std::nan(""));
        if (count > 0) {
            band.min.append(x, min);
            band.max.append(x, max);
        }
        for (Walker& walker : walkers) {
            if (walker.at < walker.series->size() && walker.series->x(walker.at) <= x) ++walker.at;
        }
    }
}

Series smoothed(const Series& raw, double strength) {
    if (strength <= 0) return raw;
    Series series;
    Ema ema(strength);
    for (std::size_t i = 0; i < raw.size(); ++i) series.append(raw.x(i), ema.next(static_cast<double>(raw.y(i))));
    return series;
}

Series overSteps(const std::vector<Point>& values) {
    Series series;
    for (const Point& point : values) series.append(static_cast<double>(point.step), point.value);
    return series;
}

Series overAxis(const std::vector<Point>& values, const std::vector<Point>& axis) {
    Series mapped;
    if (axis.empty()) return mapped;
    const Series keys = overSteps(axis);
    mapOver(overSteps(values), &keys, 1, 0, mapped);
    return mapped;
}

}  // namespace tritlab
