// What came out of a run: the last value of its metrics, and the best one where runs keep it. The run's row holds the
// commonest; the others are the last values of series, which have to be read (RunStore::readLast).
#pragma once

#include <string>
#include <vector>

#include "core/run/metrics.h"
#include "core/store/run_store.h"

namespace tritlab {

// Of RunSummary::last where the run's row does not hold it. NaN: none yet, or not read.
double lastValue(const RunSummary& run, const Metric& metric);
// Whether the run's row holds it.
bool isInSummary(const Metric& metric);

// A column of Compare's results.
struct RunResult {
    const Metric* metric;
    bool best;  // of all values so far, not the last
    [[nodiscard]] std::string key() const { return (best ? "best_" : "") + std::string(metric->name); }
    [[nodiscard]] const char* label() const { return best ? metric->best : metric->label; }
    [[nodiscard]] double value(const RunSummary& run) const;  // NaN: none yet
};
// Those of the table's InResults: held-out figures first.
const std::vector<RunResult>& runResults();

}  // namespace tritlab
