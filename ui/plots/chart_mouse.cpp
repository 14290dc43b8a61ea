// What mouse and keyboard do in a chart. The chart itself changes nothing: it tells the group, which changes all charts
// alike.
#include <QEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/plots/chart_widget.h"

namespace tritlab {

void ChartWidget::onMousePress(QMouseEvent* event) {
    const int x = event->pos().x();
    if (event->button() == Qt::MiddleButton ||
        (event->button() == Qt::LeftButton && event->modifiers() & Qt::ShiftModifier)) {
        panFrom_ = x;
        panRange_ = plot_->xAxis->range();
    } else if (event->button() == Qt::LeftButton) {
        dragFrom_ = x;
    }
}

void ChartWidget::onMouseMove(QMouseEvent* event) {
    const int x = event->pos().x();
    if (panFrom_) {
        const double shift = plot_->xAxis->pixelToCoord(*panFrom_) - plot_->xAxis->pixelToCoord(x);
        Q_EMIT rangePicked(QCPRange(panRange_.lower + shift, panRange_.upper + shift));
        return;
    }
    if (dragFrom_ && std::abs(x - *dragFrom_) > 3) {
        selection_->setVisible(true);
        selection_->topLeft->setCoords(plot_->xAxis->pixelToCoord(std::min(x, *dragFrom_)), 0);
        selection_->bottomRight->setCoords(plot_->xAxis->pixelToCoord(std::max(x, *dragFrom_)), 1);
    }
    if (plot_->axisRect()->rect().contains(event->pos())) Q_EMIT crosshairMoved(plot_->xAxis->pixelToCoord(x));
    else Q_EMIT crosshairLeft();
}

void ChartWidget::onMouseRelease(QMouseEvent* event) {
    const int x = event->pos().x();
    if (dragFrom_ && std::abs(x - *dragFrom_) > 3) {
        const double a = plot_->xAxis->pixelToCoord(*dragFrom_), b = plot_->xAxis->pixelToCoord(x);
        Q_EMIT rangePicked(QCPRange(std::min(a, b), std::max(a, b)));
    }
    dragFrom_.reset();
    panFrom_.reset();
    selection_->setVisible(false);
    plot_->layer("crosshair")->replot();
}

void ChartWidget::onWheel(QWheelEvent* event) {
    const double steps = event->angleDelta().y() / 120.0;
    if (steps == 0) return;
    const double factor = std::pow(0.8, steps), at = plot_->xAxis->pixelToCoord(event->position().x());
    const QCPRange range = plot_->xAxis->range();
    Q_EMIT rangePicked(QCPRange(at - (at - range.lower) * factor, at + (range.upper - at) * factor));
    event->accept();  // the page behind does not scroll as well
}

// Left and Right pan, Up and Down (or + and -) zoom, Home follows again, Alt with Left and Right moves the crosshair.
bool ChartWidget::onKey(QKeyEvent* event) {
    const QCPRange range = plot_->xAxis->range();
    const auto zoom = [&](double factor) {
        const double at = crosshair_ && range.contains(*crosshair_) ? *crosshair_ : range.center();
        Q_EMIT rangePicked(QCPRange(at - (at - range.lower) * factor, at + (range.upper - at) * factor));
    };
    const int key = event->key();
    if (key == Qt::Key_Left || key == Qt::Key_Right) {
        const double way = key == Qt::Key_Right ? 1 : -1;
        if (event->modifiers() & Qt::AltModifier) {
            const double at = crosshair_.value_or(range.center()) + way * range.size() / 100;
            Q_EMIT crosshairMoved(std::clamp(at, range.lower, range.upper));
        } else {
            Q_EMIT rangePicked(range + way * range.size() / 10);
        }
    } else if (key == Qt::Key_Up || key == Qt::Key_Plus) {
        zoom(0.8);
    } else if (key == Qt::Key_Down || key == Qt::Key_Minus) {
        zoom(1.25);
    } else if (key == Qt::Key_Home) {
        Q_EMIT followPicked();
    } else if (key == Qt::Key_Escape && crosshair_) {
        Q_EMIT crosshairLeft();
    } else {
        return false;
    }
    return true;
}

bool ChartWidget::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_ && event->type() == QEvent::Leave) Q_EMIT crosshairLeft();
    // Drawn into the plot's buffers now, shown by the very paint event that asks.
    if (watched == plot_ && event->type() == QEvent::Paint && std::exchange(stale_, false)) drawFrame();
    if (watched == plot_ && event->type() == QEvent::Resize && !stale_) replotSoon();
    if (watched == plot_ && event->type() == QEvent::ContextMenu) {
        Q_EMIT menuWanted(static_cast<QContextMenuEvent*>(event)->globalPos());
        return true;
    }
    if (watched == plot_ && event->type() == QEvent::KeyPress && onKey(static_cast<QKeyEvent*>(event))) return true;
    return QWidget::eventFilter(watched, event);
}

}  // namespace tritlab
