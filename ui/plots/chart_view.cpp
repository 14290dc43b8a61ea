// What a chart shows: its ranges, marks, crosshair, and when it is drawn.
#include <QLabel>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/models/number_text.h"
#include "ui/plots/axes.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/curves_plottable.h"
#include "ui/plots/frame_clock.h"
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

std::optional<QCPRange> ChartWidget::dataRange() const {
    std::optional<QCPRange> all;
    for (const auto& [id, curve] : curves_) {
        if (curve.raw->empty()) continue;
        const QCPRange range(curve.raw->x(0), curve.raw->x(curve.raw->size() - 1));
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

void ChartWidget::addValues(const QCPRange& keys, ValueSpan& all) const {
    const auto add = [&](const Series& series) {  // upper end included: the newest point lies exactly on it
        all.add(series.span(series.lowerBound(keys.lower), series.lowerBound(std::nextafter(keys.upper, 1e300))));
    };
    for (const auto& [id, curve] : curves_) {
        add(*curve.raw);
        if (smooth() && curve.smoothed) add(curve.smoothed->series());
    }
}

std::optional<QCPRange> ChartWidget::seenValues() const {
    ValueSpan all;
    addValues(plot_->xAxis->range(), all);
    for (const ChartWidget* peer : peers_) peer->addValues(plot_->xAxis->range(), all);
    if (all.empty() || (logarithmic() && all.highest <= 0)) return std::nullopt;
    return QCPRange(static_cast<double>(logarithmic() ? all.positive : all.lowest), static_cast<double>(all.highest));
}

// The 1st and 99th percentile over all curves: of up to 512 points of each at places that stay the same while the view
// is moved, so that the axis does not tremble. Only the axis depends on them, never what is drawn.
std::optional<QCPRange> ChartWidget::withoutOutliers() const {
    std::vector<float> values;
    const QCPRange keys = plot_->xAxis->range();
    for (const CurvePicture& curve : pictures()) {
        const Series& series = curve.series;
        const std::size_t first = series.lowerBound(keys.lower),
                          last = series.lowerBound(std::nextafter(keys.upper, 1e300));
        std::size_t stride = 1;
        while ((last - first) / stride > 512) stride *= 2;
        for (std::size_t i = (first + stride - 1) / stride * stride; i < last; i += stride) {
            const float value = series.y(i);
            if (std::isfinite(value) && (value > 0 || !logarithmic())) values.push_back(value);
        }
    }
    if (values.empty()) return std::nullopt;
    const auto cut = static_cast<std::ptrdiff_t>(values.size() / 100);
    const auto low = values.begin() + cut, high = values.end() - 1 - cut;
    std::nth_element(values.begin(), low, values.end());
    const double lower = static_cast<double>(*low);
    std::nth_element(values.begin(), high, values.end());
    return QCPRange(lower, std::max(lower, static_cast<double>(*high)));
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
        if (const auto inner = withoutOutliers()) all = inner;
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

bool ChartWidget::exact() const {
    return lines_->exact() &&
           std::none_of(curves_.begin(), curves_.end(), [](const auto& each) { return each.second.smoothing; });
}

quint64 ChartWidget::freshPictures() const { return lines_->freshPictures(); }

void ChartWidget::setXLabel(const QString& label) { plot_->xAxis->setLabel(label); }

// A mark's words stand right of its line, or left of it where they would leave the chart, and a line lower where others
// stand already.
void ChartWidget::placeMarkLabels() {
    const QRect area = plot_->axisRect()->rect();
    if (area.height() < 1) return;
    std::vector<QRectF> taken;
    for (QCPAbstractItem* item : marks_) {
        auto* label = qobject_cast<QCPItemText*>(item);
        if (label == nullptr) continue;
        const QFontMetrics metrics(label->font());
        const double width =
            metrics.horizontalAdvance(label->text()) + label->padding().left() + label->padding().right();
        const double x = plot_->xAxis->coordToPixel(label->position->coords().x());
        const bool fits = x + width <= area.right();
        QRectF words(fits ? x : x - width, area.top() + 0.02 * area.height(), width, metrics.height());
        const auto meets = [&words](const QRectF& other) { return other.intersects(words); };
        while (std::any_of(taken.begin(), taken.end(), meets) && words.bottom() + words.height() < area.bottom())
            words.translate(0, words.height());
        label->setPositionAlignment(Qt::AlignTop | (fits ? Qt::AlignLeft : Qt::AlignRight));
        label->position->setCoords(label->position->coords().x(), (words.top() - area.top()) / area.height());
        taken.push_back(words);
    }
}

void ChartWidget::addMark(double x, const QString& text, const QColor& color) {
    auto* line = new QCPItemStraightLine(plot_);
    for (QCPItemPosition* end : {line->point1, line->point2}) {
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
        end->setCoords(x, end == line->point1 ? 0 : 1);
    }
    line->setPen(QPen(color, 1, Qt::DotLine));
    marks_.push_back(line);
    replotSoon();
    if (text.isEmpty()) return;
    auto* label = new QCPItemText(plot_);
    label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(x, 0.02);
    label->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
    label->setText(text);
    label->setColor(color);
    label->setFont(plot_->xAxis->tickLabelFont());
    label->setPadding(QMargins(3, 0, 3, 0));
    marks_.push_back(label);
}

void ChartWidget::addTick(double x, const QColor& color) {
    auto* line = new QCPItemLine(plot_);
    for (QCPItemPosition* end : {line->start, line->end}) {
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
        end->setCoords(x, end == line->start ? 0.94 : 1);
    }
    line->setPen(QPen(color, 2));
    marks_.push_back(line);
    replotSoon();
}

void ChartWidget::clearMarks() {
    for (QCPAbstractItem* item : marks_) plot_->removeItem(item);
    marks_.clear();
    replotSoon();
}

void ChartWidget::setCrosshair(std::optional<double> x, bool withNames) {
    if (x == crosshair_ && !withNames) return;
    crosshair_ = x;
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
    for (const auto& [id, curve] : curves_) {
        if (!x) {
            if (spec_.legend) parts.push_back({curve.style.name, {}, curve.style.color});
            continue;
        }
        const Series& series = *shownSeries(id);
        if (series.empty()) continue;
        const std::size_t at = series.nearest(*x);
        if (head.isEmpty()) head = tickText(std::round(series.x(at)));
        parts.push_back({curve.style.name, valueText(static_cast<double>(series.y(at))), curve.style.color});
    }
    const bool boxed = x && withNames && parts.size() > 1;
    box_->show(head, boxed ? parts : std::vector<ReadoutPart>{},
               x ? static_cast<int>(plot_->xAxis->coordToPixel(*x)) : 0, plot_->axisRect()->rect());
    readout_->show(head, std::move(parts));
}

}  // namespace tritlab
