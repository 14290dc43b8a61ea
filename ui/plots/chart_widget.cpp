#include "ui/plots/chart_widget.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/plots/axes.h"
#include "ui/plots/chart_input.h"
#include "ui/plots/curves_plottable.h"
#include "ui/plots/plot_marks.h"
#include "ui/plots/readout.h"
#include "ui/theme/theme.h"

namespace tritlab {

ChartWidget::ChartWidget(ChartSpec spec, QWidget* parent) : QWidget(parent), spec_(std::move(spec)) {
    setObjectName("chart:" + spec_.id);
    setAccessibleName(tr("Chart: %1").arg(spec_.title));
    title_ = new QLabel(fullTitle(), this);
    QFont bold = title_->font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    readout_ = new Readout(this);
    readout_->setObjectName("readout:" + spec_.id);
    plot_ = new QCustomPlot(this);
    plot_->setObjectName("plot:" + spec_.id);
    plot_->setAccessibleName(spec_.title);
    plot_->setLocale(QLocale::c());
    plot_->setMouseTracking(true);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->installEventFilter(this);
    plot_->setMinimumHeight(90);
    box_ = new ValueBox(plot_);
    curves_ = new ChartCurves(spec_.smoothable, this);
    connect(curves_, &ChartCurves::smoothed, this, &ChartWidget::refresh);

    auto* head = new QHBoxLayout;
    head->setContentsMargins(8, 4, 10, 0);
    head->addWidget(title_);
    head->addWidget(readout_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(plot_, 1);
    makeAxes();
    makeItems();
    connect(input_, &ChartInput::rangePicked, this, &ChartWidget::rangePicked);
    connect(input_, &ChartInput::followPicked, this, &ChartWidget::followPicked);
    connect(input_, &ChartInput::crosshairMoved, this, &ChartWidget::crosshairMoved);
    connect(input_, &ChartInput::crosshairLeft, this, &ChartWidget::crosshairLeft);
    connect(input_, &ChartInput::menuWanted, this, &ChartWidget::menuWanted);
    setLogarithmic(spec_.logarithmic);
    applyColors(plotColors(palette()));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);  // a palette change, which needs all of the above
}

QString ChartWidget::fullTitle() const {
    return spec_.unit.isEmpty() ? spec_.title : tr("%1 (%2)").arg(spec_.title, spec_.unit);
}

// A title that is longer than the chart is wide stands shortened, and whole in its tool tip.
void ChartWidget::resizeEvent(QResizeEvent* event) {
    const QString full = fullTitle(),
                  shown = title_->fontMetrics().elidedText(full, Qt::ElideMiddle, std::max(40, width() - 20));
    if (shown != title_->text()) title_->setText(shown);
    title_->setToolTip(shown == full ? QString() : full);
    QWidget::resizeEvent(event);
}

void ChartWidget::makeAxes() {
    plot_->axisRect()->setMinimumMargins(QMargins(48, 6, 12, 20));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setTickLabelPadding(4);
        axis->setLabelPadding(2);
    }
    styleAxes({plot_->xAxis, plot_->yAxis});
    plot_->xAxis->setTicker(makeTicker(false, 6));
}

void ChartWidget::makeItems() {
    // The plot's own.
    lines_ = new CurvesPlottable(plot_->xAxis, plot_->yAxis, [this] { return curves_->pictures(printing_); });
    // The crosshair and the rubber band have a layer of their own: moving them repaints nothing else. Above all others,
    // so that these share one buffer: each buffer is blitted at every repaint.
    plot_->layer("overlay")->setMode(QCPLayer::lmLogical);
    plot_->addLayer("crosshair", plot_->layer("overlay"), QCustomPlot::limAbove);
    plot_->layer("crosshair")->setMode(QCPLayer::lmBuffered);
    cursor_ = new QCPItemStraightLine(plot_);
    cursor_->setLayer("crosshair");
    cursor_->setVisible(false);
    input_ = new ChartInput(plot_, "crosshair");
    marks_ = new PlotMarks(plot_);

    empty_ = new QCPItemText(plot_);
    empty_->position->setType(QCPItemPosition::ptAxisRectRatio);
    empty_->position->setCoords(0.5, 0.5);
    empty_->setText(tr("no values yet"));
    empty_->setFont(plot_->xAxis->tickLabelFont());
}

void ChartWidget::applyColors(const PlotColors& colors) {
    plot_->setBackground(QBrush(colors.background));
    colorAxes({plot_->xAxis, plot_->yAxis}, colors);
    empty_->setColor(colors.mutedText);
    cursor_->setPen(QPen(colors.cursor, 1, Qt::DashLine));
    input_->setColor(colors.selection);
}

void ChartWidget::setCurve(const QString& id, const CurveStyle& style, std::shared_ptr<const Series> series) {
    curves_->set(id, style, std::move(series));
    lines_->curvesChanged();
    if (spec_.legend) showReadout(std::nullopt, false);
}

void ChartWidget::removeCurve(const QString& id) {
    if (curves_->remove(id)) lines_->curvesChanged();
}

void ChartWidget::clearCurves() {
    curves_->clear();
    lines_->curvesChanged();
}

void ChartWidget::setSmoothing(const Smoothing& how) {
    if (curves_->smoothing() == how) return;
    curves_->setSmoothing(how);
    if (spec_.smoothable) refresh();
}

void ChartWidget::refresh() {
    curves_->refresh();
    lines_->curvesChanged();
    rescaleY();
    replotSoon();
}

void ChartWidget::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        applyColors(plotColors(palette()));
        replotSoon();
    }
    QWidget::changeEvent(event);
}

bool ChartWidget::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    // Drawn into the plot's buffers now, shown by the very paint event that asks.
    if (event->type() == QEvent::Paint && std::exchange(stale_, false)) drawFrame();
    if (event->type() == QEvent::Resize && !stale_) replotSoon();
    return input_->handle(event) || QWidget::eventFilter(watched, event);
}

}  // namespace tritlab
