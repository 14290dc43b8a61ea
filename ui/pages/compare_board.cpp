#include "ui/pages/compare_board.h"

#include <QGridLayout>
#include <QLabel>
#include <algorithm>
#include <set>

#include "core/run/schedules.h"
#include "ui/plots/band_plottable.h"
#include "ui/plots/chart_widget.h"

namespace tritlab {

namespace {
constexpr std::size_t maxPanels = 48;  // more are not looked at one by one, and each is a plot of its own
constexpr int panelWidth = 270;        // at least
}  // namespace

CompareBoard::CompareBoard(QWidget* parent)
    : QScrollArea(parent), board_(new QWidget), grid_(new QGridLayout(board_)), group_(new ChartGroup(this)) {
    setObjectName("compareScroll");
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    board_->setObjectName("compareBoard");
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(6);
    const auto add = [this](const ChartSpec& spec, int height) {
        auto* chart = new ChartWidget(spec, board_);
        chart->setObjectName("compare:" + spec.id);
        chart->setMinimumHeight(height);
        charts_[spec.id] = chart;
        group_->add(chart);
    };
    QStringList schedules;
    for (const CompareSchedule& each : compareSchedules()) schedules << each.name + ' ' + each.sign;
    ChartSpec spec;
    spec.id = "schedules";
    spec.title = tr("Schedules: %1").arg(schedules.join(", "));
    spec.unit = tr("share of the highest");
    spec.fromZero = true;
    spec.min = 0;
    spec.max = 1;
    add(spec, 130);
    for (const ChartMetric& metric : compareMetrics()) {
        ChartSpec each = metric.spec;
        each.smoothable = false;  // runs are smoothed before they are put together
        add(each, each.id == "loss" ? 240 : 185);
    }
    left_ = new QLabel(board_);
    left_->setObjectName("panelsLeft");
    left_->setWordWrap(true);
    setWidget(board_);
    arrange(true);
}

ChartWidget* CompareBoard::chart(const QString& id) const {
    const auto it = charts_.find(id);
    return it == charts_.end() ? nullptr : it->second;
}

QString CompareBoard::idOf(std::size_t group) const { return QString::fromStdString(groups_[group].runs.front().id); }

void CompareBoard::setLook(const Look& look) {
    if (look == look_) return;
    look_ = look;
    for (const ChartMetric& metric : compareMetrics())
        if (metric.loss) charts_[metric.spec.id]->setLogarithmic(look_.logarithmic);
    draw();
}

void CompareBoard::show(std::vector<RunGroup> groups, std::vector<QColor> colors, CompareSeries loaded) {
    groups_ = std::move(groups);
    colors_ = std::move(colors);
    loaded_ = std::move(loaded);
    draw();
}

void CompareBoard::follow() { group_->follow(); }

void CompareBoard::draw() {
    drawSchedules();
    drawOverlay();
    drawPanels();
    arrange(true);
    group_->refresh();
}

void CompareBoard::drawGroup(ChartWidget* chart, std::size_t group, const Band& band, BandPlottable*& fill) {
    const QColor color = colors_[group];
    const QString id = idOf(group), name = groups_[group].name;
    chart->setCurve(id, {name, color, Qt::SolidLine}, std::make_shared<Series>(band.mean));
    if (band.min.empty()) return;
    // The edges are curves too: the axis makes room for them, and the crosshair reads them.
    QColor edge = color;
    edge.setAlpha(110);
    const auto min = std::make_shared<Series>(band.min), max = std::make_shared<Series>(band.max);
    chart->setCurve(id + "/least", {tr("%1, least").arg(name), edge, Qt::SolidLine}, min);
    chart->setCurve(id + "/most", {tr("%1, most").arg(name), edge, Qt::SolidLine}, max);
    if (fill == nullptr) {
        fill = new BandPlottable(chart->plot()->xAxis, chart->plot()->yAxis);
        fill->setLayer("grid");
    }
    QColor area = color;
    area.setAlpha(46);
    fill->setBrush(area);
    fill->setBand(min, max);
}

void CompareBoard::drawSchedules() {
    ChartWidget* chart = charts_["schedules"];
    chart->clearCurves();
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        for (const CompareSchedule& schedule : compareSchedules()) {
            const Series& series = loaded_.groups[i].schedules.at(schedule.key);
            if (highest(series) <= 0) continue;
            chart->setCurve(idOf(i) + "/" + QString::fromStdString(schedule.key),
                            {groups_[i].name + ": " + schedule.name, colors_[i], schedule.line},
                            std::make_shared<Series>(series));
        }
    }
    std::vector<std::size_t> all(groups_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    mark(chart, all);
    mark(charts_["loss"], all);
}

// Charts that are not on the board hold no curves: they would hold the x range of all open.
void CompareBoard::drawOverlay() {
    for (const ChartMetric& metric : compareMetrics()) {
        ChartWidget* chart = charts_[metric.spec.id];
        chart->clearCurves();
        for (auto& [key, band] : bands_) {
            if (key.first == metric.spec.id && band != nullptr) band->setBand(nullptr, nullptr);
        }
        if (look_.multiples) continue;
        for (std::size_t i = 0; i < groups_.size(); ++i)
            drawGroup(chart, i, loaded_.groups[i].bands.at(metric.key), bands_[{metric.spec.id, idOf(i)}]);
        chart->setXLabel(metric.spec.id == "loss" ? look_.xLabel : QString());
    }
}

void CompareBoard::makePanels(const ChartMetric& metric) {
    const std::size_t count = std::min(groups_.size(), maxPanels);
    QStringList keys{QString::fromStdString(metric.key)};
    for (std::size_t i = 0; i < count; ++i) keys << idOf(i) << groups_[i].name;
    if (keys == panelKeys_) return;
    panelKeys_ = keys;
    for (ChartWidget* panel : panels_) delete panel;
    panels_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        ChartSpec spec = metric.spec;
        spec.smoothable = false;
        spec.id += "-" + QString::number(i + 1);
        spec.title = groups_[i].name;
        spec.unit.clear();  // the metric is named above, once
        auto* panel = new ChartWidget(spec, board_);
        panel->setObjectName("comparePanel:" + QString::number(i));
        panel->setAccessibleName(tr("Chart: %1, %2").arg(metric.spec.title, groups_[i].name));
        panel->setMinimumHeight(170);
        panels_.push_back(panel);
        group_->add(panel);
    }
    panelBands_.assign(count, nullptr);
    for (ChartWidget* panel : panels_) panel->setPeers({panels_.begin(), panels_.end()});
}

void CompareBoard::drawPanels() {
    left_->setVisible(look_.multiples);
    if (!look_.multiples) {
        for (ChartWidget* panel : panels_) delete panel;
        panels_.clear();
        panelKeys_.clear();
        return;
    }
    const ChartMetric metric = chartMetric(look_.metric);
    makePanels(metric);
    for (std::size_t i = 0; i < panels_.size(); ++i) {
        panels_[i]->clearCurves();
        if (panelBands_[i] != nullptr) panelBands_[i]->setBand(nullptr, nullptr);
        drawGroup(panels_[i], i, loaded_.groups[i].bands.at(metric.key), panelBands_[i]);
        mark(panels_[i], {i});
        const bool logarithmic = metric.loss && look_.logarithmic;
        if (panels_[i]->logarithmic() != logarithmic) panels_[i]->setLogarithmic(logarithmic);
    }
    QString text =
        metric.spec.unit.isEmpty() ? metric.spec.title : tr("%1 (%2)").arg(metric.spec.title, metric.spec.unit);
    text = tr("<b>%1</b> of each group, over %2; one vertical range for all").arg(text.toHtmlEscaped(), look_.xLabel);
    if (groups_.size() > panels_.size())
        text += tr(". The first %1 of %2 groups: group the runs by a setting, or tick fewer, to see the others")
                    .arg(panels_.size())
                    .arg(groups_.size());
    left_->setText(text + ".");
}

void CompareBoard::mark(ChartWidget* chart, const std::vector<std::size_t>& groups) {
    chart->clearMarks();
    if (!look_.steps) return;
    std::set<StepIndex> marked;  // runs that share a schedule share its mark
    for (const std::size_t i : groups) {
        const RunSummary& run = groups_[i].runs.front();
        if (run.foreign || !run.config.ternaryLinears) continue;
        const StepIndex at = lambdaReachesOne(run.config);
        if (at > 0 && at < run.steps && marked.insert(at).second)
            chart->addMark(static_cast<double>(at), tr("λ = 1"), colors_[i]);
    }
}

void CompareBoard::arrange(bool anew) {
    const int columns = look_.multiples ? std::clamp(width() / panelWidth, 1, 4) : width() >= 640 ? 2 : 1;
    if (columns == columns_ && !anew) return;
    columns_ = columns;
    while (QLayoutItem* item = grid_->takeAt(0)) delete item;
    charts_["schedules"]->setMaximumHeight(look_.multiples ? 150 : QWIDGETSIZE_MAX);  // the panels get the room
    grid_->addWidget(charts_["schedules"], 0, 0, 1, columns);
    for (const ChartMetric& metric : compareMetrics()) charts_[metric.spec.id]->setVisible(!look_.multiples);
    if (look_.multiples) {
        grid_->addWidget(left_, 1, 0, 1, columns);
        for (std::size_t i = 0; i < panels_.size(); ++i) {
            grid_->addWidget(panels_[i], 2 + static_cast<int>(i) / columns, static_cast<int>(i) % columns);
            panels_[i]->setVisible(true);
        }
        return;
    }
    int place = columns;
    for (const ChartMetric& metric : compareMetrics()) {
        const bool wide = metric.spec.id == "loss";
        grid_->addWidget(charts_[metric.spec.id], place / columns, place % columns, 1, wide ? columns : 1);
        place += wide ? columns : 1;
    }
}

std::vector<std::pair<QString, ChartWidget*>> CompareBoard::shownCharts() const {
    std::vector<std::pair<QString, ChartWidget*>> shown;
    for (const auto& [id, chart] : charts_) shown.emplace_back(id, chart);
    for (ChartWidget* panel : panels_) shown.emplace_back(panel->spec().id, panel);
    std::erase_if(shown, [](const auto& each) { return !each.second->dataRange(); });
    return shown;
}

void CompareBoard::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange(false);
}

}  // namespace tritlab
