// What pointer and keyboard do in parallel coordinates.
#include <QAccessible>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/plots/parallel_plot.h"
#include "ui/plots/readout.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {
constexpr double axisReach = 12, edgeReach = 4, lineReach = 8, tremor = 3;  // in pixels
}

double ParallelPlot::placeAt(double y) const {
    const QRectF room = area(size());
    return (room.bottom() - y) / room.height();
}

std::optional<std::size_t> ParallelPlot::axisNear(const QPointF& point) const {
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        const double top = pixelOf(axis, 1).y() - axisReach,
                     bottom = pixelOf(axis, lowestPlace(axes_[axis])).y() + axisReach;
        if (std::abs(pixelOf(axis, 0).x() - point.x()) <= axisReach && point.y() >= top && point.y() <= bottom)
            return axis;
    }
    return std::nullopt;
}

// The run that is left whose line is nearest, by its distance up or down at the pointer's x.
int ParallelPlot::nearest(const QPointF& point) const {
    if (axes_.size() < 2) return -1;
    const QRectF room = area(size());
    const double at = (point.x() - room.left()) / room.width() * static_cast<double>(axes_.size() - 1);
    if (at < 0 || at > static_cast<double>(axes_.size() - 1)) return -1;
    const auto left = std::min(static_cast<std::size_t>(at), axes_.size() - 2);
    const double share = at - static_cast<double>(left), place = placeAt(point.y());
    int best = -1;
    double min = lineReach / room.height();
    for (const std::size_t run : order_) {  // of lines that cover each other, the one on top
        if (!in_[run]) continue;
        const double away = std::abs(places_[run][left] * (1 - share) + places_[run][left + 1] * share - place);
        if (away > min) continue;
        min = away;
        best = static_cast<int>(run);
    }
    return best;
}

void ParallelPlot::hover(int run) {
    hovered_ = run;
    std::vector<ReadoutPart> parts;
    if (run >= 0) {
        for (const FigureAxis& axis : axes_) {
            const QString text = axis.texts[static_cast<std::size_t>(run)];
            parts.push_back({axis.figure.title,
                             text.isEmpty() ? tr("no value") : fontMetrics().elidedText(text, Qt::ElideMiddle, 180),
                             lineColor(static_cast<std::size_t>(run), screenInk())});
        }
    }
    const QPoint pointer = mapFromGlobal(QCursor::pos());
    const QString name = run < 0 ? QString() : runs_[static_cast<std::size_t>(run)].name;
    box_->show(name, std::move(parts), underMouse() ? pointer.x() : width() / 2, area(size()).toRect());
    update();
}

void ParallelPlot::hoverNext(int way) {
    std::vector<int> left;  // the best first
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
        if (in_[*it]) left.push_back(static_cast<int>(*it));
    }
    if (left.empty()) return;
    const auto at = std::find(left.begin(), left.end(), hovered_);
    const auto last = static_cast<std::ptrdiff_t>(left.size()) - 1;
    const auto next =
        at == left.end() ? (way > 0 ? 0 : last) : std::clamp<std::ptrdiff_t>(at - left.begin() + way, 0, last);
    hover(left[static_cast<std::size_t>(next)]);
    describe();
}

// What a screen reader says: the axis, its brush, how many runs are left, and the one that is pointed at.
void ParallelPlot::describe() {
    QStringList words;
    if (!axes_.empty()) {
        const FigureAxis& axis = axes_[focused_];
        const auto brush = brushes_.find(axis.figure.key);
        words << tr("axis %1 of %2: %3").arg(focused_ + 1).arg(axes_.size()).arg(axis.figure.title)
              << (brush == brushes_.end() ? tr("not brushed") : tr("brushed: %1").arg(brushText(axis, brush->second)))
              << tr("%1 of %2 runs").arg(countLeft()).arg(runs_.size());
        if (hovered_ >= 0) words << runs_[static_cast<std::size_t>(hovered_)].name;
    }
    setAccessibleDescription(words.join("; "));
    QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&changed);
}

void ParallelPlot::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const auto axis = axisNear(event->position());
    if (!axis) {
        if (const int run = nearest(event->position()); run >= 0)
            Q_EMIT picked(runs_[static_cast<std::size_t>(run)].id);
        return;
    }
    focused_ = *axis;
    const double place = placeAt(event->position().y());
    drag_ = Drag{*axis, BrushPart::Upper, place, {place, place}, true, false};
    if (const auto brush = brushes_.find(axes_[*axis].figure.key); brush != brushes_.end()) {
        const double reach = edgeReach / area(size()).height();
        const Brush& is = brush->second;
        if (place >= is.from - reach && place <= is.to + reach) {
            const BrushPart part = std::abs(place - is.to) <= reach     ? BrushPart::Upper
                                   : std::abs(place - is.from) <= reach ? BrushPart::Lower
                                                                        : BrushPart::Whole;
            drag_ = Drag{*axis, part, place, is, false, false};
        }
    }
    hover(-1);
    describe();
}

void ParallelPlot::mouseMoveEvent(QMouseEvent* event) {
    if (!drag_) {
        const auto axis = axisNear(event->position());
        setCursor(axis ? Qt::SizeVerCursor : Qt::ArrowCursor);
        const int run = axis ? -1 : nearest(event->position());
        if (run != hovered_ || run >= 0) hover(run);
        return;
    }
    const FigureAxis& axis = axes_[drag_->axis];
    const double low = lowestPlace(axis), place = placeAt(event->position().y());
    drag_->moved = drag_->moved || std::abs(place - drag_->from) * area(size()).height() > tremor;
    if (!drag_->moved) return;
    Brush next = drag_->was;
    if (drag_->fresh) {
        next = {std::clamp(std::min(place, drag_->from), low, 1.0), std::clamp(std::max(place, drag_->from), low, 1.0)};
    } else if (drag_->part == BrushPart::Whole) {
        const double shift = std::clamp(place - drag_->from, low - next.from, 1 - next.to);
        next = {next.from + shift, next.to + shift};
    } else {
        (drag_->part == BrushPart::Upper ? next.to : next.from) = std::clamp(place, low, 1.0);
        if (next.from > next.to) std::swap(next.from, next.to);
    }
    applyBrush(axis.figure.key, next);
}

void ParallelPlot::mouseReleaseEvent(QMouseEvent*) { drag_.reset(); }

void ParallelPlot::mouseDoubleClickEvent(QMouseEvent* event) {
    drag_.reset();
    if (const auto axis = axisNear(event->position())) applyBrush(axes_[*axis].figure.key, std::nullopt);
}

void ParallelPlot::leaveEvent(QEvent* event) {
    if (hovered_ >= 0) hover(-1);
    QWidget::leaveEvent(event);
}

void ParallelPlot::keyPressEvent(QKeyEvent* event) {
    if (axes_.empty()) return QWidget::keyPressEvent(event);
    const std::string& key = axes_[focused_].figure.key;
    const auto brush = brushes_.find(key);
    const auto now = brush == brushes_.end() ? std::nullopt : std::optional(brush->second);
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right: {
            if (event->key() == Qt::Key_Right) focused_ = std::min(focused_ + 1, axes_.size() - 1);
            else if (focused_ > 0) --focused_;
            describe();
            update();
            return;
        }
        case Qt::Key_Up:
        case Qt::Key_Down: {
            const BrushPart part = event->modifiers() & Qt::ShiftModifier     ? BrushPart::Upper
                                   : event->modifiers() & Qt::ControlModifier ? BrushPart::Lower
                                                                              : BrushPart::Whole;
            applyBrush(key, stepBrush(axes_[focused_], now, part, event->key() == Qt::Key_Up ? 1 : -1));
            return;
        }
        case Qt::Key_Escape:
            if (now) return applyBrush(key, std::nullopt);
            break;
        case Qt::Key_PageUp: return hoverNext(-1);
        case Qt::Key_PageDown: return hoverNext(1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (hovered_ >= 0) {
                Q_EMIT picked(hovered());
                return;
            }
            break;
        default: break;
    }
    QWidget::keyPressEvent(event);
}

bool ParallelPlot::event(QEvent* event) {
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) update();
    if (event->type() == QEvent::ToolTip && !axes_.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QRectF room = area(size());
        const auto axis = static_cast<int>(std::lround((help->pos().x() - room.left()) / std::max(step(room), 1.0)));
        if (help->pos().y() < pixelOf(0, 1).y() && axis >= 0 && static_cast<std::size_t>(axis) < axes_.size()) {
            const RunFigure& figure = axes_[static_cast<std::size_t>(axis)].figure;
            QToolTip::showText(help->globalPos(), figure.title + "\n" + figure.help, this);
            return true;
        }
    }
    return QWidget::event(event);
}

void ParallelPlot::resizeEvent(QResizeEvent* event) {
    stale_ = true;
    QWidget::resizeEvent(event);
}

void ParallelPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        stale_ = true;
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace tritlab
