// What came out (runResults()), as a table over groups of runs: mean with the least and the most of each figure, the
// best of each column marked.
#pragma once

#include "core/store/run_results.h"
#include "ui/models/run_groups.h"
#include "ui/models/text_table_model.h"

namespace tritlab {

struct GroupResult {
    double mean = 0, min = 0, max = 0;  // NaN: no run has the figure
    int count = 0;                      // of the runs that have it
};
GroupResult resultOf(const RunGroup& group, const RunResult& column);
// The group whose mean is the best; -1 where fewer than two have one.
int bestGroup(const std::vector<RunGroup>& groups, const RunResult& column);

QStringList resultHeaders(const std::vector<RunGroup>& groups);
std::vector<TableRow> resultRows(const std::vector<RunGroup>& groups, bool dark);
// All digits, one line a group: name, runs, states, each figure as mean, least, most, and the fields that vary.
QString resultsCsv(const std::vector<RunGroup>& groups);
// As the table reads, the best in bold.
QString resultsMarkdown(const std::vector<RunGroup>& groups);

}  // namespace tritlab
