#include "ui/pages/charts_page.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QScrollArea>
#include <QSlider>
#include <QToolButton>
#include <cmath>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/train/schedules.h"
#include "ui/models/run_list_model.h"
#include "ui/models/series_cache.h"
#include "ui/plots/chart_widget.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

struct Metric {
    const char* key;
    const char* id;
    const char* title;
    const char* unit;
    bool smooth, zero, share;
};

constexpr const char* context = "tritlab::ChartsPage";
constexpr Metric metrics[] = {
    {"loss", "loss", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Training loss"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "nats a token"), true, false, false},
    {"eval/loss", "eval-loss", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Evaluation loss"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "nats a token"), false, false, false},
    {"eval/bits_per_byte", "bits-per-byte", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Held-out bits per byte"), "", false, false, false},
    {"lr", "lr", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Learning rate"), "", false, true, false},
    {"lambda", "lambda", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Lambda"), "", false, true, true},
    {"grad_norm", "grad-norm", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Gradient norm"), "", true, true, false},
    {"tokens_per_second", "speed", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Speed"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "tokens/s"), true, true, false},
    {"health/all/flip_rate", "flip-rate", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Flip rate"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "share of codes"), false, true, true},
    {"health/all/reversal_rate", "reversal-rate", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Reversal rate"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "share of codes"), false, true, true},
    {"health/all/zero", "zero-share", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Zero weights"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "share"), false, false, true},
    {"health/all/dead_zone", "dead-zone", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Dead-zone mass"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "share"), false, true, true},
    {"health/collapsed", "collapsed", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Collapsed layers"), "", false, true, false},
    {"weight_decay", "weight-decay", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Weight decay"), "", false, true, false},
    {"memory", "memory", QT_TRANSLATE_NOOP("tritlab::ChartsPage", "Memory"), QT_TRANSLATE_NOOP("tritlab::ChartsPage", "bytes"), false, true, false},
};

QString translated(const char* text) { return text[0] == 0 ? QString() : QCoreApplication::translate(context, text); }

// The slider's 0..100 as a strength: fine steps where it matters, near 1.
double strengthOf(int position) { return position == 0 ? 0 : 1 - std::pow(10.0, -position / 33.4); }

}  // namespace

ChartsPage::ChartsPage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent), group_(new ChartGroup(this)) {
    setObjectName("chartsPage");
    makeControls();
    board_ = new QWidget;
    board_->setObjectName("chartsBoard");
    grid_ = new QGridLayout(board_);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(6);
    for (const Metric& metric : metrics) {
        ChartSpec spec{metric.id, translated(metric.title), translated(metric.unit), false, metric.smooth, metric.zero, {}, {}};
        if (metric.share) {
            spec.least = 0;
            spec.most = 1;
        }
        auto* chart = new ChartWidget(spec, board_);
        chart->setMinimumHeight(spec.id == "loss" ? 250 : 185);
        charts_[spec.id] = chart;
        group_->add(chart);
    }
    scroll_ = new QScrollArea(this);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidget(board_);
    scroll_->setObjectName("chartsScroll");
    empty_ = new QLabel(tr("Nothing to draw yet. Start a run with New run, or tick a run in the list."), this);
    empty_->setObjectName("chartsEmpty");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    legend_ = new QLabel(this);
    legend_->setObjectName("legend");
    legend_->setTextFormat(Qt::RichText);
    legend_->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->setSpacing(6);
    layout->addWidget(controls_);
    layout->addWidget(legend_);
    layout->addWidget(empty_, 1);
    layout->addWidget(scroll_, 1);
    arrange();
    for (auto& [id, chart] : charts_) chart->setSmoothing(strengthOf(smoothing_->value()));
    connect(context_.series, &SeriesCache::changed, this, [this](const QString& run) {
        if (visibleRuns_.contains(run)) refreshRun(run);
    });
}

void ChartsPage::makeControls() {
    controls_ = new QWidget(this);
    axis_ = new QComboBox(controls_);
    axis_->setObjectName("xAxis");
    axis_->setAccessibleName(tr("Horizontal axis"));
    axis_->addItem(tr("Steps"), "");
    axis_->addItem(tr("Tokens"), "tokens");
    axis_->addItem(tr("Seconds"), "wall_seconds");
    smoothing_ = new QSlider(Qt::Horizontal, controls_);
    smoothing_->setObjectName("smoothing");
    smoothing_->setAccessibleName(tr("Smoothing"));
    smoothing_->setToolTip(tr("Exponential moving average over all points; the raw curve stays behind it"));
    smoothing_->setRange(0, 100);
    smoothing_->setValue(24);
    smoothing_->setFixedWidth(110);
    logarithmic_ = new QCheckBox(tr("Log loss"), controls_);
    logarithmic_->setObjectName("logarithmic");
    outliers_ = new QCheckBox(tr("Hide outliers"), controls_);
    outliers_->setObjectName("ignoreOutliers");
    outliers_->setToolTip(tr("Fit the vertical axes to the 1st to 99th percentile of what is seen"));
    follow_ = new QToolButton(controls_);
    follow_->setObjectName("follow");
    follow_->setText(tr("Follow"));
    follow_->setIcon(lineIcon(IconShape::Follow));
    follow_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    follow_->setCheckable(true);
    follow_->setChecked(true);
    follow_->setToolTip(tr("Show everything up to the newest step (double click on a chart)"));
    auto* save = new QToolButton(controls_);
    save->setObjectName("exportCharts");
    save->setText(tr("Export"));
    save->setIcon(lineIcon(IconShape::Export));
    save->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    save->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(save);
    menu->addAction(tr("All charts as PNG…"), this, [this] { exportAs("png"); });
    menu->addAction(tr("All charts as PDF…"), this, [this] { exportAs("pdf"); });
    menu->addAction(tr("What is seen as CSV…"), this, [this] { exportAs("csv"); });
    menu->addAction(tr("Copy the picture"), this, [this] { QGuiApplication::clipboard()->setPixmap(board_->grab()); });
    save->setMenu(menu);
    auto* layout = new QHBoxLayout(controls_);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* axisLabel = new QLabel(tr("&x"), controls_);
    axisLabel->setBuddy(axis_);
    auto* smoothLabel = new QLabel(tr("S&moothing"), controls_);
    smoothLabel->setBuddy(smoothing_);
    for (QWidget* widget : std::initializer_list<QWidget*>{axisLabel, axis_, smoothLabel, smoothing_, logarithmic_, outliers_})
        layout->addWidget(widget);
    layout->addStretch(1);
    layout->addWidget(follow_);
    layout->addWidget(save);
    connect(axis_, &QComboBox::currentIndexChanged, this, [this] {
        mapped_.clear();
        reload();
        group_->follow();
    });
    connect(smoothing_, &QSlider::valueChanged, this, [this](int position) {
        for (auto& [id, chart] : charts_) chart->setSmoothing(strengthOf(position));
    });
    connect(logarithmic_, &QCheckBox::toggled, this, [this](bool on) {
        for (const char* id : {"loss", "eval-loss"}) charts_[id]->setLogarithmic(on);
    });
    connect(outliers_, &QCheckBox::toggled, this, [this](bool on) {
        for (auto& [id, chart] : charts_) chart->setIgnoreOutliers(on);
    });
    connect(follow_, &QToolButton::clicked, this, [this] { group_->follow(); });
    connect(group_, &ChartGroup::followingChanged, follow_, &QToolButton::setChecked);
}

ChartWidget* ChartsPage::chart(const QString& id) const {
    const auto it = charts_.find(id);
    return it == charts_.end() ? nullptr : it->second;
}

void ChartsPage::setVisibleRuns(const QStringList& runs) {
    visibleRuns_ = runs;
    reload();
}

std::shared_ptr<const Series> ChartsPage::curve(const QString& run, const std::string& key) {
    const std::string id = run.toStdString(), axis = axis_->currentData().toString().toStdString();
    auto values = context_.series->series(id, key);
    if (axis.empty()) return values;
    Mapped& mapped = mapped_[{run, key}];
    if (mapped.values != values) mapped = Mapped{values, context_.series->series(id, axis)};
    extend(mapped);
    return mapped.series;
}

void ChartsPage::extend(Mapped& mapped) const {
    const Series& keys = *mapped.keys;
    const unsigned rewrites = mapped.values->rewrites() + keys.rewrites();
    if (std::exchange(mapped.rewrites, rewrites) != rewrites) mapped.series->clear();
    for (std::size_t i = mapped.series->size(); i < mapped.values->size() && !keys.empty(); ++i) {
        const double step = mapped.values->x(i);
        const std::size_t at = std::min(keys.lowerBound(step), keys.size() - 1);
        double x = static_cast<double>(keys.y(at));
        // The store commits a step's values together; an evaluation may come before its step.
        const Series& done = *mapped.series;
        if (!done.empty() && x <= done.x(done.size() - 1)) x = std::nextafter(done.x(done.size() - 1), 1e300);
        mapped.series->append(x, static_cast<double>(mapped.values->y(i)));
    }
}

void ChartsPage::reload() {
    bool any = false;
    for (const Metric& metric : metrics) {
        ChartWidget* chart = charts_[metric.id];
        for (const QString& id : chart->curves()) {
            if (!visibleRuns_.contains(id)) chart->removeCurve(id);
        }
        for (const QString& id : visibleRuns_) {
            const RunSummary* run = context_.runs->run(id);
            if (run == nullptr) continue;
            chart->setCurve(id, {QString::fromStdString(run->name), context_.runs->color(id), Qt::SolidLine}, curve(id, metric.key));
            any = true;
        }
        chart->setXLabel(metric.id == std::string("loss") ? axis_->currentText().toLower() : QString());
    }
    empty_->setVisible(!any);
    scroll_->setVisible(any);
    legend_->setVisible(any);
    showLegend();
    showMarks();
    group_->refresh();
}

void ChartsPage::refreshRun(const QString&) {
    for (auto& [key, mapped] : mapped_) extend(mapped);
    showMarks();
    group_->refresh();
}

void ChartsPage::showLegend() {
    QStringList parts;
    for (const QString& id : visibleRuns_) {
        const RunSummary* run = context_.runs->run(id);
        if (run == nullptr) continue;
        parts << QString("<span style='color:%1; font-size:large'>■</span>&nbsp;%2")
                     .arg(context_.runs->color(id).name(), QString::fromStdString(run->name).toHtmlEscaped().replace(' ', "&nbsp;"));
    }
    legend_->setText(parts.join("&nbsp;&nbsp;&nbsp; "));
}

void ChartsPage::showMarks() {
    ChartWidget* lambda = charts_["lambda"];
    lambda->clearMarks();
    if (!axis_->currentData().toString().isEmpty()) return;
    for (const QString& id : visibleRuns_) {
        const RunSummary* run = context_.runs->run(id);
        if (run == nullptr || !run->config.ternaryLinears) continue;
        const StepIndex at = lambdaReachesOne(run->config);
        if (at > 0 && at < run->steps) lambda->addMark(static_cast<double>(at), tr("λ = 1"), context_.runs->color(id));
    }
}

void ChartsPage::arrange() {
    const int columns = width() >= 640 ? 2 : 1;
    if (columns == columns_) return;
    columns_ = columns;
    while (QLayoutItem* item = grid_->takeAt(0)) delete item;
    int place = 0;
    for (const Metric& metric : metrics) {
        ChartWidget* chart = charts_[metric.id];
        if (place == 0) {
            grid_->addWidget(chart, 0, 0, 1, columns);
            place = columns;
            continue;
        }
        grid_->addWidget(chart, place / columns, place % columns);
        ++place;
    }
}

void ChartsPage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    arrange();
}

QStringList ChartsPage::saveAll(const QString& folder, const QString& prefix) {
    QStringList files;
    for (const Metric& metric : metrics) {
        ChartWidget* chart = charts_[metric.id];
        if (!chart->dataRange()) continue;
        const QString path = folder + "/" + prefix + metric.id + ".png";
        ChartWidget copy(chart->spec());
        copy.resize(900, 420);
        for (const QString& id : chart->curves()) {
            const RunSummary* run = context_.runs->run(id);
            copy.setCurve(id, {run != nullptr ? QString::fromStdString(run->name) : id, context_.runs->color(id), Qt::SolidLine},
                          curve(id, metric.key));
        }
        copy.setSmoothing(strengthOf(smoothing_->value()));
        copy.setXLabel(axis_->currentText().toLower());
        copy.setXRange(*chart->dataRange());
        if (!copy.grab().save(path)) throw Error("cannot write the picture", path.toStdString(), "Choose a folder that can be written to");
        files << path;
    }
    return files;
}

void ChartsPage::exportAs(const QString& format) {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for the charts"));
    if (folder.isEmpty()) return;
    try {
        if (format == "png") saveAll(folder, {});
        for (auto& [id, chart] : charts_) {
            if (!chart->dataRange() || format == "png") continue;
            const QString path = folder + "/" + id + "." + format;
            if (format == "csv") writeFileAtomically(path.toStdString(), chart->csv().toStdString());
            else if (!chart->savePdf(path, 640, 320)) throw Error("cannot write the chart", path.toStdString());
        }
    } catch (const Error& error) {
        QMessageBox::warning(this, tr("Export"), QString::fromStdString(error.what()));
    }
}

}  // namespace tritlab
