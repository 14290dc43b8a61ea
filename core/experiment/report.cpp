#include "core/experiment/report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/store/run_results.h"

namespace tritlab {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr StepIndex lossBins = 100;

// Of a finished run and its last evaluation. Of what is summed up over seeds, a step's value is the mean over the last
// twentieth: a single step's jumps about.
double measured(RunStore& store, const RunSummary& run, const EvaluationEvent& evaluation, const Measure& measure) {
    const Metric& metric = *measure.metric;
    if (const auto value = valueIn(evaluation, metric)) return *value;
    if (!measure.spread && isInSummary(metric)) return lastValue(run, metric);
    if (!measure.spread || !isOfSteps(metric)) return store.lastValue(run.id, metric.series).value_or(none);
    Spread last;
    for (const Point& point :
         store.series(run.id, metric.series, run.config.steps - std::max<StepIndex>(1, run.config.steps / 20)))
        last.add(point.value);
    return last.n > 0 ? last.mean : none;
}

std::vector<double> allMeasured(RunStore& store, const RunSummary& run) {
    EvaluationEvent evaluation;
    evaluation.loss = evaluation.perplexity = evaluation.bitsPerByte = evaluation.lossAtLambda = none;
    for (const EvaluationEvent& event : store.evaluations(run.id))
        if (event.full) evaluation = event;
    std::vector<double> values;
    for (const Measure& measure : experimentMeasures()) values.push_back(measured(store, run, evaluation, measure));
    return values;
}

// Means of stretches of steps, under the step in the middle of each.
std::vector<Point> averaged(const std::vector<Point>& points, StepIndex stretch) {
    std::map<StepIndex, Spread> bins;
    for (const Point& point : points) bins[point.step / stretch].add(point.value);
    std::vector<Point> means;
    for (const auto& [bin, value] : bins)
        if (value.n > 0) means.push_back({bin * stretch + stretch / 2, value.mean});
    return means;
}

ExperimentCurve curveOf(const ExperimentReport& report, RunStore& store, const Metric& metric) {
    std::vector<std::map<StepIndex, Spread>> steps(report.experiment.variants.size());
    for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
        const auto& run = report.outcomes[i].run;
        if (!run || run->state != RunState::Finished) continue;
        std::vector<Point> points = store.series(run->id, metric.series);
        if (metric.noisy) points = averaged(points, std::max<StepIndex>(1, run->config.steps / lossBins));
        for (const Point& point : points) steps[report.experiment.runs[i].variant][point.step].add(point.value);
    }
    ExperimentCurve curve{metric.series, {}};
    for (const auto& variant : steps) {
        std::vector<CurvePoint> points;
        for (const auto& [step, value] : variant)
            if (value.n > 0) points.push_back({step, value});
        curve.variants.push_back(std::move(points));
    }
    return curve;
}

}  // namespace

void Spread::add(double value) {
    if (std::isnan(value)) return;
    min = n == 0 ? value : std::min(min, value);
    max = n == 0 ? value : std::max(max, value);
    ++n;
    mean += (value - mean) / static_cast<double>(n);
}

// Held-out figures first, then what the steps gave, the weights, and what is only listed.
const std::vector<Measure>& experimentMeasures() {
    static const std::vector<Measure> all = [] {
        const auto rank = [](const Measure& measure) {
            return !measure.spread ? 3 : isOfEvaluations(*measure.metric) ? 0 : isOfSteps(*measure.metric) ? 1 : 2;
        };
        std::vector<Measure> measures;
        for (const Metric& metric : metrics()) {
            if (isOf(metric, InReports))
                measures.push_back({&metric, (isOfSteps(metric) ? "train_" : "") + std::string(metric.name), true});
            else if (isOf(metric, InRunReports)) measures.push_back({&metric, metric.name, false});
        }
        std::stable_sort(measures.begin(), measures.end(),
                         [&](const Measure& a, const Measure& b) { return rank(a) < rank(b); });
        return measures;
    }();
    return all;
}

std::size_t bitsPerByteMeasure() {
    static const std::size_t place = [] {
        const auto& all = experimentMeasures();
        return static_cast<std::size_t>(
            std::find_if(all.begin(), all.end(), [](const Measure& each) { return each.key == "bits_per_byte"; }) -
            all.begin());
    }();
    return place;
}

ExperimentReport reportExperiment(const Experiment& experiment, RunStore& store) {
    ExperimentReport report;
    report.experiment = experiment;
    report.variants.resize(experiment.variants.size(), std::vector<Spread>(experimentMeasures().size()));
    report.againstFirst.resize(experiment.variants.size());
    const std::vector<RunSummary> runs = store.runs();
    for (const PlannedRun& planned : experiment.runs) {
        ExperimentOutcome outcome;
        outcome.run = runOf(experiment, planned, runs);
        outcome.values.assign(experimentMeasures().size(), none);
        if (outcome.run && outcome.run->state == RunState::Finished) {
            ++report.finished;
            outcome.values = allMeasured(store, *outcome.run);
        }
        if (outcome.run && outcome.run->state == RunState::Diverged) ++report.diverged;
        for (std::size_t m = 0; m < experimentMeasures().size(); ++m)
            report.variants[planned.variant][m].add(outcome.values[m]);
        report.outcomes.push_back(std::move(outcome));
    }
    for (std::size_t i = 0; i < experiment.runs.size(); ++i)
        for (std::size_t first = 0; first < experiment.runs.size(); ++first)
            if (experiment.runs[first].variant == 0 && experiment.runs[first].seed == experiment.runs[i].seed)
                report.againstFirst[experiment.runs[i].variant].add(
                    report.outcomes[i].values[bitsPerByteMeasure()] -
                    report.outcomes[first].values[bitsPerByteMeasure()]);
    for (const Metric& metric : metrics())
        if (isOf(metric, InCurves)) report.curves.push_back(curveOf(report, store, metric));
    return report;
}

}  // namespace tritlab
