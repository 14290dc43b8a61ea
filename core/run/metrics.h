// Every metric of a run, in one table: what it is called, how it is shown, and where its value stands in an event. The
// recorder, queries, exports, imports, reports of experiments, and the window's charts and tables read this table: a
// new metric is a member of its event, the code that measures it, and an entry here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/run/events.h"

namespace tritlab {

// Of each step, of each evaluation, of each BitLinear at a health snapshot, or of a snapshot as a whole.
using MetricValue = std::variant<double StepEvent::*, std::int64_t StepEvent::*, double EvaluationEvent::*,
                                 double LayerHealth::*, double (*)(const HealthEvent&)>;

enum class Better { Low, High, Neither };  // Neither: more is no good and no bad news

// How the values of all layers become the model's: their mean, in which each weight counts once, or the root of the sum
// of their squares, as the norm of a whole comes from the norms of its parts.
enum class OverLayers { Mean, Norm };

// Where a metric is shown without being asked for. Whatever is set here, every metric is recorded, exported, a key of
// queries, and can be added to the charts.
enum MetricUse : unsigned {
    InCharts = 1,         // a chart on the Charts page, until the person hides it
    OfferedInCharts = 2,  // a chart there that is hidden at first
    InCompare = 4,        // charts over groups of runs; a layer's metric also as an axis over runs
    InResults = 8,        // a column of Compare's results: the last value
    InMarkdown = 16,      // a column of runs as a Markdown table
    InReports = 32,       // in an experiment's tables, with minimum and maximum over the seeds
    InRunReports = 64,    // in an experiment's table of runs alone: it depends on what else the machine did
    InCurves = 128,       // among an experiment's curves
    InSchedules = 256,    // set by the config, not measured: Compare draws these in one chart
};

struct Metric {
    const char* series;  // key in the store; of a layer's metric the model's: "health/all/flip_rate"
    const char* name;    // one word, for queries, columns and file names: "flip_rate"
    MetricValue value;
    const char* label;          // translated in the context "Metric", as are brief, best, unit and help
    const char* brief = label;  // where there is little room
    const char* best = "";      // label of the best value so far, where runs keep one
    const char* unit = "";
    const char* help = label;
    int digits = 4;  // after the decimal point
    Better better = Better::Neither;
    OverLayers overLayers = OverLayers::Mean;
    bool loss = false;                      // drawn on a logarithmic axis where the person wants losses so
    bool noisy = false;                     // charts may smooth it
    bool fromZero = false;                  // charts always show 0
    bool share = false;                     // between 0 and 1
    unsigned uses = 0;                      // of MetricUse
    std::vector<const char*> aliases = {};  // the series' names in other trackers, the likeliest first
};

// In the order in which pages and tables show them. Series and names are unique.
const std::vector<Metric>& metrics();
// Those of each BitLinear.
const std::vector<const Metric*>& layerMetrics();

bool isOf(const Metric& metric, MetricUse use);
bool isOfLayers(const Metric& metric);
bool isOfEvaluations(const Metric& metric);
bool isOfSteps(const Metric& metric);

const Metric* findMetric(std::string_view name);  // null: there is none
// Of a series' key, the model's or a layer's ("health/model.layers.0.mlp.up_proj/flip_rate"); null: of none.
const Metric* metricOfSeries(std::string_view series);
std::string lastPart(std::string_view series);  // "flip_rate" of "health/all/flip_rate"
// The key of a layer's own series.
std::string layerSeries(const Metric& metric, std::string_view layer);
// The layer whose series it is; empty: it is the model's, or of no metric.
std::string_view layerOfSeries(std::string_view series);

// A metric's value in an event; nothing where it is of another event, or where the layer has none (not recorded).
std::optional<double> valueIn(const StepEvent& event, const Metric& metric);
std::optional<double> valueIn(const EvaluationEvent& event, const Metric& metric);
std::optional<double> valueIn(const LayerHealth& layer, const Metric& metric);
// Of the whole model: from the layers, or from the snapshot itself.
std::optional<double> valueIn(const HealthEvent& event, const Metric& metric);

// The label in lower case, for English tables that the window does not translate: "bits per byte".
std::string plainLabel(const Metric& metric);

}  // namespace tritlab
