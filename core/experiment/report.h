// What came out of an experiment: figures of every run, and over the seeds of each variant their mean and range. A
// range over three seeds is shown as it is: minimum and maximum, no standard error that so few runs cannot bear.
#pragma once

#include <string>
#include <vector>

#include "core/experiment/definition.h"
#include "core/run/metrics.h"

namespace tritlab {

struct Spread {
    std::int64_t n = 0;  // 0: the others mean nothing
    double mean = 0, min = 0, max = 0;
    void add(double value);  // a NaN is left out
};

// A metric of core/run/metrics.h as a column of an experiment's tables.
struct Measure {
    const Metric* metric;
    std::string key;  // in CSV: the metric's name, of a step's "train_" before it
    bool spread;      // summed up over seeds (InReports); else only listed run by run (InRunReports)
};

// Held-out figures are of the last evaluation over all held-out text, at lambda 1. "train_loss" is the mean over the
// last twentieth of the steps, at the lambda that each had. Shares are means over all ternary weights at the last look
// at them.
const std::vector<Measure>& experimentMeasures();
std::size_t bitsPerByteMeasure();  // its place among them

struct ExperimentOutcome {
    std::optional<RunSummary> run;  // of the store, whatever its state
    std::vector<double> values;     // of the measures; NaN: none; all NaN where the run is not finished
};

struct CurvePoint {
    StepIndex step = 0;
    Spread value;  // over the finished seeds that have the step
};
struct ExperimentCurve {
    std::string key;
    std::vector<std::vector<CurvePoint>> variants;  // as Experiment::variants; empty where nothing is known
};

struct ExperimentReport {
    Experiment experiment;
    std::vector<ExperimentOutcome> outcomes;    // as Experiment::runs
    std::vector<std::vector<Spread>> variants;  // of the measures
    // Bits per byte less those of the first variant with the same seed.
    std::vector<Spread> againstFirst;
    std::vector<ExperimentCurve> curves;
    std::int64_t finished = 0, diverged = 0;
};

// Reads the runs' figures and curves. Training losses are averaged over hundredths of the run, everything else is taken
// as it is.
ExperimentReport reportExperiment(const Experiment& experiment, RunStore& store);

// Tables: one line a run; one a variant; one a variant, key and step. And the variants as Markdown, the lowest mean of
// bits per byte in bold.
std::string runsCsv(const ExperimentReport& report);
std::string summaryCsv(const ExperimentReport& report);
std::string curvesCsv(const ExperimentReport& report);
std::string summaryMarkdown(const ExperimentReport& report);

}  // namespace tritlab
