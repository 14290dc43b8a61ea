#include "ui/pages/run_spread.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/models/last_values.h"
#include "ui/pages/page_parts.h"
#include "ui/plots/file_head.h"
#include "ui/plots/parallel_plot.h"
#include "ui/plots/scatter_plot.h"

namespace tritlab {

RunSpread::RunSpread(PageContext context, QWidget* parent) : QWidget(parent), context_(context) {
    setObjectName("runSpread");
    note_ = new QLabel(this);
    note_->setObjectName("spreadNote");
    note_->setWordWrap(true);
    clear_ = new QToolButton(this);
    clear_->setObjectName("clearBrushes");
    clear_->setText(tr("Clear brushes"));
    clear_->setToolTip(tr("Show all runs again (one axis: double click on it, or Escape)"));
    clear_->setFocusPolicy(Qt::StrongFocus);
    QSizePolicy kept = clear_->sizePolicy();
    kept.setRetainSizeWhenHidden(true);  // the axes stay where they are while the first brush is drawn
    clear_->setSizePolicy(kept);
    scatter_ = new ScatterPlot(this);
    parallel_ = new ParallelPlot(this);
    auto* wide = new QScrollArea(this);  // many settings need more room than there is
    wide->setObjectName("parallelScroll");
    wide->setWidgetResizable(true);
    wide->setFrameShape(QFrame::NoFrame);
    wide->setWidget(parallel_);
    wide->setFocusPolicy(Qt::NoFocus);
    empty_ = emptyStateLabel("spreadEmpty", {}, this);
    stack_ = new QStackedWidget(this);
    for (QWidget* each : {static_cast<QWidget*>(empty_), static_cast<QWidget*>(scatter_), static_cast<QWidget*>(wide)})
        stack_->addWidget(each);
    auto* head = new QHBoxLayout;
    head->addWidget(note_, 1);
    head->addWidget(clear_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(stack_, 1);
    last_ = new LastValues(context_.reader, this);
    connect(last_, &LastValues::changed, this, &RunSpread::draw);
    connect(clear_, &QToolButton::clicked, parallel_, &ParallelPlot::clearBrushes);
    connect(parallel_, &ParallelPlot::brushesChanged, this, &RunSpread::showNote);
    connect(parallel_, &ParallelPlot::picked, this, &RunSpread::picked);
    connect(scatter_, &ScatterPlot::picked, this, &RunSpread::picked);
}

void RunSpread::show(const std::vector<RunGroup>& groups, const std::vector<QColor>& colors, const Choice& choice) {
    runs_.clear();
    plotted_.clear();
    legend_.clear();
    for (std::size_t i = 0; i < groups.size(); ++i) {
        legend_.push_back({groups[i].name, colors[i]});
        for (const RunSummary& run : groups[i].runs) {
            runs_.push_back(run);
            plotted_.push_back({QString::fromStdString(run.id), QString::fromStdString(run.name), colors[i]});
        }
    }
    choice_ = choice;
    draw();
}

std::vector<RunFigure> RunSpread::figures() const {
    std::vector<RunFigure> chosen;
    for (const std::string& key : choice_.parallel ? choice_.axes : std::vector<std::string>{choice_.x, choice_.y}) {
        if (auto figure = figureOf(key)) chosen.push_back(std::move(*figure));
    }
    return chosen;
}

void RunSpread::draw() {
    const std::vector<std::string> keys = series();
    for (RunSummary& run : runs_) last_->fill(run, keys);
    if (choice_.parallel) drawParallel();
    else drawScatter();
    showNote();
    last_->read(runs_, keys);
}

void RunSpread::drawScatter() {
    const std::vector<RunFigure> chosen = figures();
    if (chosen.size() < 2) return;
    scatter_->setData(plotted_, figureAxis(chosen[0], runs_), figureAxis(chosen[1], runs_),
                      {choice_.logX, choice_.logY, legend_});
    empty_->setText(
        tr("None of the ticked runs has both %1 and %2 yet. Choose other axes, or wait for the first evaluation.")
            .arg(chosen[0].title, chosen[1].title));
    stack_->setCurrentIndex(scatter_->shown() > 0 ? 1 : 0);
}

void RunSpread::drawParallel() {
    std::vector<FigureAxis> axes;
    bool settings = false, results = false;
    for (const RunFigure& figure : figures()) {
        (figure.source == RunFigure::Source::Setting ? settings : results) = true;
        axes.push_back(figureAxis(figure, runs_));
    }
    empty_->setText(!settings ? tr("The ticked runs differ in no setting, so there is no axis to draw. Tick runs that "
                                   "differ, or start a sweep: New run, "
                                   "then a list of values for one or more fields.")
                              : tr("No result has an axis. Choose some under Results."));
    if (!settings || !results) axes.clear();
    stack_->setCurrentIndex(axes.empty() ? 0 : 2);
    parallel_->setData(plotted_, std::move(axes), choice_.byGroup ? legend_ : std::vector<NamedColor>{});
}

void RunSpread::showNote() {
    QStringList parts;
    if (choice_.parallel) {
        const int left = parallel_->countLeft(), all = static_cast<int>(plotted_.size());
        if (!parallel_->brushes().empty()) parts << tr("%1 of %2 runs lie in the brushes.").arg(left).arg(all);
        else if (stack_->currentIndex() != 0)
            parts << tr("%n run(s). Drag along an axis to brush a range of it; a click on a line selects its run.",
                        nullptr, all);
    } else {
        if (scatter_->shown() > 0) parts << tr("%1 of %2 runs.").arg(scatter_->shown()).arg(plotted_.size());
        if (scatter_->withoutFigure() > 0)
            parts << tr("Without a value for one of the two axes: %1.").arg(scatter_->withoutFigure());
        if (scatter_->offLogAxis() > 0)
            parts << tr("Not above 0, where a logarithmic axis begins: %1.").arg(scatter_->offLogAxis());
    }
    note_->setText(parts.join(' '));
    note_->setVisible(!parts.isEmpty());
    clear_->setVisible(choice_.parallel && !parallel_->brushes().empty());
}

// Series that a chosen figure needs.
std::vector<std::string> RunSpread::series() const {
    std::vector<std::string> keys;
    for (const RunFigure& figure : figures()) {
        if (figure.source == RunFigure::Source::Series) keys.push_back(figure.key);
    }
    return keys;
}

QStringList RunSpread::save(const QString& folder, const QString& extension) {
    if (stack_->currentIndex() == 0) return {};
    const QString path = folder + "/compare-" + (choice_.parallel ? "parallel." : "scatter.") + extension;
    constexpr QSize picture{900, 520}, page{640, 400};
    if (choice_.parallel) writePlot(*parallel_, path, extension, picture, page);
    else writePlot(*scatter_, path, extension, picture, page);
    return {path};
}

}  // namespace tritlab
