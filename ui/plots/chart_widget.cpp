#include "ui/plots/chart_widget.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/plots/axes.h"
#include "ui/plots/curves_plottable.h"
#include "ui/plots/readout.h"
#include "ui/services/plot_worker.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {
// Up to so many points are smoothed at once; more go to the worker.
constexpr std::size_t pointsAtOnce = 4096;
}  // namespace

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
    connect(plot_, &QCustomPlot::afterLayout, this, &ChartWidget::placeMarkLabels);
    connect(plot_, &QCustomPlot::mousePress, this, &ChartWidget::onMousePress);
    connect(plot_, &QCustomPlot::mouseMove, this, &ChartWidget::onMouseMove);
    connect(plot_, &QCustomPlot::mouseRelease, this, &ChartWidget::onMouseRelease);
    connect(plot_, &QCustomPlot::mouseWheel, this, &ChartWidget::onWheel);
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, [this] { Q_EMIT followPicked(); });
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
    lines_ = new CurvesPlottable(plot_->xAxis, plot_->yAxis, [this] { return pictures(); });  // the plot's own
    // The crosshair and the rubber band have a layer of their own: moving them repaints nothing else. Above all others,
    // so that these share one buffer: each buffer is blitted at every repaint.
    plot_->layer("overlay")->setMode(QCPLayer::lmLogical);
    plot_->addLayer("crosshair", plot_->layer("overlay"), QCustomPlot::limAbove);
    plot_->layer("crosshair")->setMode(QCPLayer::lmBuffered);
    cursor_ = new QCPItemStraightLine(plot_);
    cursor_->setLayer("crosshair");
    cursor_->setVisible(false);
    selection_ = new QCPItemRect(plot_);
    selection_->setLayer("crosshair");
    selection_->setVisible(false);
    selection_->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    selection_->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);

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
    QColor fill = colors.selection;
    fill.setAlpha(50);
    selection_->setPen(QPen(colors.selection, 1));
    selection_->setBrush(fill);
}

void ChartWidget::setCurve(const QString& id, const CurveStyle& style, std::shared_ptr<const Series> series) {
    Curve& curve = curves_[id];
    if (curve.raw != series) curve.smoothed.reset();
    curve.style = style;
    curve.raw = std::move(series);
    if (smooth()) smoothCurve(id);
    lines_->curvesChanged();
    if (spec_.legend) showReadout(std::nullopt, false);
}

// Brings the smoothed curve up to date: at once where little is missing, else on the worker, while the old one stays.
void ChartWidget::smoothCurve(const QString& id) {
    Curve& curve = curves_[id];
    if (curve.raw->isOutline()) return;
    const bool other = !curve.smoothed || !(curve.smoothed->smoothing() == smoothing_);
    const std::size_t missing = other ? curve.raw->size() : curve.smoothed->missing(*curve.raw);
    if (missing <= pointsAtOnce) {
        if (other) curve.smoothed = std::make_shared<SmoothedSeries>(smoothing_);
        curve.smoothed->extend(*curve.raw);
        return;
    }
    if (curve.smoothing) return;  // looked at again when it comes back
    curve.smoothing = true;
    PlotWorker::shared().post(
        this,
        [how = smoothing_, raw = *curve.raw] {
            SmoothedSeries smoothed(how);
            smoothed.extend(raw);
            return smoothed;
        },
        [this, id, from = curve.raw](SmoothedSeries smoothed) {
            const auto it = curves_.find(id);
            if (it == curves_.end()) return;
            it->second.smoothing = false;
            if (smooth() && it->second.raw == from)
                it->second.smoothed = std::make_shared<SmoothedSeries>(std::move(smoothed));
            refresh();
        });
}

void ChartWidget::removeCurve(const QString& id) {
    if (curves_.erase(id) > 0) lines_->curvesChanged();
}

void ChartWidget::clearCurves() {
    curves_.clear();
    lines_->curvesChanged();
}

QStringList ChartWidget::curves() const {
    QStringList ids;
    for (const auto& [id, curve] : curves_) ids << id;
    return ids;
}

const Series* ChartWidget::shownSeries(const QString& id) const {
    const auto it = curves_.find(id);
    if (it == curves_.end()) return nullptr;
    return smooth() && it->second.smoothed ? &it->second.smoothed->series() : it->second.raw.get();
}

// Raw points faintly behind all smoothed lines.
std::vector<CurvePicture> ChartWidget::pictures() const {
    std::vector<CurvePicture> pictures;
    pictures.reserve(2 * curves_.size());
    if (smooth()) {
        for (const auto& [id, curve] : curves_) {
            QColor faint = shownColor(curve.style.color);
            faint.setAlpha(75);
            pictures.push_back({*curve.raw, faint, 1, Qt::SolidLine, false});
        }
    }
    for (const auto& [id, curve] : curves_) {
        if (smooth() && !curve.smoothed) continue;
        pictures.push_back({*shownSeries(id), shownColor(curve.style.color), 1.6, curve.style.line, true});
    }
    return pictures;
}

void ChartWidget::setSmoothing(const Smoothing& how) {
    if (smoothing_ == how) return;
    smoothing_ = how;
    if (spec_.smoothable) refresh();
}

void ChartWidget::refresh() {
    for (auto& [id, curve] : curves_) {
        if (smooth()) smoothCurve(id);
        else curve.smoothed.reset();
    }
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

}  // namespace tritlab
