#include "ui/pages/weights_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/models/metric_text.h"
#include "ui/models/number_text.h"
#include "ui/models/run_list_model.h"
#include "ui/models/series_cache.h"
#include "ui/pages/weight_views.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/histogram_chart.h"
#include "ui/services/store_reader.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

QString percent(double share, int digits = 1) { return QString::number(share * 100, 'f', digits) + " %"; }

// The shares that say how often each code occurs, and the code.
constexpr std::pair<double LayerHealth::*, int> codeShares[] = {
    {&LayerHealth::negative, -1}, {&LayerHealth::zero, 0}, {&LayerHealth::positive, 1}};

const std::pair<double LayerHealth::*, int>* codeOf(const Metric& metric) {
    const auto* found = std::find_if(std::begin(codeShares), std::end(codeShares), [&](const auto& each) {
        return each.first == std::get<double LayerHealth::*>(metric.value);
    });
    return found == std::end(codeShares) ? nullptr : found;
}

}  // namespace

LayerVerdict judge(const LayerHealth& layer) {
    if (layer.collapsed) {
        return {Verdict::Collapsed, WeightsPage::tr("collapsed"),
                WeightsPage::tr(
                    "The shadow weights have collapsed: their standard deviation is %1, below 0.001. The layer hardly "
                    "learns any more. A lower learning rate, a longer warm-up or less weight decay usually helps.")
                    .arg(valueText(layer.std))};
    }
    if (layer.reversalRate > 0.5 && layer.flipRate > 0.01) {
        return {Verdict::Oscillating, WeightsPage::tr("oscillating"),
                WeightsPage::tr("Codes flip to and fro: %1 of the flips undo the one before, and %2 of all codes "
                                "changed since the last "
                                "snapshot. A lower learning rate usually calms them.")
                    .arg(percent(layer.reversalRate), percent(layer.flipRate, 2))};
    }
    if (layer.zero > 0.75) {
        return {
            Verdict::Sparse, WeightsPage::tr("sparse"),
            WeightsPage::tr(
                "%1 of the weights are 0 (a bell-shaped layer has about 31 %): a few large weights set the scale. Less "
                "weight decay or a smaller initialization usually helps.")
                .arg(percent(layer.zero))};
    }
    return {
        Verdict::Healthy, WeightsPage::tr("healthy"),
        WeightsPage::tr(
            "Healthy: standard deviation %1, %2 of the weights are 0, %3 of the codes changed since the last snapshot, "
            "%4 lie near a boundary.")
            .arg(QString::number(layer.std, 'g', 3), percent(layer.zero), percent(layer.flipRate, 2),
                 percent(layer.deadZone))};
}

WeightsPage::WeightsPage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("weightsPage");
    table_ = new TextTableView("layersTable", tr("Layers"), this);
    table_->setEmptyText(
        tr("No snapshot of the weights yet: the run takes them at the steps that its config names under Health."));
    table_->setSortable();
    slider_ = new QSlider(Qt::Horizontal, this);
    slider_->setObjectName("snapshotSlider");
    slider_->setAccessibleName(tr("Snapshot"));
    slider_->setToolTip(tr("Snapshots over the steps; at the right end the newest is followed"));
    stepLabel_ = new QLabel(this);
    stepLabel_->setObjectName("snapshotStep");
    stepLabel_->setMinimumWidth(fontMetrics().horizontalAdvance(tr("step %1").arg("0000000")));
    table_->tools()->addWidget(slider_, 1);
    table_->tools()->addWidget(stepLabel_);
    title_ = new QLabel(this);
    title_->setObjectName("layerTitle");
    QFont bold = title_->font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    verdict_ = new QLabel(this);
    verdict_->setObjectName("verdict");
    verdict_->setWordWrap(true);
    verdict_->setTextFormat(Qt::RichText);
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    histogram_ = new HistogramChart(this);
    flips_ = new ChartWidget({"layerFlips", tr("Codes"), {}, false, false, true, 0.0, 1.0, true}, this);
    zeros_ = new ChartWidget({"layerShares", tr("Shares"), {}, false, false, false, 0.0, 1.0, true}, this);
    group_ = new ChartGroup(this);
    group_->add(flips_);
    group_->add(zeros_);
    auto* left = new QWidget(this);
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->addWidget(title_);
    leftColumn->addWidget(histogram_, 1);
    leftColumn->addWidget(verdict_);
    auto* right = new QWidget(this);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->addWidget(flips_, 1);
    rightColumn->addWidget(zeros_, 1);
    auto* lower = new QSplitter(Qt::Horizontal, this);
    lower->setObjectName("weightsColumnsSplitter");
    lower->setChildrenCollapsible(false);
    lower->addWidget(left);
    views_ = new WeightViews(context_, this);
    views_->addRates(right);
    lower->addWidget(views_);
    lower->setStretchFactor(0, 1);
    lower->setStretchFactor(1, 1);
    ofLayer_ = lower;
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName("weightsSplitter");
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(table_);
    splitter->addWidget(lower);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 3);
    splitter->setSizes({260, 400});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addWidget(splitter);
    connect(slider_, &QSlider::valueChanged, this, [this](int index) {
        newest_ = index == slider_->maximum();
        showStep(index);
    });
    connect(table_, &TextTableView::currentKeyChanged, this, &WeightsPage::showLayer);
    connect(views_, &WeightViews::layerPicked, table_, &TextTableView::setCurrentKey);
    connect(views_, &WeightViews::snapshotPicked, slider_, &QSlider::setValue);
    connect(context_.series, &SeriesCache::changed, this, [this](const QString& run) {
        if (run == current_) group_->refresh();
    });
    showNothing();
}

QJsonObject WeightsPage::state() const { return {{"view", views_->currentIndex()}}; }

void WeightsPage::setState(const QJsonObject& state) { views_->setCurrentIndex(state["view"].toInt()); }

void WeightsPage::showNothing() {
    health_.reset();
    steps_.clear();
    slider_->setEnabled(false);
    stepLabel_->clear();
    table_->model()->setTable({}, {});
    table_->refresh();
    title_->clear();
    verdict_->clear();
    histogram_->showLayer(nullptr);
    flips_->clearCurves();
    zeros_->clearCurves();
    group_->refresh();
    views_->showNothing();
}

void WeightsPage::reload() {
    if (shownRun_ != current_) {
        shownRun_ = current_;
        newest_ = true;
        showNothing();
    }
    const std::string run = current_.toStdString();
    if (run.empty()) return ofLayer_->hide();
    context_.reader->ask(
        this, [run](RunStore& store) { return store.healthSteps(run); },
        [this, run](const std::vector<StepIndex>& steps) {
            if (run != current_.toStdString()) return;
            ofLayer_->setVisible(!steps.empty());
            if (steps.empty() || steps == steps_) return;
            steps_ = steps;
            const QSignalBlocker quiet(slider_);
            slider_->setEnabled(true);
            slider_->setRange(0, static_cast<int>(steps.size()) - 1);
            if (newest_) slider_->setValue(slider_->maximum());
            showStep(slider_->value());
        });
}

void WeightsPage::recolour() {
    if (health_) showLayers(HealthEvent(*health_));
}

void WeightsPage::showStep(int index) {
    if (index < 0 || static_cast<std::size_t>(index) >= steps_.size()) return;
    const StepIndex step = steps_[static_cast<std::size_t>(index)];
    stepLabel_->setText(tr("step %1").arg(step));
    const std::string run = current_.toStdString();
    context_.reader->ask(
        this, [run, step](RunStore& store) { return store.health(run, step); },
        [this, run, step](const std::optional<HealthEvent>& health) {
            const auto wanted = static_cast<std::size_t>(slider_->value());
            if (!health || run != current_.toStdString() || wanted >= steps_.size() || steps_[wanted] != step) return;
            showLayers(*health);
        });
}

void WeightsPage::showLayers(const HealthEvent& health) {
    health_ = health;
    const bool dark = isDark(palette());
    std::vector<TableRow> rows;
    for (const LayerHealth& layer : health.layers) {
        const LayerVerdict verdict = judge(layer);
        const QColor color = verdict.verdict == Verdict::Healthy     ? goodColor(dark)
                             : verdict.verdict == Verdict::Collapsed ? badColor(dark)
                                                                     : stateColor(RunState::Interrupted, dark);
        const QString name = QString::fromStdString(layer.layer);
        TableRow row{name,
                     {{shortLayer(name), {}, {}, name, false}, {verdict.word, {}, color, verdict.sentence, false}}};
        for (const Metric* metric : layerMetrics())
            row.cells.push_back({layerValueText(layer, *metric),
                                 valueIn(layer, *metric).value_or(HUGE_VAL),
                                 {},
                                 metricText(metric->help),
                                 true});
        rows.push_back(std::move(row));
    }
    QStringList headers{tr("Layer"), tr("Verdict")};
    for (const Metric* metric : layerMetrics()) headers << metricText(metric->brief);
    table_->model()->setTable(headers, std::move(rows));
    table_->refresh();
    if (table_->currentKey().isEmpty() && !health.layers.empty())
        table_->setCurrentKey(QString::fromStdString(health.layers.front().layer));
    showLayer(table_->currentKey());
}

void WeightsPage::showLayer(const QString& layer) {
    if (!health_ || layer.isEmpty()) return;
    const std::string name = layer.toStdString();
    const auto it = std::find_if(health_->layers.begin(), health_->layers.end(),
                                 [&](const LayerHealth& each) { return each.layer == name; });
    if (it == health_->layers.end()) return;
    title_->setText(layer);
    verdict_->setText(judge(*it).sentence.toHtmlEscaped());
    histogram_->showLayer(&*it);
    const std::string run = current_.toStdString();
    const bool dark = isDark(palette());
    const QColor rateColors[] = {runColor(0, dark), runColor(3, dark), runColor(7, dark), runColor(1, dark)};
    std::size_t rates = 0;
    for (const Metric* metric : layerMetrics()) {
        if (!metric->share) continue;
        const auto* code = codeOf(*metric);
        const QString label = metricText(metric->brief);
        const QColor color =
            code != nullptr ? ternaryColor(code->second, dark) : rateColors[rates++ % std::size(rateColors)];
        (code != nullptr ? zeros_ : flips_)
            ->setCurve(label, {label, color, Qt::SolidLine}, context_.series->series(run, layerSeries(*metric, name)));
    }
    group_->refresh();
    views_->showRun(current_, steps_, *health_, layer);
}

}  // namespace tritlab
