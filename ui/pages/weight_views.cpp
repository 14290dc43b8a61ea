#include "ui/pages/weight_views.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/checkpoint/integrity.h"
#include "core/formats/safetensors.h"
#include "core/kernels/quantizers.h"
#include "ui/models/metric_text.h"
#include "ui/models/run_list_model.h"
#include "ui/plots/heat_map.h"
#include "ui/plots/histogram_chart.h"
#include "ui/plots/ridge_chart.h"
#include "ui/services/store_reader.h"

namespace tritlab {

namespace {

constexpr std::size_t maxRidges = 24;

const LayerHealth* layerOf(const HealthEvent& health, const QString& layer) {
    const std::string name = layer.toStdString();
    const auto it = std::find_if(health.layers.begin(), health.layers.end(),
                                 [&](const LayerHealth& each) { return each.layer == name; });
    return it == health.layers.end() ? nullptr : &*it;
}

}  // namespace

// "model.layers.3.self_attn.q_proj" is "3 · self_attn.q_proj" where room is short.
QString shortLayer(const QString& layer) {
    QString text = layer;
    if (text.startsWith("model.")) text.remove(0, 6);
    if (text.startsWith("layers.")) {
        text.remove(0, 7);
        const int dot = static_cast<int>(text.indexOf('.'));
        if (dot > 0) text = text.left(dot) + QStringLiteral(" · ") + text.mid(dot + 1);
    }
    return text;
}

TernaryPattern ternaryPattern(const std::filesystem::path& model, const std::string& layer, std::int64_t maxSide) {
    requireUndamaged(model, {"model.safetensors"});
    const SafetensorsFile file(model / "model.safetensors");
    const TensorView& tensor = file.tensor(layer + ".weight");
    if (tensor.shape.size() != 2) throw Error("the weight is no matrix", layer);
    const std::vector<float> weights = toFloats(tensor, layer);
    std::vector<std::int8_t> codes(weights.size());
    ternaryCodes(weights, absmean(weights), codes);
    TernaryPattern pattern;
    pattern.rows = tensor.shape[0];
    pattern.columns = tensor.shape[1];
    pattern.shownRows = std::min(pattern.rows, maxSide);
    pattern.shownColumns = std::min(pattern.columns, maxSide);
    double shares[3] = {0, 0, 0};
    for (const std::int8_t code : codes) shares[code + 1] += 1.0 / static_cast<double>(codes.size());
    pattern.negative = shares[0];
    pattern.zero = shares[1];
    pattern.positive = shares[2];
    for (std::int64_t row = 0; row < pattern.shownRows; ++row) {
        const auto begin = codes.begin() + row * pattern.columns;
        pattern.codes.insert(pattern.codes.end(), begin, begin + pattern.shownColumns);
    }
    return pattern;
}

WeightViews::WeightViews(PageContext context, QWidget* parent) : QTabWidget(parent), context_(context) {
    setObjectName("weightViews");
    setDocumentMode(true);
    heatPage_ = makeHeat();
    ridge_ = new RidgeChart(this);
    pattern_ = new PatternImage(this);
    otherPage_ = makeOther();
    connect(this, &QTabWidget::currentChanged, this, &WeightViews::fill);
}

void WeightViews::addRates(QWidget* rates) {
    addTab(rates, tr("Rates"));
    addTab(heatPage_, tr("Heat map"));
    addTab(ridge_, tr("Over steps"));
    addTab(pattern_, tr("Pattern"));
    addTab(otherPage_, tr("Side by side"));
}

QWidget* WeightViews::makeHeat() {
    auto* page = new QWidget(this);
    measure_ = new QComboBox(page);
    measure_->setObjectName("heatMeasure");
    measure_->setAccessibleName(tr("Measure of the heat map"));
    for (const Metric* metric : layerMetrics()) measure_->addItem(metricText(metric->label), QString(metric->name));
    measure_->setCurrentIndex(measure_->findData("flip_rate"));
    heat_ = new HeatMap(page);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(measure_, 0, Qt::AlignLeft);
    layout->addWidget(heat_, 1);
    connect(measure_, &QComboBox::currentIndexChanged, this, &WeightViews::fill);
    connect(heat_, &HeatMap::picked, this, [this](int layer, int snapshot) {
        if (health_ && static_cast<std::size_t>(layer) < health_->layers.size())
            Q_EMIT layerPicked(QString::fromStdString(health_->layers[static_cast<std::size_t>(layer)].layer));
        Q_EMIT snapshotPicked(snapshot);
    });
    return page;
}

QWidget* WeightViews::makeOther() {
    auto* page = new QWidget(this);
    otherRun_ = new QComboBox(page);
    otherRun_->setObjectName("otherRun");
    otherRun_->setAccessibleName(tr("Run beside it"));
    otherLayer_ = new QComboBox(page);
    otherLayer_->setObjectName("otherLayer");
    otherLayer_->setAccessibleName(tr("Layer beside it"));
    for (QComboBox* box : {otherRun_, otherLayer_}) {
        box->setMinimumContentsLength(10);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        connect(box, &QComboBox::activated, this, [this] {
            otherChosen_ = true;
            fillOther();
        });
    }
    this_ = new HistogramChart(page);
    other_ = new HistogramChart(page);
    other_->setObjectName("otherHistogram");
    thisTitle_ = new QLabel(page);
    otherTitle_ = new QLabel(page);
    otherTitle_->setObjectName("otherTitle");
    auto* choice = new QHBoxLayout;
    choice->addWidget(otherRun_, 1);
    choice->addWidget(otherLayer_, 1);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(thisTitle_);
    layout->addWidget(this_, 1);
    layout->addLayout(choice);
    layout->addWidget(otherTitle_);
    layout->addWidget(other_, 1);
    return page;
}

void WeightViews::showNothing() {
    run_.clear();
    health_.reset();
    heatKey_.clear();
    ridgeKey_.clear();
    patternKey_.clear();
    heat_->setData({}, {}, false);
    ridge_->setRidges({});
    pattern_->clear(tr("Choose a run and a layer."));
    this_->showLayer(nullptr);
    other_->showLayer(nullptr);
}

void WeightViews::showRun(const QString& run, const std::vector<StepIndex>& steps, const HealthEvent& health,
                          const QString& layer) {
    run_ = run;
    steps_ = steps;
    health_ = health;
    layer_ = layer;
    ridge_->setMarked(health.step);
    fill();
}

void WeightViews::fill() {
    if (!health_ || !isVisible()) return;
    QWidget* now = currentWidget();
    if (now == heatPage_) fillHeat();
    else if (now == ridge_) fillRidges();
    else if (now == pattern_) fillPattern();
    else if (now == otherPage_) fillOther();
}

void WeightViews::markHeat() {
    int layer = -1;
    for (std::size_t i = 0; i < health_->layers.size(); ++i) {
        if (QString::fromStdString(health_->layers[i].layer) == layer_) layer = static_cast<int>(i);
    }
    const auto at = std::find(steps_.begin(), steps_.end(), health_->step);
    heat_->setMarked(layer, at == steps_.end() ? -1 : static_cast<int>(at - steps_.begin()));
}

void WeightViews::fillHeat() {
    const QString measure = measure_->currentData().toString(),
                  key = run_ + '/' + measure + '/' + QString::number(steps_.size());
    if (std::exchange(heatKey_, key) == key) {
        markHeat();
        return;
    }
    const Metric* metric = findMetric(measure.toStdString());
    std::vector<std::string> layers;
    HeatMapData empty;
    for (const LayerHealth& layer : health_->layers) {
        layers.push_back(layer.layer);
        empty.layers << shortLayer(QString::fromStdString(layer.layer));
    }
    empty.steps = steps_;
    context_.reader->ask(
        this,
        [run = run_.toStdString(), layers, map = empty, metric](RunStore& store) mutable {
            for (const std::string& layer : layers) {
                std::vector<double>& row = map.cells.emplace_back(map.steps.size(), std::nan(""));
                for (const Point& point : store.series(run, layerSeries(*metric, layer))) {
                    const auto at = std::lower_bound(map.steps.begin(), map.steps.end(), point.step);
                    if (at != map.steps.end() && *at == point.step)
                        row[static_cast<std::size_t>(at - map.steps.begin())] = point.value;
                }
            }
            return map;
        },
        [this, key, metric](const HeatMapData& map) {
            if (heatKey_ != key || !health_) return;
            heat_->setData(map, metricText(metric->label), metric->share);
            markHeat();
        });
}

void WeightViews::fillRidges() {
    const QString key = run_ + '/' + layer_ + '/' + QString::number(steps_.size());
    if (std::exchange(ridgeKey_, key) == key) return;
    std::vector<StepIndex> chosen;  // evenly, the first and the newest among them
    const std::size_t count = std::min(maxRidges, steps_.size());
    for (std::size_t i = 0; i < count; ++i)
        chosen.push_back(steps_[count == 1 ? 0 : i * (steps_.size() - 1) / (count - 1)]);
    context_.reader->ask(
        this,
        [run = run_.toStdString(), layer = layer_, chosen](RunStore& store) {
            std::vector<Ridge> ridges;
            for (const StepIndex step : chosen) {
                const auto health = store.health(run, step);
                const LayerHealth* found = health ? layerOf(*health, layer) : nullptr;
                if (found != nullptr) ridges.push_back({step, found->histogram});
            }
            return ridges;
        },
        [this, key](const std::vector<Ridge>& ridges) {
            if (ridgeKey_ == key) ridge_->setRidges(ridges);
        });
}

void WeightViews::fillPattern() {
    const RunSummary* summary = context_.runs->run(run_);
    const QString key = run_ + '/' + layer_ + '/' + QString::number(summary != nullptr ? summary->steps : 0);
    if (std::exchange(patternKey_, key) == key) return;
    struct Found {
        TernaryPattern pattern;
        QString why;
    };
    context_.reader->ask(
        this,
        [run = run_.toStdString(), layer = layer_.toStdString(),
         workspace = context_.reader->workspace()](RunStore& store) {
            Found found;
            const std::vector<CheckpointInfo> checkpoints = store.checkpoints(run);
            if (checkpoints.empty()) {
                found.why = tr("The run has no checkpoint yet: the pattern is read from the newest one.");
                return found;
            }
            try {
                found.pattern = ternaryPattern(workspace.run(run) / checkpoints.back().path, layer);
            } catch (const Error& error) {
                found.why = QString::fromStdString(error.what());
            }
            return found;
        },
        [this, key](Found found) {
            if (patternKey_ != key) return;
            if (found.why.isEmpty()) pattern_->setPattern(std::move(found.pattern));
            else pattern_->clear(found.why);
        });
}

// A ticked run that has steps; the run itself where there is no other.
QString WeightViews::newestBeside(const QString& run) const {
    const QStringList ticked = context_.runs->visibleRuns();
    const auto other = std::find_if(ticked.rbegin(), ticked.rend(), [&](const QString& id) {
        const RunSummary* each = context_.runs->run(id);
        return id != run && each != nullptr && each->steps > 0;
    });
    return other == ticked.rend() ? run : *other;
}

void WeightViews::fillOther() {
    const QString wantedLayer = otherLayer_->currentData().toString();
    QString wantedRun = otherRun_->currentData().toString();
    if (wantedRun.isEmpty() || (wantedRun == run_ && !otherChosen_)) wantedRun = newestBeside(run_);
    otherRun_->clear();
    for (const RunSummary& run : context_.runs->runs()) {
        if (!run.trashed) otherRun_->addItem(QString::fromStdString(run.name), QString::fromStdString(run.id));
    }
    otherRun_->setCurrentIndex(std::max(0, otherRun_->findData(wantedRun)));
    otherLayer_->clear();
    otherLayer_->addItem(tr("the same layer"), QString());
    for (const LayerHealth& layer : health_->layers) {
        const QString name = QString::fromStdString(layer.layer);
        otherLayer_->addItem(shortLayer(name), name);
    }
    otherLayer_->setCurrentIndex(std::max(0, otherLayer_->findData(wantedLayer)));
    this_->showLayer(layerOf(*health_, layer_));
    const RunSummary* mine = context_.runs->run(run_);
    thisTitle_->setText(tr("%1, %2, step %3")
                            .arg(mine != nullptr ? QString::fromStdString(mine->name) : run_, shortLayer(layer_))
                            .arg(health_->step));
    const std::string run = otherRun_->currentData().toString().toStdString();
    context_.reader->ask(
        this,
        [run, step = health_->step](RunStore& store) -> std::optional<HealthEvent> {
            // The snapshot nearest to the one that is shown.
            const std::vector<StepIndex> steps = store.healthSteps(run);
            if (steps.empty()) return std::nullopt;
            const auto nearest = std::min_element(steps.begin(), steps.end(), [&](StepIndex a, StepIndex b) {
                return std::abs(a - step) < std::abs(b - step);
            });
            return store.health(run, *nearest);
        },
        [this](const std::optional<HealthEvent>& health) { showOther(health); });
}

void WeightViews::showOther(const std::optional<HealthEvent>& health) {
    const QString layer =
        otherLayer_->currentData().toString().isEmpty() ? layer_ : otherLayer_->currentData().toString();
    const LayerHealth* found = health ? layerOf(*health, layer) : nullptr;
    other_->showLayer(found);
    otherTitle_->setText(
        found == nullptr ? tr("%1 has no snapshot of %2").arg(otherRun_->currentText(), shortLayer(layer))
                         : tr("%1, %2, step %3").arg(otherRun_->currentText(), shortLayer(layer)).arg(health->step));
}

}  // namespace tritlab
