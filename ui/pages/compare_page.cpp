#include "ui/pages/compare_page.h"

#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/models/compare_results.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/compare_board.h"
#include "ui/pages/compare_controls.h"
#include "ui/pages/page_parts.h"
#include "ui/pages/run_spread.h"
#include "ui/services/store_reader.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

// Charts of more tell nobody anything, and all their points would have to be read.
constexpr std::size_t maxGroups = 40, maxRuns = 200;

template <typename T>
std::vector<T> tail(const std::vector<T>& all, std::size_t count) {
    return {all.end() - static_cast<std::ptrdiff_t>(count), all.end()};
}

}  // namespace

ComparePage::ComparePage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("comparePage");
    controls_ = new CompareControls(this);
    makeExports();
    board_ = new CompareBoard(this);
    spread_ = new RunSpread(context_, this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(board_);
    stack_->addWidget(spread_);
    empty_ = emptyStateLabel(
        "compareEmpty",
        tr("Nothing to compare yet. Tick two or more runs in the list: their curves and results come together here."),
        this);
    legend_ = legendLabel("compareLegend", this);
    table_ = new TextTableView("resultsTable", tr("Results"), this);
    table_->setSortable();
    table_->tools()->addStretch(1);
    splitter_ = new QSplitter(Qt::Vertical, this);
    splitter_->setObjectName("compareSplitter");
    splitter_->setChildrenCollapsible(false);
    splitter_->addWidget(stack_);
    splitter_->addWidget(table_);
    splitter_->setStretchFactor(0, 1);
    splitter_->setSizes({460, 190});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->setSpacing(6);
    layout->addWidget(controls_);
    layout->addWidget(legend_);
    layout->addWidget(empty_, 1);
    layout->addWidget(splitter_, 1);
    soon_.setSingleShot(true);
    soon_.setInterval(2000);  // a run that goes is taken in anew every two seconds
    connect(&soon_, &QTimer::timeout, this, &ComparePage::reload);
    connect(context_.runs, &RunListModel::visibilityChanged, this,
            [this] { setVisibleRuns(context_.runs->visibleRuns()); });
    connect(controls_, &CompareControls::groupingChanged, this, [this] {
        reload();
        table_->fitColumns();
    });
    connect(controls_, &CompareControls::axisChanged, this, [this] {
        reload();
        board_->follow();
    });
    connect(controls_, &CompareControls::smoothingChanged, this, &ComparePage::ask);
    connect(controls_, &CompareControls::lookChanged, this, &ComparePage::showView);
    connect(spread_, &RunSpread::picked, this, &ComparePage::runPicked);
}

ChartWidget* ComparePage::chart(const QString& id) const { return board_->chart(id); }

QJsonObject ComparePage::state() const { return controls_->state(); }

void ComparePage::setState(const QJsonObject& state) { controls_->setState(state); }

std::vector<QColor> ComparePage::colors() const {
    const bool alone =
        std::all_of(groups_.begin(), groups_.end(), [](const RunGroup& each) { return each.runs.size() == 1; });
    std::vector<QColor> colors;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        // as in the list
        colors.push_back(alone ? context_.runs->color(QString::fromStdString(groups_[i].runs.front().id))
                               : runColor(static_cast<int>(i), isDark(palette())));
    }
    return colors;
}

void ComparePage::setVisibleRuns(const QStringList& runs) {
    visible_ = runs;
    if (isVisible()) reload();
    else markStale();
}

std::vector<RunSummary> ComparePage::visibleRuns() const {
    std::vector<RunSummary> runs;
    for (const QString& id : visible_) {
        if (const RunSummary* run = context_.runs->run(id)) runs.push_back(*run);
    }
    return runs;
}

void ComparePage::fillGroupings() {
    const std::vector<RunSummary> runs = visibleRuns();
    QStringList varying;
    for (const std::string& key : varyingFields(runs)) varying << QString::fromStdString(key);
    controls_->offer(QStringList{grouping::none, grouping::allButSeed, grouping::experiment} + varying, varying);
    groups_ = groupRuns(runs, controls_->grouping().toStdString());
    drawn_ = newestGroups(groups_, maxGroups, maxRuns);
}

std::vector<std::vector<std::string>> ComparePage::drawnIds() const {
    std::vector<std::vector<std::string>> ids;
    for (const RunGroup& group : drawn_) {
        ids.emplace_back();
        for (const RunSummary& run : group.runs) ids.back().push_back(run.id);
    }
    return ids;
}

void ComparePage::reload() {
    fillGroupings();
    empty_->setVisible(groups_.empty());
    splitter_->setVisible(!groups_.empty());
    showTable();
    unread_ = true;
    showView();
}

// Series are read for the views that draw them; the others go by the runs' summaries.
void ComparePage::showView() {
    const bool charts = controls_->charts();
    showLegend();
    // Lines that take their colour from a result say nothing of groups.
    legend_->setVisible(!groups_.empty() && (controls_->view() != CompareView::Parallel || controls_->colourByGroup()));
    stack_->setCurrentIndex(charts ? 0 : 1);
    if (charts) {
        board_->setLook({controls_->view() == CompareView::Multiples, controls_->metric().toStdString(),
                         controls_->logarithmic(), controls_->axisText(), controls_->axis().isEmpty()});
        if (unread_) ask();
        return;
    }
    RunSpread::Choice choice;
    choice.parallel = controls_->view() == CompareView::Parallel;
    choice.x = controls_->scatterX().toStdString();
    choice.y = controls_->scatterY().toStdString();
    choice.logX = controls_->scatterLogX();
    choice.logY = controls_->scatterLogY();
    choice.byGroup = controls_->colourByGroup();
    choice.axes = varyingFields(visibleRuns());
    for (const QString& key : controls_->results()) choice.axes.push_back(key.toStdString());
    spread_->show(groups_, colors(), choice);
}

void ComparePage::ask() {
    if (asking_) {
        again_ = true;
        return;
    }
    asking_ = true;
    unread_ = false;
    context_.reader->ask(
        this,
        [ids = drawnIds(), axis = controls_->axis().toStdString(), strength = controls_->smoothing()](RunStore& store) {
            return std::pair(ids, readCompareSeries(store, ids, axis, strength));
        },
        [this](std::pair<std::vector<std::vector<std::string>>, CompareSeries> loaded) {
            asking_ = false;
            if (loaded.first == drawnIds())
                board_->show(drawn_, tail(colors(), drawn_.size()), std::move(loaded.second));
            else again_ = true;
            if (std::exchange(again_, false)) ask();
        });
}

void ComparePage::showLegend() {
    const std::vector<RunGroup>& shown = controls_->charts() ? drawn_ : groups_;
    const std::vector<QColor> shownColors = tail(colors(), shown.size());
    std::vector<NamedColor> names;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const auto runs = static_cast<int>(shown[i].runs.size());
        names.push_back(
            {runs > 1 ? tr("%1 (%n run(s))", nullptr, runs).arg(shown[i].name) : shown[i].name, shownColors[i]});
    }
    const std::size_t drawn = runCount(shown), ticked = runCount(groups_);
    legend_->setText(legendText(
        names, drawn < ticked
                   ? tr("(%1 runs are ticked: the newest %2 are drawn; the table counts all)").arg(ticked).arg(drawn)
                   : QString()));
}

void ComparePage::showTable() {
    table_->model()->setTable(resultHeaders(groups_), resultRows(groups_, isDark(palette())));
    table_->refresh();
}

}  // namespace tritlab
