#include "ui/pages/compare_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QGridLayout>
#include <QScrollArea>
#include <QSlider>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "core/config/fields.h"
#include "core/train/schedules.h"
#include "ui/models/compare_results.h"
#include "ui/models/run_list_model.h"
#include "ui/models/store_reader.h"
#include "ui/pages/chart_controls.h"
#include "ui/pages/chart_metrics.h"
#include "ui/pages/page_labels.h"
#include "ui/plots/band_plottable.h"
#include "ui/plots/chart_widget.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

// In the order of the page; what each looks like is the Charts page's own.
const std::vector<Metric>& metrics() {
    static const std::vector<Metric> list = [] {
        std::vector<Metric> all;
        for (const char* key : {"loss", "eval/loss", "eval/bits_per_byte", "grad_norm", "tokens_per_second", "health/all/flip_rate",
                                "health/all/reversal_rate", "health/all/zero", "health/all/dead_zone"})
            all.push_back(metricOf(key));
        return all;
    }();
    return list;
}
struct Schedule {
    const char *key, *name;
    Qt::PenStyle line;
};
constexpr Schedule schedules[] = {{"lr", QT_TRANSLATE_NOOP("tritlab::ComparePage", "learning rate"), Qt::SolidLine},
                                  {"lambda", QT_TRANSLATE_NOOP("tritlab::ComparePage", "lambda"), Qt::DashLine},
                                  {"weight_decay", QT_TRANSLATE_NOOP("tritlab::ComparePage", "weight decay"), Qt::DotLine}};

QString scheduleText(const char* text) { return QCoreApplication::translate("tritlab::ComparePage", text); }

// Each series once read, smoothed and put over the x that is wanted: on the reader's thread.
Series readSeries(RunStore& store, const std::string& run, const std::string& key, const std::vector<Point>& axis, bool steps,
                  double strength) {
    const std::vector<Point> points = store.series(run, key);
    return smoothed(steps ? overSteps(points) : overAxis(points, axis), strength);
}

// 1 where the series is highest, so that schedules of any size share one axis.
Series relative(const Series& series, double most) {
    Series scaled;
    for (std::size_t i = 0; i < series.size(); ++i) scaled.append(series.x(i), most > 0 ? static_cast<double>(series.y(i)) / most : 0);
    return scaled;
}

double highest(const Series& series) {
    return series.empty() ? 0 : std::max(0.0, static_cast<double>(series.span(0, series.size()).highest));
}

}  // namespace

struct ComparePage::Loaded {
    struct Group {
        std::map<std::string, Band> bands;      // by the metric's key
        std::map<std::string, Series> schedules;
    };
    std::vector<Group> groups;
};

ComparePage::ComparePage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("comparePage");
    makeControls();
    makeCharts();
    empty_ = emptyStateLabel("compareEmpty", tr("Nothing to compare yet. Tick two or more runs in the list: their curves and results come together here."), this);
    legend_ = legendLabel("compareLegend", this);
    table_ = new TextTableView("resultsTable", tr("Results"), this);
    table_->setSortable();
    table_->tools()->addStretch(1);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName("compareSplitter");
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(scroll_);
    splitter->addWidget(table_);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({460, 190});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->setSpacing(6);
    layout->addWidget(controls_);
    layout->addWidget(legend_);
    layout->addWidget(empty_, 1);
    layout->addWidget(splitter, 1);
    arrange();
    soon_.setSingleShot(true);
    soon_.setInterval(2000);  // a run that goes is taken in anew every two seconds
    connect(&soon_, &QTimer::timeout, this, &ComparePage::reload);
    connect(context_.runs, &RunListModel::visibilityChanged, this, [this] { setVisibleRuns(context_.runs->visibleRuns()); });
}

void ComparePage::makeCharts() {
    board_ = new QWidget;
    board_->setObjectName("compareBoard");
    grid_ = new QGridLayout(board_);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(6);
    group_ = new ChartGroup(this);
    const auto add = [this](const ChartSpec& spec, int height) {
        auto* chart = new ChartWidget(spec, board_);
        chart->setObjectName("compare:" + spec.id);
        chart->setMinimumHeight(height);
        charts_[spec.id] = chart;
        group_->add(chart);
    };
    ChartSpec spec{"schedules", tr("Schedules: learning rate ─, lambda ╌, weight decay ┈"), tr("share of the highest"), false, false, true, {}, {}};
    spec.least = 0;
    spec.most = 1;
    add(spec, 130);
    for (const Metric& metric : metrics()) {
        ChartSpec each = metric.spec;
        each.smoothable = false;  // runs are smoothed before they are put together
        add(each, each.id == "loss" ? 240 : 185);
    }
    scroll_ = new QScrollArea(this);
    scroll_->setObjectName("compareScroll");
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidget(board_);
}

ChartWidget* ComparePage::chart(const QString& id) const {
    const auto it = charts_.find(id);
    return it == charts_.end() ? nullptr : it->second;
}

QString ComparePage::idOf(std::size_t group) const { return QString::fromStdString(groups_[group].runs.front().id); }

QColor ComparePage::colorOf(std::size_t group) const {
    const bool alone = std::all_of(groups_.begin(), groups_.end(), [](const RunGroup& each) { return each.runs.size() == 1; });
    if (alone) return context_.runs->color(idOf(group));  // as in the list
    return runColor(static_cast<int>(group), isDark(palette()));
}

void ComparePage::setVisibleRuns(const QStringList& runs) {
    visible_ = runs;
    if (isVisible()) reload();
    else markStale();
}

void ComparePage::fillGroupings() {
    std::vector<RunSummary> runs;
    for (const QString& id : visible_) {
        if (const RunSummary* run = context_.runs->run(id)) runs.push_back(*run);
    }
    QStringList keys{grouping::none, grouping::allButSeed, grouping::experiment};
    for (const std::string& key : varyingFields(runs)) keys << QString::fromStdString(key);
    const QString chosen = by_->currentData().toString();
    QStringList known;
    for (int i = 0; i < by_->count(); ++i) known << by_->itemData(i).toString();
    if (known != keys) {
        const QSignalBlocker quiet(by_);
        by_->clear();
        for (const QString& key : keys) {
            by_->addItem(key == grouping::none         ? tr("Each run")
                         : key == grouping::allButSeed ? tr("All but the seed")
                         : key == grouping::experiment ? tr("Experiment")
                                                       : key,
                         key);
        }
        by_->setCurrentIndex(std::max(0, by_->findData(chosen)));
    }
    groups_ = groupRuns(runs, by_->currentData().toString().toStdString());
}

void ComparePage::reload() {
    fillGroupings();
    empty_->setVisible(groups_.empty());
    scroll_->parentWidget()->setVisible(!groups_.empty());
    legend_->setVisible(!groups_.empty());
    showTable();
    showLegend();
    ask();
}

void ComparePage::ask() {
    if (asking_) {
        again_ = true;
        return;
    }
    asking_ = true;
    std::vector<std::vector<std::string>> ids;
    for (const RunGroup& group : groups_) {
        ids.emplace_back();
        for (const RunSummary& run : group.runs) ids.back().push_back(run.id);
    }
    const std::string axis = axis_->currentData().toString().toStdString();
    const double strength = emaStrength(smoothing_->value());
    context_.reader->ask(
        this,
        [ids, axis, strength](RunStore& store) {
            Loaded loaded;
            for (const auto& group : ids) {
                Loaded::Group& each = loaded.groups.emplace_back();
                std::map<std::string, std::vector<Series>> series;
                for (const std::string& run : group) {
                    const std::vector<Point> keys = axis.empty() ? std::vector<Point>{} : store.series(run, axis);
                    for (const Metric& metric : metrics())
                        series[metric.key].push_back(readSeries(store, run, metric.key, keys, axis.empty(), metric.spec.smoothable ? strength : 0));
                    for (const Schedule& schedule : schedules)
                        series[schedule.key].push_back(readSeries(store, run, schedule.key, keys, axis.empty(), 0));
                }
                for (const Metric& metric : metrics()) each.bands[metric.key] = bandOf(series[metric.key]);
                for (const Schedule& schedule : schedules) each.schedules[schedule.key] = bandOf(series[schedule.key]).mean;
            }
            // One scale for all groups: a run with half the learning rate is drawn at half the height.
            for (const Schedule& schedule : schedules) {
                double most = 0;
                for (const Loaded::Group& group : loaded.groups) most = std::max(most, highest(group.schedules.at(schedule.key)));
                for (Loaded::Group& group : loaded.groups) group.schedules[schedule.key] = relative(group.schedules[schedule.key], most);
            }
            return loaded;
        },
        [this, ids](const Loaded& loaded) {
            asking_ = false;
            std::vector<std::vector<std::string>> now;
            for (const RunGroup& group : groups_) {
                now.emplace_back();
                for (const RunSummary& run : group.runs) now.back().push_back(run.id);
            }
            if (now == ids) showLoaded(loaded);
            else again_ = true;
            if (std::exchange(again_, false)) ask();
        });
}

void ComparePage::showLoaded(const Loaded& loaded) {
    showSchedules(loaded);
    QStringList ids;
    for (std::size_t i = 0; i < groups_.size(); ++i) ids << idOf(i);
    for (const Metric& metric : metrics()) {
        ChartWidget* chart = charts_[metric.spec.id];
        chart->clearCurves();
        for (auto& [key, band] : bands_) {
            if (key.first == metric.spec.id) band->setBand(nullptr, nullptr);
        }
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            const Band& band = loaded.groups[i].bands.at(metric.key);
            const QColor color = colorOf(i);
            chart->setCurve(ids[static_cast<int>(i)], {groups_[i].name, color, Qt::SolidLine}, std::make_shared<Series>(band.mean));
            if (band.least.empty()) continue;
            // The edges are curves too: the axis makes room for them, and the crosshair reads them.
            QColor edge = color;
            edge.setAlpha(110);
            const auto least = std::make_shared<Series>(band.least), most = std::make_shared<Series>(band.most);
            chart->setCurve(ids[static_cast<int>(i)] + "/least", {tr("%1, least").arg(groups_[i].name), edge, Qt::SolidLine}, least);
            chart->setCurve(ids[static_cast<int>(i)] + "/most", {tr("%1, most").arg(groups_[i].name), edge, Qt::SolidLine}, most);
            BandPlottable*& fill = bands_[{metric.spec.id, ids[static_cast<int>(i)]}];
            if (fill == nullptr) {
                fill = new BandPlottable(chart->plot()->xAxis, chart->plot()->yAxis);
                fill->setLayer("grid");
            }
            QColor area = color;
            area.setAlpha(46);
            fill->setBrush(area);
            fill->setBand(least, most);
        }
        chart->setXLabel(metric.spec.id == "loss" ? axis_->currentText().toLower() : QString());
    }
    showMarks();
    group_->refresh();
}

void ComparePage::showSchedules(const Loaded& loaded) {
    ChartWidget* chart = charts_["schedules"];
    chart->clearCurves();
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        for (const Schedule& schedule : schedules) {
            const Series& series = loaded.groups[i].schedules.at(schedule.key);
            if (highest(series) <= 0) continue;
            chart->setCurve(idOf(i) + "/" + schedule.key, {groups_[i].name + ": " + scheduleText(schedule.name), colorOf(i), schedule.line},
                            std::make_shared<Series>(series));
        }
    }
}

void ComparePage::showMarks() {
    for (const char* id : {"schedules", "loss"}) {
        charts_[id]->clearMarks();
        if (!axis_->currentData().toString().isEmpty()) continue;
        std::set<StepIndex> marked;  // runs that share a schedule share its mark
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            const RunSummary& run = groups_[i].runs.front();
            if (!run.config.ternaryLinears) continue;
            const StepIndex at = lambdaReachesOne(run.config);
            if (at > 0 && at < run.steps && marked.insert(at).second) charts_[id]->addMark(static_cast<double>(at), tr("λ = 1"), colorOf(i));
        }
    }
}

void ComparePage::showLegend() {
    QStringList parts;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        QString name = groups_[i].name.toHtmlEscaped().replace(' ', "&nbsp;");
        if (groups_[i].runs.size() > 1) name += tr("&nbsp;(%1&nbsp;runs)").arg(groups_[i].runs.size());
        parts << QString("<span style='color:%1; font-size:large'>■</span>&nbsp;%2").arg(colorOf(i).name(), name);
    }
    legend_->setText(parts.join("&nbsp;&nbsp;&nbsp; "));
}

void ComparePage::showTable() {
    table_->model()->setTable(resultHeaders(groups_), resultRows(groups_, isDark(palette())));
    table_->refresh();
}

void ComparePage::arrange() {
    const int columns = width() >= 640 ? 2 : 1;
    if (columns == columns_) return;
    columns_ = columns;
    while (QLayoutItem* item = grid_->takeAt(0)) delete item;
    grid_->addWidget(charts_["schedules"], 0, 0, 1, columns);
    int place = columns;
    for (const Metric& metric : metrics()) {
        const bool wide = metric.spec.id == "loss";
        grid_->addWidget(charts_[metric.spec.id], place / columns, place % columns, 1, wide ? columns : 1);
        place += wide ? columns : 1;
    }
}

void ComparePage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    arrange();
}

}  // namespace tritlab
