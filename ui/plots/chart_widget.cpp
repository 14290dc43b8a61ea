#include "ui/plots/chart_widget.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/number.h"
#include "ui/plots/series_plottable.h"
#include "ui/plots/tickers.h"
#include "ui/theme/theme.h"

namespace tritlab {

ChartWidget::ChartWidget(ChartSpec spec, QWidget* parent) : QWidget(parent), spec_(std::move(spec)) {
    setObjectName("chart:" + spec_.id);
    setAccessibleName(tr("Chart: %1").arg(spec_.title));
    title_ = new QLabel(spec_.unit.isEmpty() ? spec_.title : tr("%1 (%2)").arg(spec_.title, spec_.unit), this);
    QFont bold = title_->font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    readout_ = new QLabel(this);
    readout_->setObjectName("readout:" + spec_.id);
    readout_->setTextFormat(Qt::RichText);
    readout_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    plot_ = new QCustomPlot(this);
    plot_->setObjectName("plot:" + spec_.id);
    plot_->setAccessibleName(spec_.title);
    plot_->setLocale(QLocale::c());
    plot_->setNoAntialiasingOnDrag(true);
    plot_->setMouseTracking(true);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->installEventFilter(this);
    plot_->setMinimumHeight(90);

    auto* head = new QHBoxLayout;
    head->setContentsMargins(8, 4, 10, 0);
    head->addWidget(title_);
    head->addWidget(readout_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(plot_, 1);
    plot_->axisRect()->setMinimumMargins(QMargins(48, 6, 12, 20));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setTickLabelPadding(4);
        axis->setTickLength(0, 0);
        axis->setSubTickLength(0, 0);
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->setLabelPadding(2);
        QFont small = font();
        small.setPointSizeF(small.pointSizeF() * 0.88);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    const auto ticker = QSharedPointer<NumberTicker>::create();
    ticker->setTickCount(6);
    plot_->xAxis->setTicker(ticker);
    // The crosshair and the rubber band have a layer of their own: moving them repaints nothing else.
    plot_->addLayer("crosshair", plot_->layer("overlay"), QCustomPlot::limBelow);
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

void ChartWidget::applyColors(const PlotColors& colors) {
    plot_->setBackground(QBrush(colors.background));
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->setBasePen(QPen(colors.frame, 1));
        axis->setTickLabelColor(colors.mutedText);
        axis->setLabelColor(colors.mutedText);
        axis->grid()->setPen(QPen(colors.grid, 1));
    }
    empty_->setColor(colors.mutedText);
    cursor_->setPen(QPen(colors.cursor, 1, Qt::DashLine));
    QColor fill = colors.selection;
    fill.setAlpha(50);
    selection_->setPen(QPen(colors.selection, 1));
    selection_->setBrush(fill);
}

void ChartWidget::styleCurve(Curve& curve) {
    QColor faint = curve.style.color;
    faint.setAlpha(75);
    curve.line->setPen(QPen(curve.style.color, 1.6, curve.style.line, Qt::RoundCap, Qt::RoundJoin));
    curve.line->setName(curve.style.name);
    if (curve.background != nullptr) curve.background->setPen(QPen(faint, 1));
}

void ChartWidget::setCurve(const QString& id, const CurveStyle& style, std::shared_ptr<const Series> series) {
    Curve& curve = curves_[id];
    if (curve.line == nullptr) curve.line = new SeriesPlottable(plot_->xAxis, plot_->yAxis);
    if (curve.raw != series) curve.smoothed.reset();
    curve.style = style;
    curve.raw = std::move(series);
    const bool smooth = spec_.smoothable && smoothing_ > 0;
    if (smooth && (!curve.smoothed || curve.smoothed->strength() != smoothing_)) {
        curve.smoothed = std::make_shared<SmoothedSeries>(smoothing_);
        curve.smoothed->extend(*curve.raw);
    } else if (!smooth) {
        curve.smoothed.reset();
    }
    if (smooth && curve.background == nullptr) {
        curve.background = new SeriesPlottable(plot_->xAxis, plot_->yAxis);
        curve.background->setLayer("grid");
    } else if (!smooth && curve.background != nullptr) {
        plot_->removePlottable(curve.background);
        curve.background = nullptr;
    }
    if (smooth) {
        curve.line->setSeries(std::shared_ptr<const Series>(curve.smoothed, &curve.smoothed->series()));
        curve.background->setSeries(curve.raw);
        curve.background->setMarksNonFinite(false);
    } else {
        curve.line->setSeries(curve.raw);
    }
    styleCurve(curve);
    if (spec_.legend) showReadout(std::nullopt);
}

void ChartWidget::removeCurve(const QString& id) {
    const auto it = curves_.find(id);
    if (it == curves_.end()) return;
    plot_->removePlottable(it->second.line);
    if (it->second.background != nullptr) plot_->removePlottable(it->second.background);
    curves_.erase(it);
}

void ChartWidget::clearCurves() {
    while (!curves_.empty()) removeCurve(curves_.begin()->first);
}

QStringList ChartWidget::curves() const {
    QStringList ids;
    for (const auto& [id, curve] : curves_) ids << id;
    return ids;
}

const Series* ChartWidget::shownSeries(const QString& id) const {
    const auto it = curves_.find(id);
    return it == curves_.end() ? nullptr : it->second.line->series();
}

void ChartWidget::setSmoothing(double strength) {
    smoothing_ = std::clamp(strength, 0.0, 0.9999);
    if (!spec_.smoothable) return;
    for (auto& [id, curve] : curves_) setCurve(id, CurveStyle(curve.style), curve.raw);
    refresh();
}

void ChartWidget::setLogarithmic(bool on) {
    plot_->yAxis->setScaleType(on ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    QSharedPointer<QCPAxisTicker> ticker;
    if (on) ticker = QSharedPointer<LogTicker>::create();
    else ticker = QSharedPointer<NumberTicker>::create();
    ticker->setTickCount(5);
    plot_->yAxis->setTicker(ticker);
    refresh();
}

void ChartWidget::setIgnoreOutliers(bool on) {
    ignoreOutliers_ = on;
    refresh();
}

void ChartWidget::refresh() {
    for (auto& [id, curve] : curves_) {
        if (curve.smoothed) curve.smoothed->extend(*curve.raw);
    }
    rescaleY();
    replotSoon();
}

std::optional<QCPRange> ChartWidget::dataRange() const {
    std::optional<QCPRange> all;
    for (const auto& [id, curve] : curves_) {
        bool found = false;
        const QCPRange range = curve.line->getKeyRange(found);
        if (!found) continue;
        if (all) all->expand(range);
        else all = range;
    }
    return all;
}

void ChartWidget::setXRange(const QCPRange& range) {
    if (!QCPRange::validRange(range)) return;
    plot_->xAxis->setRange(range);
    rescaleY();
    replotSoon();
}

namespace {

// The 1st and 99th percentile of what a curve shows, over at most 4096 evenly spaced points.
std::optional<QCPRange> percentiles(const Series& series, const QCPRange& keys) {
    std::vector<float> values;
    const std::size_t first = series.lowerBound(keys.lower), last = series.lowerBound(std::nextafter(keys.upper, 1e300));
    const std::size_t stride = std::max<std::size_t>(1, (last - std::min(first, last)) / 4096);
    for (std::size_t i = first; i < last; i += stride) {
        if (std::isfinite(series.y(i))) values.push_back(series.y(i));
    }
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    const std::size_t cut = values.size() / 100;
    return QCPRange(static_cast<double>(values[cut]), static_cast<double>(values[values.size() - 1 - cut]));
}

}  // namespace

void ChartWidget::rescaleY() {
    const bool logarithmic = plot_->yAxis->scaleType() == QCPAxis::stLogarithmic;
    std::optional<QCPRange> all;
    for (const auto& [id, curve] : curves_) {
        for (const SeriesPlottable* line : {curve.line, curve.background}) {
            if (line == nullptr || line->series() == nullptr) continue;
            bool found = false;
            QCPRange range =
                line->getValueRange(found, logarithmic ? QCP::sdPositive : QCP::sdBoth, plot_->xAxis->range());
            if (!found) continue;
            if (ignoreOutliers_) {
                if (const auto inner = percentiles(*line->series(), plot_->xAxis->range())) {
                    range = QCPRange(std::max(range.lower, inner->lower), std::max(inner->upper, range.lower));
                }
            }
            if (all) all->expand(range);
            else all = range;
        }
    }
    empty_->setVisible(!all);
    plot_->yAxis->setTickLabels(all.has_value());
    if (!all) {
        plot_->yAxis->setRange(logarithmic ? QCPRange(0.1, 1) : QCPRange(0, 1));
        return;
    }
    if (logarithmic) {
        const double ratio = std::max(std::pow(all->upper / all->lower, 0.05), 1.02);
        plot_->yAxis->setRange(all->lower / ratio, all->upper * ratio);
        return;
    }
    if (spec_.fromZero) all->expand(0.0);
    if (all->lower == 0 && all->upper == 0) {
        plot_->yAxis->setRange(-0.05, 1);
        return;
    }
    double pad = (all->upper - all->lower) * 0.06;
    if (pad <= 0) pad = std::max(std::abs(all->upper) * 0.05, 1e-12);
    double lower = all->lower - pad, upper = all->upper + pad;
    if (spec_.least) lower = std::max(lower, *spec_.least - pad * 0.5);
    if (spec_.most) upper = std::min(upper, *spec_.most + pad * 0.5);
    plot_->yAxis->setRange(lower, upper);
}

void ChartWidget::replotSoon() {
    stale_ = plot_->visibleRegion().isEmpty();
    if (!stale_) plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ChartWidget::setXLabel(const QString& label) { plot_->xAxis->setLabel(label); }

void ChartWidget::addMark(double x, const QString& text, const QColor& color) {
    auto* line = new QCPItemStraightLine(plot_);
    line->point1->setCoords(x, 0);
    line->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
    line->point1->setCoords(x, 0);
    line->point2->setCoords(x, 1);
    line->setPen(QPen(color, 1, Qt::DotLine));
    marks_.push_back(line);
    if (text.isEmpty()) return;
    auto* label = new QCPItemText(plot_);
    label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(x, 0.02);
    label->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
    label->setText(text);
    label->setColor(color);
    label->setFont(plot_->xAxis->tickLabelFont());
    label->setPadding(QMargins(3, 0, 0, 0));
    marks_.push_back(label);
}

void ChartWidget::clearMarks() {
    for (QCPAbstractItem* item : marks_) plot_->removeItem(item);
    marks_.clear();
}

void ChartWidget::setCrosshair(std::optional<double> x) {
    cursor_->setVisible(x.has_value());
    if (x) {
        cursor_->point1->setCoords(*x, 0);
        cursor_->point2->setTypeY(QCPItemPosition::ptAxisRectRatio);
        cursor_->point1->setTypeY(QCPItemPosition::ptAxisRectRatio);
        cursor_->point1->setCoords(*x, 0);
        cursor_->point2->setCoords(*x, 1);
    }
    if (plot_->visibleRegion().isEmpty()) stale_ = true;
    else plot_->layer("crosshair")->replot();
    showReadout(x);
}

void ChartWidget::showReadout(std::optional<double> x) {
    QString html;
    if (!x) {
        for (const auto& [id, curve] : curves_) {
            if (spec_.legend) html += QString("<span style='color:%1'>%2</span>&nbsp; ").arg(curve.style.color.name(), curve.style.name);
        }
        readout_->setText(html);
        return;
    }
    for (const auto& [id, curve] : curves_) {
        const Series* series = curve.line->series();
        if (series == nullptr || series->empty()) continue;
        const std::size_t at = series->nearest(*x);
        if (html.isEmpty()) {
            html = QString("<span style='color:%1'>%2&nbsp;&nbsp;</span>")
                       .arg(palette().color(QPalette::PlaceholderText).name(), tickText(std::round(series->x(at))));
        }
        html += QString("<span style='color:%1'>%2</span>&nbsp; ")
                    .arg(curve.style.color.name(), valueText(static_cast<double>(series->y(at))));
    }
    readout_->setText(html);
}

void ChartWidget::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        applyColors(plotColors(palette()));
        replotSoon();
    }
    QWidget::changeEvent(event);
}

QPixmap ChartWidget::picture(int width, int height, double scale) { return plot_->toPixmap(width, height, scale); }

bool ChartWidget::savePdf(const QString& path, int width, int height) {
    applyColors(printColors());
    const bool done = plot_->savePdf(path, width, height, QCP::epNoCosmetic, QString(), spec_.title);
    applyColors(plotColors(palette()));
    replotSoon();
    return done;
}

QString ChartWidget::csv() const {
    QString text = "curve,x,value\n";
    const QCPRange range = plot_->xAxis->range();
    for (const auto& [id, curve] : curves_) {
        QString name = curve.style.name;
        if (name.contains(',') || name.contains('"')) name = '"' + name.replace("\"", "\"\"") + '"';
        for (std::size_t i = curve.raw->lowerBound(range.lower); i < curve.raw->size() && curve.raw->x(i) <= range.upper; ++i) {
            text += name + ',' + QString::fromStdString(formatReal(curve.raw->x(i))) + ',' +
                    QString::fromStdString(formatReal(curve.raw->y(i))) + '\n';
        }
    }
    return text;
}

}  // namespace tritlab
