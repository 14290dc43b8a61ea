#include "core/store/run_results.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tritlab {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// What the run's row holds, by the metric's name.
constexpr std::pair<std::string_view, double (*)(const RunSummary&)> held[] = {
    {"loss", [](const RunSummary& run) { return run.lastLoss; }},
    {"eval_loss", [](const RunSummary& run) { return run.lastEvalLoss; }},
    {"perplexity", [](const RunSummary& run) { return run.perplexity; }},
    {"bits_per_byte", [](const RunSummary& run) { return run.bitsPerByte; }},
    {"wall_seconds", [](const RunSummary& run) { return run.wallSeconds; }},
    {"tokens_per_second", [](const RunSummary& run) { return run.tokensPerSecond > 0 ? run.tokensPerSecond : none; }},
    {"tokens",
     [](const RunSummary& run) { return run.foreign && run.tokens == 0 ? none : static_cast<double>(run.tokens); }},
};

auto findHeld(const Metric& metric) {
    return std::find_if(std::begin(held), std::end(held), [&](const auto& each) { return each.first == metric.name; });
}

}  // namespace

bool isInSummary(const Metric& metric) { return findHeld(metric) != std::end(held); }

double lastValue(const RunSummary& run, const Metric& metric) {
    if (const auto found = findHeld(metric); found != std::end(held)) return found->second(run);
    const auto read = run.last.find(metric.series);
    return read == run.last.end() ? none : read->second;
}

double RunResult::value(const RunSummary& run) const { return best ? run.bestEvalLoss : lastValue(run, *metric); }

const std::vector<RunResult>& runResults() {
    static const std::vector<RunResult> all = [] {
        std::vector<RunResult> results;
        for (const bool heldOut : {true, false})
            for (const Metric& metric : metrics()) {
                if (!isOf(metric, InResults) || isOfEvaluations(metric) != heldOut) continue;
                results.push_back({&metric, false});
                if (*metric.best != 0) results.push_back({&metric, true});
            }
        return results;
    }();
    return all;
}

}  // namespace tritlab
