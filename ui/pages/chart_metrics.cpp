#include "ui/pages/chart_metrics.h"

#include <QCoreApplication>

namespace tritlab {

namespace {

enum Trait : unsigned { Plain = 0, Smooth = 1, Zero = 2, Share = 4, Hidden = 8 };

Metric metric(const char* key, const char* id, const char* title, const char* unit, unsigned traits) {
    const auto translated = [](const char* text) {
        return *text == 0 ? QString() : QCoreApplication::translate("tritlab::ChartsPage", text);
    };
    ChartSpec spec{id, translated(title), translated(unit), false, (traits & Smooth) != 0, (traits & Zero) != 0, {},
                   {}};
    if ((traits & Share) != 0) {
        spec.min = 0;
        spec.max = 1;
    }
    return {key, spec, (traits & Hidden) == 0};
}

}  // namespace

const std::vector<Metric>& knownMetrics() {
#define TEXT(text) QT_TRANSLATE_NOOP("tritlab::ChartsPage", text)
    static const std::vector<Metric> metrics = {
        metric("loss", "loss", TEXT("Training loss"), TEXT("nats a token"), Smooth),
        metric("eval/loss", "eval-loss", TEXT("Evaluation loss"), TEXT("nats a token"), Plain),
        metric("eval/bits_per_byte", "bits-per-byte", TEXT("Held-out bits per byte"), "", Plain),
        metric("lr", "lr", TEXT("Learning rate"), "", Zero),
        metric("lambda", "lambda", TEXT("Lambda"), "", Zero | Share),
        metric("grad_norm", "grad-norm", TEXT("Gradient norm"), "", Smooth | Zero),
        metric("tokens_per_second", "speed", TEXT("Speed"), TEXT("tokens/s"), Smooth | Zero),
        metric("health/all/flip_rate", "flip-rate", TEXT("Flip rate"), TEXT("share of codes"), Zero | Share),
        metric("health/all/reversal_rate", "reversal-rate", TEXT("Reversal rate"), TEXT("share of codes"),
               Zero | Share),
        metric("health/all/zero", "zero-share", TEXT("Zero weights"), TEXT("share"), Share),
        metric("health/all/dead_zone", "dead-zone", TEXT("Dead-zone mass"), TEXT("share"), Zero | Share),
        metric("health/collapsed", "collapsed", TEXT("Collapsed layers"), "", Zero),
        metric("weight_decay", "weight-decay", TEXT("Weight decay"), "", Zero),
        metric("memory", "memory", TEXT("Memory"), TEXT("bytes"), Zero),
        metric("eval/perplexity", "perplexity", TEXT("Evaluation perplexity"), "", Hidden),
    };
#undef TEXT
    return metrics;
}

Metric metricOf(const std::string& key) {
    for (const Metric& known : knownMetrics()) {
        if (known.key == key) return known;
    }
    const QString name = QString::fromStdString(key);
    return {key, ChartSpec{name, name, {}, false, true, false, {}, {}}, false};
}

}  // namespace tritlab
