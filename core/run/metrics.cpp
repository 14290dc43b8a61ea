#include "core/run/metrics.h"

#include <algorithm>
#include <cmath>

#include "core/base/translate.h"

namespace tritlab {
namespace {

constexpr std::string_view ofModel = "health/all/", ofSnapshots = "health/";

double collapsedLayers(const HealthEvent& event) {
    return static_cast<double>(
        std::count_if(event.layers.begin(), event.layers.end(), [](const LayerHealth& l) { return l.collapsed; }));
}

std::vector<Metric> table() {
    return {
        {.series = "loss",
         .name = "loss",
         .value = &StepEvent::loss,
         .label = QT_TRANSLATE_NOOP("Metric", "Training loss"),
         .brief = QT_TRANSLATE_NOOP("Metric", "Loss"),
         .unit = QT_TRANSLATE_NOOP("Metric", "nats/token"),
         .help = QT_TRANSLATE_NOOP("Metric",
                                   "Loss of one step's batch at the step's lambda, in nats/token: it jumps about"),
         .better = Better::Low,
         .loss = true,
         .noisy = true,
         .uses = InCharts | InCompare | InResults | InMarkdown | InReports | InCurves,
         .aliases = {"train/loss", "Loss/train", "loss/train", "train_loss", "training_loss", "Loss", "Train/Loss",
                     "train/epoch_loss", "epoch_loss"}},
        {.series = "eval/loss",
         .name = "eval_loss",
         .value = &EvaluationEvent::loss,
         .label = QT_TRANSLATE_NOOP("Metric", "Held-out loss"),
         .best = QT_TRANSLATE_NOOP("Metric", "Best held-out loss"),
         .unit = QT_TRANSLATE_NOOP("Metric", "nats/token"),
         .help = QT_TRANSLATE_NOOP("Metric", "Loss on held-out text at lambda 1, in nats/token"),
         .better = Better::Low,
         .loss = true,
         .uses = InCharts | InCompare | InResults | InMarkdown | InReports | InCurves,
         .aliases = {"val/loss", "Loss/val", "loss/val", "val_loss", "eval_loss", "Loss/test", "validation/loss",
                     "test/loss", "validation/epoch_loss"}},
        {.series = "eval/loss_at_lambda",
         .name = "eval_loss_at_lambda",
         .value = &EvaluationEvent::lossAtLambda,
         .label = QT_TRANSLATE_NOOP("Metric", "Held-out loss at the step's lambda"),
         .unit = QT_TRANSLATE_NOOP("Metric", "nats/token"),
         .better = Better::Low,
         .loss = true,
         .uses = InCurves},
        {.series = "eval/perplexity",
         .name = "perplexity",
         .value = &EvaluationEvent::perplexity,
         .label = QT_TRANSLATE_NOOP("Metric", "Perplexity"),
         .help = QT_TRANSLATE_NOOP("Metric", "Of held-out text: e to the power of its loss"),
         .digits = 2,
         .better = Better::Low,
         .uses = OfferedInCharts | InResults | InMarkdown | InReports},
        {.series = "eval/bits_per_byte",
         .name = "bits_per_byte",
         .value = &EvaluationEvent::bitsPerByte,
         .label = QT_TRANSLATE_NOOP("Metric", "Bits per byte"),
         .brief = QT_TRANSLATE_NOOP("Metric", "bits/B"),
         .help = QT_TRANSLATE_NOOP("Metric", "Bits per byte of held-out text: comparable between tokenizers"),
         .better = Better::Low,
         .uses = InCharts | InCompare | InResults | InMarkdown | InReports},
        {.series = "lr",
         .name = "lr",
         .value = &StepEvent::learningRate,
         .label = QT_TRANSLATE_NOOP("Metric", "Learning rate"),
         .fromZero = true,
         .uses = InCharts | InSchedules,
         .aliases = {"train/learning_rate", "learning_rate", "train/lr", "LR", "Learning rate"}},
        {.series = "lambda",
         .name = "lambda",
         .value = &StepEvent::lambda,
         .label = QT_TRANSLATE_NOOP("Metric", "Lambda"),
         .help = QT_TRANSLATE_NOOP("Metric", "How far quantization is blended in: 0 not at all, 1 wholly"),
         .fromZero = true,
         .share = true,
         .uses = InCharts | InSchedules | InCurves},
        {.series = "grad_norm",
         .name = "grad_norm",
         .value = &StepEvent::gradNorm,
         .label = QT_TRANSLATE_NOOP("Metric", "Gradient norm"),
         .help = QT_TRANSLATE_NOOP("Metric", "L2 norm of the whole gradient before clipping"),
         .noisy = true,
         .fromZero = true,
         .uses = InCharts | InCompare,
         .aliases = {"train/grad_norm", "gradient_norm"}},
        {.series = "tokens",
         .name = "tokens",
         .value = &StepEvent::tokens,
         .label = QT_TRANSLATE_NOOP("Metric", "Tokens"),
         .help = QT_TRANSLATE_NOOP("Metric", "Tokens trained on so far"),
         .digits = 0,
         .uses = InResults | InMarkdown},
        {.series = "wall_seconds",
         .name = "wall_seconds",
         .value = &StepEvent::wallSeconds,
         .label = QT_TRANSLATE_NOOP("Metric", "Seconds"),
         .help = QT_TRANSLATE_NOOP("Metric", "Time trained, pauses left out"),
         .digits = 1,
         .uses = InMarkdown | InRunReports},
        {.series = "tokens_per_second",
         .name = "tokens_per_second",
         .value = &StepEvent::tokensPerSecond,
         .label = QT_TRANSLATE_NOOP("Metric", "Speed"),
         .brief = QT_TRANSLATE_NOOP("Metric", "tokens/s"),
         .unit = QT_TRANSLATE_NOOP("Metric", "tokens/s"),
         .help = QT_TRANSLATE_NOOP("Metric", "Tokens trained on per second"),
         .digits = 0,
         .better = Better::High,
         .noisy = true,
         .fromZero = true,
         .uses = InCharts | InCompare | InResults | InRunReports},
        {.series = "health/all/std",
         .name = "std",
         .value = &LayerHealth::std,
         .label = QT_TRANSLATE_NOOP("Metric", "Standard deviation"),
         .brief = QT_TRANSLATE_NOOP("Metric", "Std"),
         .help = QT_TRANSLATE_NOOP("Metric", "Standard deviation of the shadow weights")},
        {.series = "health/all/abs_mean",
         .name = "abs_mean",
         .value = &LayerHealth::absMean,
         .label = QT_TRANSLATE_NOOP("Metric", "Mean |w|"),
         .help = QT_TRANSLATE_NOOP("Metric", "Mean magnitude of the shadow weights: the scale of the ternary ones")},
        {.series = "health/all/negative",
         .name = "negative_share",
         .value = &LayerHealth::negative,
         .label = QT_TRANSLATE_NOOP("Metric", "Negative weights"),
         .brief = QT_TRANSLATE_NOOP("Metric", "−1"),
         .unit = QT_TRANSLATE_NOOP("Metric", "share"),
         .help = QT_TRANSLATE_NOOP("Metric", "Share of the weights that are −1"),
         .share = true},
        {.series = "health/all/zero",
         .name = "zero_share",
         .value = &LayerHealth::zero,
         .label = QT_TRANSLATE_NOOP("Metric", "Zero weights"),
         .brief = QT_TRANSLATE_NOOP("Metric", "0"),
         .unit = QT_TRANSLATE_NOOP("Metric", "share"),
         .help = QT_TRANSLATE_NOOP("Metric", "Share of the weights that are 0"),
         .share = true,
         .uses = InCharts | InCompare | InReports | InCurves},
        {.series = "health/all/positive",
         .name = "positive_share",
         .value = &LayerHealth::positive,
         .label = QT_TRANSLATE_NOOP("Metric", "Positive weights"),
         .brief = QT_TRANSLATE_NOOP("Metric", "+1"),
         .unit = QT_TRANSLATE_NOOP("Metric", "share"),
         .help = QT_TRANSLATE_NOOP("Metric", "Share of the weights that are +1"),
         .share = true},
        {.series = "health/all/flip_rate",
         .name = "flip_rate",
         .value = &LayerHealth::flipRate,
         .label = QT_TRANSLATE_NOOP("Metric", "Flip rate"),
         .brief = QT_TRANSLATE_NOOP("Metric", "Flips"),
         .unit = QT_TRANSLATE_NOOP("Metric", "share of codes"),
         .help = QT_TRANSLATE_NOOP("Metric", "Share of the ternary codes that changed since the last snapshot"),
         .digits = 5,
         .fromZero = true,
         .share = true,
         .uses = InCharts | InCompare | InReports | InCurves},
        {.series = "health/all/reversal_rate",
         .name = "reversal_rate",
         .value = &LayerHealth::reversalRate,
         .label = QT_TRANSLATE_NOOP("Metric", "Reversal rate"),
         .brief = QT_TRANSLATE_NOOP("Metric", "Reversals"),
         .unit = QT_TRANSLATE_NOOP("Metric", "share of codes"),
         .help =
             QT_TRANSLATE_NOOP("Metric", "Share of the codes whose flip undid the one before, averaged over snapshots"),
         .fromZero = true,
         .share = true,
         .uses = InCharts | InCompare},
        {.series = "health/all/dead_zone",
         .name = "dead_zone",
         .value = &LayerHealth::deadZone,
         .label = QT_TRANSLATE_NOOP("Metric", "Dead zone"),
         .unit = QT_TRANSLATE_NOOP("Metric", "share"),
         .help = QT_TRANSLATE_NOOP("Metric", "Share of the weights near a boundary of the codes"),
         .fromZero = true,
         .share = true,
         .uses = InCharts | InCompare | InReports | InCurves},
        {.series = "health/all/gradient_norm",
         .name = "bitlinear_gradient_norm",
         .value = &LayerHealth::gradientNorm,
         .label = QT_TRANSLATE_NOOP("Metric", "BitLinear gradient norm"),
         .brief = QT_TRANSLATE_NOOP("Metric", "Gradient"),
         .help = QT_TRANSLATE_NOOP(
             "Metric",
             "L2 norm of the gradient of the BitLinear weights before clipping, in the step before the snapshot"),
         .overLayers = OverLayers::Norm,
         .fromZero = true,
         .uses = InCharts | InCompare},
        {.series = "health/collapsed",
         .name = "collapsed",
         .value = collapsedLayers,
         .label = QT_TRANSLATE_NOOP("Metric", "Collapsed layers"),
         .help = QT_TRANSLATE_NOOP("Metric", "Layers whose shadow weights have a standard deviation below 0.001"),
         .digits = 0,
         .better = Better::Low,
         .fromZero = true,
         .uses = InCharts},
        {.series = "weight_decay",
         .name = "weight_decay",
         .value = &StepEvent::weightDecay,
         .label = QT_TRANSLATE_NOOP("Metric", "Weight decay"),
         .fromZero = true,
         .uses = InCharts | InSchedules},
        {.series = "memory",
         .name = "memory",
         .value = &StepEvent::memoryBytes,
         .label = QT_TRANSLATE_NOOP("Metric", "Memory"),
         .unit = QT_TRANSLATE_NOOP("Metric", "bytes"),
         .help = QT_TRANSLATE_NOOP("Metric", "Memory of the training process (resident set)"),
         .digits = 0,
         .fromZero = true,
         .uses = InCharts},
    };
}

// How much a layer counts in a mean: the histogram counts every weight once, so its sum is the layer's size.
double weightsOf(const LayerHealth& layer) {
    double count = 0;
    for (const std::uint32_t bin : layer.histogram) count += bin;
    return count;
}

double meanOverLayers(const HealthEvent& event, double LayerHealth::*figure) {
    double weights = 0;
    for (const LayerHealth& layer : event.layers) weights += weightsOf(layer);
    const bool counted = weights > 0;  // else every layer counts the same
    if (!counted) weights = static_cast<double>(event.layers.size());
    double mean = 0;
    for (const LayerHealth& layer : event.layers) mean += layer.*figure * (counted ? weightsOf(layer) : 1.0) / weights;
    return mean;
}

double normOverLayers(const HealthEvent& event, double LayerHealth::*figure) {
    double squares = 0;
    for (const LayerHealth& layer : event.layers) squares += layer.*figure * layer.*figure;
    return std::sqrt(squares);
}

}  // namespace

const std::vector<Metric>& metrics() {
    static const std::vector<Metric> all = table();
    return all;
}

const std::vector<const Metric*>& layerMetrics() {
    static const std::vector<const Metric*> found = [] {
        std::vector<const Metric*> list;
        for (const Metric& metric : metrics())
            if (isOfLayers(metric)) list.push_back(&metric);
        return list;
    }();
    return found;
}

bool isOf(const Metric& metric, MetricUse use) { return (metric.uses & use) != 0; }

bool isOfLayers(const Metric& metric) { return std::holds_alternative<double LayerHealth::*>(metric.value); }

bool isOfEvaluations(const Metric& metric) { return std::holds_alternative<double EvaluationEvent::*>(metric.value); }

bool isOfSteps(const Metric& metric) {
    return std::holds_alternative<double StepEvent::*>(metric.value) ||
           std::holds_alternative<std::int64_t StepEvent::*>(metric.value);
}

const Metric* findMetric(std::string_view name) {
    const auto found =
        std::find_if(metrics().begin(), metrics().end(), [&](const Metric& metric) { return metric.name == name; });
    return found == metrics().end() ? nullptr : &*found;
}

std::string lastPart(std::string_view series) { return std::string(series.substr(series.rfind('/') + 1)); }

const Metric* metricOfSeries(std::string_view series) {
    for (const Metric& metric : metrics())
        if (metric.series == series) return &metric;
    if (!series.starts_with(ofSnapshots) || series.rfind('/') < ofSnapshots.size()) return nullptr;
    for (const Metric* metric : layerMetrics())
        if (lastPart(metric->series) == lastPart(series)) return metric;
    return nullptr;
}

std::string layerSeries(const Metric& metric, std::string_view layer) {
    return std::string(ofSnapshots).append(layer).append("/").append(lastPart(metric.series));
}

std::string_view layerOfSeries(std::string_view series) {
    if (series.starts_with(ofModel) || metricOfSeries(series) == nullptr || !isOfLayers(*metricOfSeries(series)))
        return {};
    return series.substr(ofSnapshots.size(), series.rfind('/') - ofSnapshots.size());
}

std::optional<double> valueIn(const StepEvent& event, const Metric& metric) {
    if (const auto* real = std::get_if<double StepEvent::*>(&metric.value)) return event.**real;
    if (const auto* whole = std::get_if<std::int64_t StepEvent::*>(&metric.value))
        return static_cast<double>(event.**whole);
    return std::nullopt;
}

std::optional<double> valueIn(const EvaluationEvent& event, const Metric& metric) {
    const auto* member = std::get_if<double EvaluationEvent::*>(&metric.value);
    return member == nullptr ? std::nullopt : std::optional(event.**member);
}

std::optional<double> valueIn(const LayerHealth& layer, const Metric& metric) {
    const auto* member = std::get_if<double LayerHealth::*>(&metric.value);
    if (member == nullptr) return std::nullopt;
    // What may be missing is NaN until it is measured; what is always there may become NaN in a run that goes wrong.
    const bool mayBeMissing = std::isnan(LayerHealth().**member);
    return mayBeMissing && std::isnan(layer.**member) ? std::nullopt : std::optional(layer.**member);
}

std::optional<double> valueIn(const HealthEvent& event, const Metric& metric) {
    if (const auto* whole = std::get_if<double (*)(const HealthEvent&)>(&metric.value)) return (*whole)(event);
    const auto* member = std::get_if<double LayerHealth::*>(&metric.value);
    const auto missing = [&](const LayerHealth& layer) { return !valueIn(layer, metric); };
    if (member == nullptr || event.layers.empty() || std::any_of(event.layers.begin(), event.layers.end(), missing))
        return std::nullopt;
    return metric.overLayers == OverLayers::Norm ? normOverLayers(event, *member) : meanOverLayers(event, *member);
}

std::string plainLabel(const Metric& metric) {
    std::string text = metric.label;
    if (text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

}  // namespace tritlab
