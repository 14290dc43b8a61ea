// What a chart shows: its ranges, marks, crosshair, and when it is drawn.
#include <QLabel>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/models/number_text.h"
#include "ui/plots/axes.h"
#include "ui/plots/chart_input.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/curves_plottable.h"
#include "ui/plots/frame_clock.h"
#include "ui/plots/plot_marks.h"
#include "ui/plots/readout.h"

namespace tritlab {

void ChartWidget::setLogarithmic(bool on) {
    setAxisScale(plot_->yAxis, on, 5);
    refresh();
}

bool ChartWidget::logarithmic() const { return plot_->yAxis->scaleType() == QCPAxis::stLogarithmic; }

void ChartWidget::setYMode(YMode mode) {
    if (mode == YMode::Fixed) fixedY_ = plot_->yAxis->range();
    yMode_ = mode;
    refresh();
}

void ChartWidget::setFixedY(const QCPRange& range) {
    fixedY_ = range;
    yMode_ = YMode::Fixed;
    refresh();
}

void ChartWidget::setXRange(const QCPRange& range) {
    if (!QCPRange::validRange(range)) return;
    plot_->xAxis->setRange(range);
    rescaleY();
    replotSoon();
}

std::optional<QCPRange> ChartWidget::seenValues() const {
    ValueSpan all;
    curves_->addValues(plot_->xAxis->range(), all);
    for (const ChartWidget* peer : peers_) peer->curves_->addValues(plot_->xAxis->range(), all);
    if (all.empty() || (logarithmic() && all.highest <= 0)) return std::nullopt;
    return QCPRange(static_cast<double>(logarithmic() ? all.positive : all.lowest), static_cast<double>(all.highest));
}

void ChartWidget::rescaleY() {
    std::optional<QCPRange> all = seenValues();
    empty_->setVisible(!all || (!peers_.empty() && !dataRange()));
    plot_->yAxis->setTickLabels(all.has_value());
    if (yMode_ == YMode::Fixed) {
        if (fixedY_.size() > 0 && (fixedY_.lower > 0 || !logarithmic())) {
            plot_->yAxis->setRange(fixedY_);
            return;
        }
    } else if (yMode_ == YMode::NoOutliers && all) {
        if (const auto inner = curves_->withoutOutliers(plot_->xAxis->range(), logarithmic())) all = inner;
    }
    if (!all) {
        plot_->yAxis->setRange(logarithmic() ? QCPRange(0.1, 1) : QCPRange(0, 1));
        return;
    }
    if (logarithmic()) {
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
    if (spec_.min) lower = std::max(lower, *spec_.min - pad * 0.5);
    if (spec_.max) upper = std::min(upper, *spec_.max + pad * 0.5);
    plot_->yAxis->setRange(lower, upper);
}

void ChartWidget::replotSoon() {
    stale_ = plot_->visibleRegion().isEmpty();
    if (!stale_) FrameClock::shared().request(this, [this] { drawFrame(); });
}

// Axes and the picture that is there; a fresh one is asked for where it is another view's.
void ChartWidget::drawFrame() {
    plot_->replot(QCustomPlot::rpQueuedRefresh);
    lines_->prepare([this] { replotSoon(); });
}

bool ChartWidget::exact() const { return lines_->exact() && curves_->complete(); }

quint64 ChartWidget::freshPictures() const { return lines_->freshPictures(); }

void ChartWidget::setXLabel(const QString& label) { plot_->xAxis->setLabel(label); }

void ChartWidget::addMark(double x, const QString& text, const QColor& color) {
    marks_->addLine(x, text, color);
    replotSoon();
}

void ChartWidget::addTick(double x, const QColor& color) {
    marks_->addTick(x, color);
    replotSoon();
}

void ChartWidget::clearMarks() {
    marks_->clear();
    replotSoon();
}

std::size_t ChartWidget::markCount() const { return marks_->count(); }

void ChartWidget::setCrosshair(std::optional<double> x, bool withNames) {
    if (x == crosshair_ && !withNames) return;
    crosshair_ = x;
    input_->setCrosshair(x);
    cursor_->setVisible(x.has_value());
    if (x) {
        for (QCPItemPosition* end : {cursor_->point1, cursor_->point2}) {
            end->setTypeY(QCPItemPosition::ptAxisRectRatio);
            end->setCoords(*x, end == cursor_->point1 ? 0 : 1);
        }
    }
    if (plot_->visibleRegion().isEmpty()) stale_ = true;
    else plot_->layer("crosshair")->replot();
    showReadout(x, withNames);
}

void ChartWidget::showReadout(std::optional<double> x, bool withNames) {
    std::vector<ReadoutPart> parts;
    QString head;
    if (x) {
        parts = curves_->readAt(*x);
        if (const auto nearest = curves_->nearestKey(*x)) head = tickText(std::round(*nearest));
    } else if (spec_.legend) {
        for (const NamedColor& each : curves_->names(false)) parts.push_back({each.name, {}, each.color});
    }
    const bool boxed = x && withNames && parts.size() > 1;
    box_->show(head, boxed ? parts : std::vector<ReadoutPart>{},
               x ? static_cast<int>(plot_->xAxis->coordToPixel(*x)) : 0, plot_->axisRect()->rect());
    readout_->show(head, std::move(parts));
}

}  // namespace tritlab
