#include "core/experiment/report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace tritlab {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, 7> curveKeys = {"loss",
                                                  "eval/loss",
                                                  "eval/loss_at_lambda",
                                                  "lambda",
                                                  "health/all/zero",
                                                  "health/all/flip_rate",
                                                  "health/all/dead_zone"};
constexpr StepIndex lossBins = 100;

double lastValue(RunStore& store, const std::string& run, const char* key) {
    const std::vector<Point> points = store.series(run, key);
    return points.empty() ? none : points.back().value;
}

std::array<double, experimentMeasures.size()> measured(RunStore& store, const RunSummary& run) {
    EvaluationEvent evaluation;
    evaluation.loss = evaluation.perplexity = evaluation.bitsPerByte = none;
    for (const EvaluationEvent& event : store.evaluations(run.id))
        if (event.full) evaluation = event;
    Spread loss;
    for (const Point& point :
         store.series(run.id, "loss", run.config.steps - std::max<StepIndex>(1, run.config.steps / 20)))
        loss.add(point.value);
    return {evaluation.loss,
            evaluation.perplexity,
            evaluation.bitsPerByte,
            loss.n > 0 ? loss.mean : none,
            lastValue(store, run.id, "health/all/zero"),
            lastValue(store, run.id, "health/all/flip_rate"),
            lastValue(store, run.id, "health/all/dead_zone"),
            run.wallSeconds,
            run.tokensPerSecond};
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

ExperimentCurve curveOf(const ExperimentReport& report, RunStore& store, const char* key) {
    std::vector<std::map<StepIndex, Spread>> steps(report.experiment.variants.size());
    for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
        const auto& run = report.outcomes[i].run;
        if (!run || run->state != RunState::Finished) continue;
        std::vector<Point> points = store.series(run->id, key);
        if (std::string_view(key) == "loss")
            points = averaged(points, std::max<StepIndex>(1, run->config.steps / lossBins));
        for (const Point& point : points) steps[report.experiment.runs[i].variant][point.step].add(point.value);
    }
    ExperimentCurve curve{key, {}};
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

ExperimentReport reportExperiment(const Experiment& experiment, RunStore& store) {
    ExperimentReport report;
    report.experiment = experiment;
    report.variants.resize(experiment.variants.size());
    report.againstFirst.resize(experiment.variants.size());
    const std::vector<RunSummary> runs = store.runs();
    for (const PlannedRun& planned : experiment.runs) {
        ExperimentOutcome outcome;
        outcome.run = runOf(experiment, planned, runs);
        outcome.values.fill(none);
        if (outcome.run && outcome.run->state == RunState::Finished) {
            ++report.finished;
            outcome.values = measured(store, *outcome.run);
        }
        if (outcome.run && outcome.run->state == RunState::Diverged) ++report.diverged;
        for (std::size_t m = 0; m < experimentMeasures.size(); ++m)
            report.variants[planned.variant][m].add(outcome.values[m]);
        report.outcomes.push_back(std::move(outcome));
    }
    for (std::size_t i = 0; i < experiment.runs.size(); ++i)
        for (std::size_t first = 0; first < experiment.runs.size(); ++first)
            if (experiment.runs[first].variant == 0 && experiment.runs[first].seed == experiment.runs[i].seed)
                report.againstFirst[experiment.runs[i].variant].add(report.outcomes[i].values[bitsPerByteMeasure] -
                                                                    report.outcomes[first].values[bitsPerByteMeasure]);
    for (const char* key : curveKeys) report.curves.push_back(curveOf(report, store, key));
    return report;
}

}  // namespace tritlab
