#include "ui/plots/chart_input.h"

#include <QEvent>
#include <algorithm>
#include <cmath>

namespace tritlab {

ChartInput::ChartInput(QCustomPlot* plot, const QString& layer) : QObject(plot), plot_(plot), layer_(layer) {
    band_ = new QCPItemRect(plot);
    band_->setLayer(layer);
    band_->setVisible(false);
    band_->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    band_->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    connect(plot, &QCustomPlot::mousePress, this, &ChartInput::onMousePress);
    connect(plot, &QCustomPlot::mouseMove, this, &ChartInput::onMouseMove);
    connect(plot, &QCustomPlot::mouseRelease, this, &ChartInput::onMouseRelease);
    connect(plot, &QCustomPlot::mouseWheel, this, &ChartInput::onWheel);
    connect(plot, &QCustomPlot::mouseDoubleClick, this, [this] { Q_EMIT followPicked(); });
}

void ChartInput::setColor(const QColor& selection) {
    QColor fill = selection;
    fill.setAlpha(50);
    band_->setPen(QPen(selection, 1));
    band_->setBrush(fill);
}

void ChartInput::onMousePress(QMouseEvent* event) {
    const int x = event->pos().x();
    if (event->button() == Qt::MiddleButton ||
        (event->button() == Qt::LeftButton && event->modifiers() & Qt::ShiftModifier)) {
        panFrom_ = x;
        panRange_ = plot_->xAxis->range();
    } else if (event->button() == Qt::LeftButton) {
        dragFrom_ = x;
    }
}

void ChartInput::onMouseMove(QMouseEvent* event) {
    const int x = event->pos().x();
    if (panFrom_) {
        const double shift = plot_->xAxis->pixelToCoord(*panFrom_) - plot_->xAxis->pixelToCoord(x);
        Q_EMIT rangePicked(QCPRange(panRange_.lower + shift, panRange_.upper + shift));
        return;
    }
    if (dragFrom_ && std::abs(x - *dragFrom_) > 3) {
        band_->setVisible(true);
        band_->topLeft->setCoords(plot_->xAxis->pixelToCoord(std::min(x, *dragFrom_)), 0);
        band_->bottomRight->setCoords(plot_->xAxis->pixelToCoord(std::max(x, *dragFrom_)), 1);
    }
    if (plot_->axisRect()->rect().contains(event->pos())) Q_EMIT crosshairMoved(plot_->xAxis->pixelToCoord(x));
    else Q_EMIT crosshairLeft();
}

void ChartInput::onMouseRelease(QMouseEvent* event) {
    const int x = event->pos().x();
    if (dragFrom_ && std::abs(x - *dragFrom_) > 3) {
        const double a = plot_->xAxis->pixelToCoord(*dragFrom_), b = plot_->xAxis->pixelToCoord(x);
        Q_EMIT rangePicked(QCPRange(std::min(a, b), std::max(a, b)));
    }
    dragFrom_.reset();
    panFrom_.reset();
    band_->setVisible(false);
    plot_->layer(layer_)->replot();
}

void ChartInput::zoom(double factor, double at) {
    const QCPRange range = plot_->xAxis->range();
    Q_EMIT rangePicked(QCPRange(at - (at - range.lower) * factor, at + (range.upper - at) * factor));
}

void ChartInput::onWheel(QWheelEvent* event) {
    const double steps = event->angleDelta().y() / 120.0;
    if (steps == 0) return;
    zoom(std::pow(0.8, steps), plot_->xAxis->pixelToCoord(event->position().x()));
    event->accept();  // the page behind does not scroll as well
}

bool ChartInput::onKey(QKeyEvent* event) {
    const QCPRange range = plot_->xAxis->range();
    const double center = crosshair_ && range.contains(*crosshair_) ? *crosshair_ : range.center();
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
        zoom(0.8, center);
    } else if (key == Qt::Key_Down || key == Qt::Key_Minus) {
        zoom(1.25, center);
    } else if (key == Qt::Key_Home) {
        Q_EMIT followPicked();
    } else if (key == Qt::Key_Escape && crosshair_) {
        Q_EMIT crosshairLeft();
    } else {
        return false;
    }
    return true;
}

bool ChartInput::handle(QEvent* event) {
    if (event->type() == QEvent::Leave) Q_EMIT crosshairLeft();
    if (event->type() == QEvent::ContextMenu) {
        Q_EMIT menuWanted(static_cast<QContextMenuEvent*>(event)->globalPos());
        return true;
    }
    return event->type() == QEvent::KeyPress && onKey(static_cast<QKeyEvent*>(event));
}

}  // namespace tritlab
