#include "ui/pages/charts_page.h"

#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "ui/models/run_list_model.h"
#include "ui/models/series_cache.h"
#include "ui/pages/chart_board.h"
#include "ui/pages/chart_controls.h"
#include "ui/pages/chart_marks.h"
#include "ui/pages/page_parts.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/frame_clock.h"

namespace tritlab {

namespace {
// More curves than this in a chart tell nobody anything: the newest ones are drawn, and the legend says so.
constexpr qsizetype maxShownRuns = 40;
}  // namespace

ChartsPage::ChartsPage(PageContext pageContext, QWidget* parent)
    : Page(pageContext, parent), group_(new ChartGroup(this)), mapper_(new XAxisMapper(pageContext.series, this)) {
    setObjectName("chartsPage");
    controls_ = new ChartControls(this);
    board_ = new ChartBoard(group_);
    marks_ = new ChartMarks(pageContext, mapper_, board_, this);
    scroll_ = new QScrollArea(this);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidget(board_);
    scroll_->setObjectName("chartsScroll");
    empty_ = emptyStateLabel("chartsEmpty",
                             tr("Nothing to draw yet. Start a run with New run, or tick a run in the list."), this);
    legend_ = legendLabel("legend", this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->setSpacing(6);
    layout->addWidget(controls_);
    layout->addWidget(legend_);
    layout->addWidget(empty_, 1);
    layout->addWidget(scroll_, 1);
    makeActions();
    connectControls();
    applyToCharts();
    connect(context_.series, &SeriesCache::changed, this, [this](const QString& run) {
        if (visibleRuns_.contains(run)) refreshRun(run);
    });
    connect(mapper_, &XAxisMapper::changed, this, &ChartsPage::refreshRun);
}

void ChartsPage::connectControls() {
    connect(controls_, &ChartControls::axisChanged, this, [this] {
        mapper_->setAxis(controls_->axis());
        reload();
        group_->follow();
    });
    connect(controls_, &ChartControls::smoothingChanged, this, &ChartsPage::applyToCharts);
    connect(controls_, &ChartControls::logarithmicChanged, this, [this] {
        for (const ChartMetric& metric : chartMetrics())
            if (metric.loss) board_->chart(metric.key)->setLogarithmic(controls_->logarithmic());
    });
    connect(controls_, &ChartControls::yModeChanged, this, [this] {
        for (ChartWidget* chart : group_->charts()) chart->setYMode(controls_->yMode());
    });
    connect(controls_, &ChartControls::marksChanged, this, &ChartsPage::showMarks);
    connect(controls_, &ChartControls::followWanted, group_, &ChartGroup::follow);
    connect(group_, &ChartGroup::followingChanged, controls_, &ChartControls::showFollowing);
    connect(controls_->chartsMenu(), &QMenu::aboutToShow, this, &ChartsPage::fillChartsMenu);
    connect(board_, &ChartBoard::made, this, [this](ChartWidget* chart) {
        connect(chart, &ChartWidget::menuWanted, this, [this, chart](const QPoint& at) { openMenu(chart, at); });
        chart->setSmoothing(controls_->smoothing());
    });
    for (ChartWidget* chart : group_->charts())
        connect(chart, &ChartWidget::menuWanted, this, [this, chart](const QPoint& at) { openMenu(chart, at); });
    connect(board_, &ChartBoard::arranged, this, [this] {
        showCurves();
        group_->refresh();
    });
}

void ChartsPage::applyToCharts() {
    for (ChartWidget* chart : group_->charts()) chart->setSmoothing(controls_->smoothing());
}

ChartWidget* ChartsPage::chart(const QString& id) const { return board_->chartOfId(id); }

QJsonObject ChartsPage::state() const { return {{"board", board_->state()}, {"controls", controls_->state()}}; }

void ChartsPage::setState(const QJsonObject& state) {
    controls_->setState(state["controls"].toObject());
    board_->setState(state["board"].toObject());
}

void ChartsPage::setVisibleRuns(const QStringList& runs) {
    tickedRuns_ = runs;
    visibleRuns_ = runs.mid(std::max<qsizetype>(0, runs.size() - maxShownRuns));
    if (runs.contains(current_) && !visibleRuns_.contains(current_)) visibleRuns_.front() = current_;
    reload();
}

void ChartsPage::reload() {
    showCurves();
    bool any = false;
    for (const QString& id : visibleRuns_) any |= context_.runs->run(id) != nullptr;
    empty_->setVisible(!any);
    scroll_->setVisible(any);
    legend_->setVisible(any);
    showLegend();
    showMarks();
    group_->refresh();
}

// Only charts that are shown ask for their series.
void ChartsPage::showCurves() {
    bool first = true;
    for (const std::string& key : board_->order()) {
        ChartWidget* chart = board_->chart(key);
        if (chart == nullptr || !board_->isShown(key)) continue;
        for (const QString& id : chart->curves()) {
            if (!visibleRuns_.contains(id)) chart->removeCurve(id);
        }
        for (const QString& id : visibleRuns_) {
            const RunSummary* run = context_.runs->run(id);
            if (run == nullptr) continue;
            chart->setCurve(id, {QString::fromStdString(run->name), context_.runs->color(id), Qt::SolidLine},
                            mapper_->curve(*run, key));
        }
        chart->setXLabel(std::exchange(first, false) ? mapper_->label() : QString());
    }
}

void ChartsPage::refreshRun(const QString& run) {
    mapper_->extend(run.toStdString());
    // However many series of however many runs arrive: once a frame.
    FrameClock::shared().request(this, [this] {
        showMarks();
        group_->refresh();
    });
}

void ChartsPage::showLegend() {
    std::vector<NamedColor> names;
    for (const QString& id : visibleRuns_) {
        if (const RunSummary* run = context_.runs->run(id))
            names.push_back({QString::fromStdString(run->name), context_.runs->color(id)});
    }
    legend_->setText(legendText(
        names,
        tickedRuns_.size() > visibleRuns_.size()
            ? tr("(%1 runs are ticked: the newest %2 are drawn)").arg(tickedRuns_.size()).arg(visibleRuns_.size())
            : QString()));
}

void ChartsPage::showMarks() { marks_->show(visibleRuns_, current_, controls_->marks()); }

ChartWidget* ChartsPage::actedOn() const {
    if (menuOf_ != nullptr) return menuOf_;
    for (QWidget* widget = QApplication::focusWidget(); widget != nullptr; widget = widget->parentWidget()) {
        if (auto* chart = qobject_cast<ChartWidget*>(widget)) return chart;
    }
    return nullptr;
}

void ChartsPage::openMenu(ChartWidget* chart, const QPoint& at) {
    menuOf_ = chart;
    if (QAction* logarithmic = findChild<QAction*>("chartLog")) logarithmic->setChecked(chart->logarithmic());
    chartMenu_->popup(at);
}

void ChartsPage::fillChartsMenu() {
    QMenu* menu = controls_->chartsMenu();
    menu->clear();
    for (const std::string& key : board_->order()) {
        const ChartWidget* chart = board_->chart(key);
        if (chart == nullptr) continue;
        QAction* action =
            menu->addAction(chart->spec().title, this, [this, key](bool shown) { board_->setShown(key, shown); });
        action->setCheckable(true);
        action->setChecked(board_->isShown(key));
    }
    menu->addSeparator();
    menu->addAction(tr("&Another metric…"), this, &ChartsPage::addOther)->setObjectName("addMetric");
    menu->addAction(tr("As at &first"), board_, &ChartBoard::reset);
}

}  // namespace tritlab
