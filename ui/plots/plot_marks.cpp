#include "ui/plots/plot_marks.h"

#include <algorithm>

namespace tritlab {

PlotMarks::PlotMarks(QCustomPlot* plot) : QObject(plot), plot_(plot) {
    connect(plot, &QCustomPlot::afterLayout, this, &PlotMarks::placeLabels);
}

// A mark's words stand right of its line, or left of it where they would leave the chart, and a line lower where others
// stand already.
void PlotMarks::placeLabels() {
    const QRect area = plot_->axisRect()->rect();
    if (area.height() < 1) return;
    std::vector<QRectF> taken;
    for (QCPAbstractItem* item : items_) {
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

void PlotMarks::addLine(double x, const QString& text, const QColor& color) {
    auto* line = new QCPItemStraightLine(plot_);
    for (QCPItemPosition* end : {line->point1, line->point2}) {
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
        end->setCoords(x, end == line->point1 ? 0 : 1);
    }
    line->setPen(QPen(color, 1, Qt::DotLine));
    items_.push_back(line);
    if (text.isEmpty()) return;
    auto* label = new QCPItemText(plot_);
    label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(x, 0.02);
    label->setPositionAlignment(Qt::AlignTop | Qt::AlignLeft);
    label->setText(text);
    label->setColor(color);
    label->setFont(plot_->xAxis->tickLabelFont());
    label->setPadding(QMargins(3, 0, 3, 0));
    items_.push_back(label);
}

void PlotMarks::addTick(double x, const QColor& color) {
    auto* line = new QCPItemLine(plot_);
    for (QCPItemPosition* end : {line->start, line->end}) {
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
        end->setCoords(x, end == line->start ? 0.94 : 1);
    }
    line->setPen(QPen(color, 2));
    items_.push_back(line);
}

void PlotMarks::clear() {
    for (QCPAbstractItem* item : items_) plot_->removeItem(item);
    items_.clear();
}

}  // namespace tritlab
