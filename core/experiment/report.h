// What came out of an experiment: figures of every run, and over the seeds of each variant their mean and range. A
// range over three seeds is shown as it is: minimum and maximum, no standard error that so few runs cannot bear.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/experiment/definition.h"

namespace tritlab {

struct Spread {
    std::int64_t n = 0;  // 0: the others mean nothing
    double mean = 0, min = 0, max = 0;
    void add(double value);  // a NaN is left out
};

struct Measure {
    const char* key;    // in CSV
    const char* label;  // in the Markdown table
    int digits;
    bool spread;  // summed up over seeds (speeds depend on what else the machine did and are only listed)
};

// Held-out figures are of the last evaluation over all held-out text, at lambda 1. "train_loss" is the mean over the
// last twentieth of the steps, at the lambda that each had. Shares are means over all ternary weights at the last look
// at them.
constexpr std::array<Measure, 9> experimentMeasures = {{
    {"eval_loss", "held-out loss", 4, true},
    {"perplexity", "perplexity", 2, true},
    {"bits_per_byte", "bits per byte", 4, true},
    {"train_loss", "training loss", 4, true},
    {"zero_share", "zeros", 4, true},
    {"flip_rate", "flip rate", 5, true},
    {"dead_zone", "dead zone", 4, true},
    {"wall_seconds", "seconds", 1, false},
    {"tokens_per_second", "tokens/s", 0, false},
}};
constexpr std::size_t bitsPerByteMeasure = 2;

struct ExperimentOutcome {
    std::optional<RunSummary> run;                           // of the store, whatever its state
    std::array<double, experimentMeasures.size()> values{};  // NaN: none; all NaN where the run is not finished
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
    std::vector<ExperimentOutcome> outcomes;  // as Experiment::runs
    std::vector<std::array<Spread, experimentMeasures.size()>> variants;
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
