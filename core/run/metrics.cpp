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

#define TEXT(text) QT_TRANSLATE_NOOP("Metric", text)
std::vector<Metric> table() {
    return {
        {.series = "loss",
         .name = "loss",
         .value = &StepEvent::loss,
         .label = TEXT("Training loss"),
         .brief = TEXT("Loss"),
         .unit = TEXT("nats/token"),
         .help = TEXT("Loss of one step's batch at the step's lambda, in nats/token: it jumps about"),
         .better = Better::Low,
         .loss = true,
         .noisy = true,
         .uses = InCharts | InCompare | InResults | InMarkdown | InReports | InCurves,
         .aliases = {"train/loss", "Loss/train", "loss/train", "train_loss", "training_loss", "Loss", "Train/Loss"}},
        {.series = "eval/loss",
         .name = "eval_loss",
         .value = &EvaluationEvent::loss,
         .label = TEXT("Held-out loss"),
         .best = TEXT("Best held-out loss"),
         .unit = TEXT("nats/token"),
         .help = TEXT("Loss on held-out text at lambda 1, in nats/token"),
         .better = Better::Low,
         .loss = true,
         .uses = InCharts | InCompare | InResults | InMarkdown | InReports | InCurves,
         .aliases = {"val/loss", "Loss/val", "loss/val", "val_loss", "eval_loss", "Loss/test", "validation/loss",
                     "test/loss"}},
        {.series = "eval/loss_at_lambda",
         .name = "eval_loss_at_lambda",
         .value = &EvaluationEvent::lossAtLambda,
         .label = TEXT("Held-out loss at the step's lambda"),
         .unit = TEXT("nats/token"),
         .better = Better::Low,
         .loss = true,
         .uses = InCurves},
        {.series = "eval/perplexity",
         .name = "perplexity",
         .value = &EvaluationEvent::perplexity,
         .label = TEXT("Perplexity"),
         .help = TEXT("Of held-out text: e to the power of its loss"),
         .digits = 2,
         .better = Better::Low,
         .uses = OfferedInCharts | InResults | InMarkdown | InReports},
        {.series = "eval/bits_per_byte",
         .name = "bits_per_byte",
         .value = &EvaluationEvent::bitsPerByte,
         .label = TEXT("Bits per byte"),
         .brief = TEXT("bits/B"),
         .help = TEXT("Bits per byte of held-out text: comparable between tokenizers"),
         .better = Better::Low,
         .uses = InCharts | InCompare | InResults | InMarkdown | InReports},
        {.series = "lr",
         .name = "lr",
         .value = &StepEvent::learningRate,
         .label = TEXT("Learning rate"),
         .fromZero = true,
         .uses = InCharts | InSchedules,
         .aliases = {"train/learning_rate", "learning_rate", "train/lr", "LR", "Learning rate"}},
        {.series = "lambda",
         .name = "lambda",
         .value = &StepEvent::lambda,
         .label = TEXT("Lambda"),
         .help = TEXT("How far quantization is blended in: 0 not at all, 1 wholly"),
         .fromZero = true,
         .share = true,
         .uses = InCharts | InSchedules | InCurves},
        {.series = "grad_norm",
         .name = "grad_norm",
         .value = &StepEvent::gradNorm,
         .label = TEXT("Gradient norm"),
         .help = TEXT("L2 norm of the whole gradient before clipping"),
         .noisy = true,
         .fromZero = true,
         .uses = InCharts | InCompare,
         .aliases = {"train/grad_norm", "gradient_norm"}},
        {.series = "tokens",
         .name = "tokens",
         .value = &StepEvent::tokens,
         .label = TEXT("Tokens"),
         .help = TEXT("Tokens trained on so far"),
         .digits = 0,
         .uses = InResults | InMarkdown},
        {.series = "wall_seconds",
         .name = "wall_seconds",
         .value = &StepEvent::wallSeconds,
         .label = TEXT("Seconds"),
         .help = TEXT("Time trained, pauses left out"),
         .digits = 1,
         .uses = InMarkdown | InRunReports},
        {.series = "tokens_per_second",
         .name = "tokens_per_second",
         .value = &StepEvent::tokensPerSecond,
         .label = TEXT("Speed"),
         .brief = TEXT("tokens/s"),
         .unit = TEXT("tokens/s"),
         .help = TEXT("Tokens trained on per second"),
         .digits = 0,
         .better = Better::High,
         .noisy = true,
         .fromZero = true,
         .uses = InCharts | InCompare | InResults | InRunReports},
        {.series = "health/all/std",
         .name = "std",
         .value = &LayerHealth::std,
         .label = TEXT("Standard deviation"),
         .brief = TEXT("Std"),
         .help = TEXT("Standard deviation of the shadow weights")},
        {.series = "health/all/abs_mean",
         .name = "abs_mean",
         .value = &LayerHealth::absMean,
         .label = TEXT("Mean |w|"),
         .help = TEXT("Mean magnitude of the shadow weights: the scale of the ternary ones")},
        {.series = "health/all/negative",
         .name = "negative_share",
         .value = &LayerHealth::negative,
         .label = TEXT("Negative weights"),
         .brief = "−1",
         .unit = TEXT("share"),
         .help = TEXT("Share of the weights that are −1"),
         .share = true},
        {.series = "health/all/zero",
         .name = "zero_share",
         .value = &LayerHealth::zero,
         .label = TEXT("Zero weights"),
         .brief = "0",
         .unit = TEXT("share"),
         .help = TEXT("Share of the weights that are 0"),
         .share = true,
         .uses = InCharts | InCompare | InReports | InCurves},
        {.series = "health/all/positive",
         .name = "positive_share",
         .value = &LayerHealth::positive,
         .label = TEXT("Positive weights"),
         .brief = "+1",
         .unit = TEXT("share"),
         .help = TEXT("Share of the weights that are +1"),
         .share = true},
        {.series = "health/all/flip_rate",
         .name = "flip_rate",
         .value = &LayerHealth::flipRate,
         .label = TEXT("Flip rate"),
         .brief = TEXT("Flips"),
         .unit = TEXT("share of codes"),
         .help = TEXT("Share of the ternary codes that changed since the last snapshot"),
         .digits = 5,
         .fromZero = true,
         .share = true,
         .uses = InCharts | InCompare | InReports | InCurves},
        {.series = "health/all/reversal_rate",
         .name = "reversal_rate",
         .value = &LayerHealth::reversalRate,
         .label = TEXT("Reversal rate"),
         .brief = TEXT("Reversals"),
         .unit = TEXT("share of codes"),
         .help = TEXT("Share of the codes whose flip undid the one before, averaged over snapshots"),
         .fromZero = true,
         .share = true,
         .uses = InCharts | InCompare},
        {.series = "health/all/dead_zone",
         .name = "dead_zone",
         .value = &LayerHealth::deadZone,
         .label = TEXT("Dead zone"),
         .unit = TEXT("share"),
         .help = TEXT("Share of the weights near a boundary of the codes"),
         .fromZero = true,
         .share = true,
         .uses = InCharts | InCompare | InReports | InCurves},
        {.series = "health/all/gradient_norm",
         .name = "bitlinear_gradient_norm",
         .value = &LayerHealth::gradientNorm,
         .label = TEXT("BitLinear gradient norm"),
         .brief = TEXT("Gradient"),
         .help =
             TEXT("L2 norm of the gradient of the BitLinear weights before clipping, in the step before the snapshot"),
         .overLayers = OverLayers::Norm,
         .fromZero = true,
         .uses = InCharts | InCompare},
        {.series = "health/collapsed",
         .name = "collapsed",
         .value = collapsedLayers,
         .label = TEXT("Collapsed layers"),
         .help = TEXT("Layers whose shadow weights have a standard deviation below 0.001"),
         .digits = 0,
         .better = Better::Low,
         .fromZero = true,
         .uses = InCharts},
        {.series = "weight_decay",
         .name = "weight_decay",
         .value = &StepEvent::weightDecay,
         .label = TEXT("Weight decay"),
         .fromZero = true,
         .uses = InCharts | InSchedules},
        {.series = "memory",
         .name = "memory",
         .value = &StepEvent::memoryBytes,
         .label = TEXT("Memory"),
         .unit = TEXT("bytes"),
         .help = TEXT("Memory of the training process (resident set)"),
         .digits = 0,
         .fromZero = true,
         .uses = InCharts},
    };
}
#undef TEXT

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
