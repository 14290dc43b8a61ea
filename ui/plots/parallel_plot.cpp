#include "ui/plots/parallel_plot.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPdfWriter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/plots/readout.h"
#include "ui/services/plot_worker.h"

namespace tritlab {

namespace {
constexpr double axisReach = 12, edgeReach = 4, lineReach = 8, tremor = 3;  // in pixels
}

ParallelPlot::ParallelPlot(QWidget* parent) : QWidget(parent) {
    setObjectName("parallelPlot");
    setAccessibleName(tr("Parallel coordinates of the runs"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    box_ = new ValueBox(this);
}

void ParallelPlot::setData(std::vector<PlottedRun> runs, std::vector<FigureAxis> axes, std::vector<NamedColor> legend) {
    const QString kept = hovered();
    legend_ = std::move(legend);
    runs_.set(std::move(runs), std::move(axes));
    focused_ = this->axes().empty() ? 0 : std::min(focused_, this->axes().size() - 1);
    hovered_ = kept.isEmpty() ? -1 : runs_.indexOf(kept);
    drag_.reset();
    updateGeometry();
    brushed();
}

void ParallelPlot::clearBrushes() {
    runs_.clearBrushes();
    brushed();
}

void ParallelPlot::applyBrush(std::size_t axis, const std::optional<Brush>& brush) {
    runs_.setBrush(axes()[axis].figure.key, brush);
    brushed();
}

void ParallelPlot::brushed() {
    if (hovered_ >= 0 && !left()[static_cast<std::size_t>(hovered_)]) hovered_ = -1;
    stale_ = true;
    describe();
    hover(hovered_);
    update();
    Q_EMIT brushesChanged();
}

QString ParallelPlot::hovered() const {
    return hovered_ < 0 ? QString() : runs_.runs()[static_cast<std::size_t>(hovered_)].id;
}

ParallelPainter ParallelPlot::screenPainter() const {
    return {runs_, legend_, font(), {plotColors(palette()), isDark(palette()), false}};
}

void ParallelPlot::askLines() {
    if (asked_ || !stale_ || axes().empty()) return;
    asked_ = true;
    stale_ = false;
    PlotWorker::shared().post(
        this,
        [request = screenPainter().lines(size(), geometryNow(), devicePixelRatioF())] { return rasterize(request); },
        [this](QImage picture) {
            asked_ = false;
            lines_ = std::move(picture);
            update();  // what has changed meanwhile is asked for then
        });
}

void ParallelPlot::paintEvent(QPaintEvent*) {
    askLines();
    QPainter painter(this);
    painter.fillRect(rect(), plotColors(palette()).background);
    if (axes().empty()) return;
    painter.drawImage(QRectF(QPointF(0, 0), QSizeF(lines_.size()) / devicePixelRatioF()), lines_);
    const ParallelPainter look = screenPainter();
    const ParallelGeometry at = geometryNow();
    look.paintBest(painter, at);
    if (hovered_ >= 0) look.paintHovered(painter, at, static_cast<std::size_t>(hovered_));
    look.paintAxes(painter, at);
    if (hasFocus()) look.paintFocus(painter, at, focused_);
}

QPixmap ParallelPlot::picture(int width, int height, double scale) const {
    QPixmap picture(QSizeF(width * scale, height * scale).toSize());
    picture.setDevicePixelRatio(scale);
    QPainter painter(&picture);
    screenPainter().paintFile(painter, QSizeF(width, height), scale);
    return picture;
}

bool ParallelPlot::savePdf(const QString& path, int width, int height) const {
    QPdfWriter writer(path);
    writer.setPageSize(QPageSize(QSizeF(width, height), QPageSize::Point));
    writer.setPageMargins(QMarginsF());
    writer.setResolution(72);  // a unit is a point
    QPainter painter;
    if (!painter.begin(&writer)) return false;
    ParallelPainter(runs_, legend_, font(), {printColors(), false, true}).paintFile(painter, QSizeF(width, height), 1);
    return painter.end();
}

std::optional<std::size_t> ParallelPlot::axisNear(const QPointF& point) const {
    const ParallelGeometry at = geometryNow();
    for (std::size_t axis = 0; axis < axes().size(); ++axis) {
        const double top = at.pixel(axis, 1).y() - axisReach,
                     bottom = at.pixel(axis, lowestPlace(axes()[axis])).y() + axisReach;
        if (std::abs(at.pixel(axis, 0).x() - point.x()) <= axisReach && point.y() >= top && point.y() <= bottom)
            return axis;
    }
    return std::nullopt;
}

// The run that is left whose line is nearest, by its distance up or down at the pointer's x.
int ParallelPlot::nearest(const QPointF& point) const {
    const ParallelGeometry at = geometryNow();
    return runs_.nearest(at.axisAt(point.x()), at.placeAt(point.y()), lineReach / at.area().height());
}

void ParallelPlot::hover(int run) {
    hovered_ = run;
    std::vector<ReadoutPart> parts;
    if (run >= 0) {
        const QColor color = screenPainter().lineColor(static_cast<std::size_t>(run));
        for (const FigureAxis& axis : axes()) {
            const QString text = axis.texts[static_cast<std::size_t>(run)];
            parts.push_back({axis.figure.title,
                             text.isEmpty() ? tr("no value") : fontMetrics().elidedText(text, Qt::ElideMiddle, 180),
                             color});
        }
    }
    const QPoint pointer = mapFromGlobal(QCursor::pos());
    const QString name = run < 0 ? QString() : runs_.runs()[static_cast<std::size_t>(run)].name;
    box_->show(name, std::move(parts), underMouse() ? pointer.x() : width() / 2, geometryNow().area().toRect());
    update();
}

void ParallelPlot::hoverNext(int way) {
    const std::vector<std::size_t> left = runs_.leftBestFirst();
    if (left.empty()) return;
    const auto at = hovered_ < 0 ? left.end() : std::find(left.begin(), left.end(), static_cast<std::size_t>(hovered_));
    const auto last = static_cast<std::ptrdiff_t>(left.size()) - 1;
    const auto next =
        at == left.end() ? (way > 0 ? 0 : last) : std::clamp<std::ptrdiff_t>(at - left.begin() + way, 0, last);
    hover(static_cast<int>(left[static_cast<std::size_t>(next)]));
    describe();
}

// What a screen reader says: the axis, its brush, how many runs are left, and the one that is pointed at.
void ParallelPlot::describe() {
    QStringList words;
    if (!axes().empty()) {
        const FigureAxis& axis = axes()[focused_];
        const auto brush = runs_.brushOf(focused_);
        words << tr("axis %1 of %2: %3").arg(focused_ + 1).arg(axes().size()).arg(axis.figure.title)
              << (brush ? tr("brushed: %1").arg(brushText(axis, *brush)) : tr("not brushed"))
              << tr("%1 of %2 runs").arg(countLeft()).arg(runs_.runs().size());
        if (hovered_ >= 0) words << runs_.runs()[static_cast<std::size_t>(hovered_)].name;
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
            Q_EMIT picked(runs_.runs()[static_cast<std::size_t>(run)].id);
        return;
    }
    focused_ = *axis;
    const ParallelGeometry at = geometryNow();
    const double place = at.placeAt(event->position().y());
    drag_ = Drag{*axis, BrushPart::Upper, place, {place, place}, true, false};
    if (const auto is = runs_.brushOf(*axis)) {
        const double reach = edgeReach / at.area().height();
        if (place >= is->from - reach && place <= is->to + reach) {
            const BrushPart part = std::abs(place - is->to) <= reach     ? BrushPart::Upper
                                   : std::abs(place - is->from) <= reach ? BrushPart::Lower
                                                                         : BrushPart::Whole;
            drag_ = Drag{*axis, part, place, *is, false, false};
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
    const ParallelGeometry at = geometryNow();
    const double low = lowestPlace(axes()[drag_->axis]), place = at.placeAt(event->position().y());
    drag_->moved = drag_->moved || std::abs(place - drag_->from) * at.area().height() > tremor;
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
    applyBrush(drag_->axis, next);
}

void ParallelPlot::mouseReleaseEvent(QMouseEvent*) { drag_.reset(); }

void ParallelPlot::mouseDoubleClickEvent(QMouseEvent* event) {
    drag_.reset();
    if (const auto axis = axisNear(event->position())) applyBrush(*axis, std::nullopt);
}

void ParallelPlot::leaveEvent(QEvent* event) {
    if (hovered_ >= 0) hover(-1);
    QWidget::leaveEvent(event);
}

void ParallelPlot::keyPressEvent(QKeyEvent* event) {
    if (axes().empty()) return QWidget::keyPressEvent(event);
    const auto brush = runs_.brushOf(focused_);
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right: {
            if (event->key() == Qt::Key_Right) focused_ = std::min(focused_ + 1, axes().size() - 1);
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
            applyBrush(focused_, stepBrush(axes()[focused_], brush, part, event->key() == Qt::Key_Up ? 1 : -1));
            return;
        }
        case Qt::Key_Escape:
            if (brush) return applyBrush(focused_, std::nullopt);
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
    if (event->type() == QEvent::ToolTip && !axes().empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const ParallelGeometry at = geometryNow();
        const auto axis =
            static_cast<int>(std::lround((help->pos().x() - at.area().left()) / std::max(at.step(), 1.0)));
        if (help->pos().y() < at.pixel(0, 1).y() && axis >= 0 && static_cast<std::size_t>(axis) < axes().size()) {
            const RunFigure& figure = axes()[static_cast<std::size_t>(axis)].figure;
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
