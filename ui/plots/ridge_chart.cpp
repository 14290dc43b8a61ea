#include "ui/plots/ridge_chart.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/models/number_text.h"
#include "ui/theme/theme.h"

namespace tritlab {

RidgeChart::RidgeChart(QWidget* parent) : QWidget(parent) {
    setObjectName("ridgeChart");
    setAccessibleName(tr("Histograms of the weights over the snapshots"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
}

void RidgeChart::setRidges(std::vector<Ridge> ridges) {
    ridges_ = std::move(ridges);
    update();
}

void RidgeChart::setMarked(StepIndex step) {
    marked_ = step;
    update();
}

void RidgeChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const PlotColors colors = plotColors(palette());
    const bool dark = isDark(palette());
    if (ridges_.empty()) {
        painter.setPen(colors.mutedText);
        painter.drawText(rect(), Qt::AlignCenter, tr("no snapshots yet"));
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    painter.setFont(small);
    const int text = painter.fontMetrics().height(), left = painter.fontMetrics().horizontalAdvance("0000000") + 8;
    const QRectF area(left, 10, width() - left - 10, height() - text - 16);
    std::uint32_t highest = 1;
    for (const Ridge& ridge : ridges_)
        highest = std::max(highest, *std::max_element(ridge.histogram.begin(), ridge.histogram.end()));
    const auto count = static_cast<double>(ridges_.size());
    const double lift = std::min(area.height() * 0.45, area.height() / count * 3.2),
                 row = (area.height() - lift) / std::max(1.0, count - 1);
    const double range = LayerHealth::histogramRange;
    const auto x = [&](double value) { return area.left() + (value + range) / (2 * range) * area.width(); };
    for (std::size_t i = 0; i < ridges_.size(); ++i) {
        const Ridge& ridge = ridges_[i];
        const double base = area.top() + lift + (count > 1 ? row * static_cast<double>(i) : area.height() - lift);
        QPainterPath line;
        for (int bin = 0; bin < LayerHealth::histogramBins; ++bin) {
            const double at = x(-range + (bin + 0.5) * 2 * range / LayerHealth::histogramBins);
            const double up =
                base - lift * static_cast<double>(ridge.histogram[static_cast<std::size_t>(bin)]) / highest;
            if (bin == 0) line.moveTo(at, up);
            else line.lineTo(at, up);
        }
        QPainterPath filled(line);
        filled.lineTo(x(range), base);
        filled.lineTo(x(-range), base);
        filled.closeSubpath();
        const bool marked = ridge.step == marked_;
        for (int code = -1; code <= 1; ++code) {  // left of -0.5, between, right of 0.5
            const double from = code < 0    ? -range
                                : code == 0 ? -0.5
                                            : 0.5,
                         to = code < 0    ? -0.5
                              : code == 0 ? 0.5
                                          : range;
            painter.save();
            painter.setClipRect(QRectF(x(from), 0, x(to) - x(from), height()));
            QColor fill = ternaryColor(code, dark);
            fill.setAlpha(marked ? 235 : 120);
            painter.fillPath(filled, colors.background);
            painter.fillPath(filled, fill);
            painter.restore();
        }
        painter.setPen(QPen(marked ? colors.text : colors.mutedText, marked ? 1.6 : 0.8));
        painter.drawPath(line);
        if (i % std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(text / std::max(1.0, row)))) == 0 ||
            i + 1 == ridges_.size()) {
            painter.setPen(marked ? colors.text : colors.mutedText);
            painter.drawText(QRectF(0, base - text, left - 6, text + 2), Qt::AlignRight | Qt::AlignBottom,
                             tickText(static_cast<double>(ridge.step)));
        }
    }
    painter.setPen(QPen(colors.text, 1, Qt::DashLine));
    for (const double border : {-0.5, 0.5})
        painter.drawLine(QPointF(x(border), area.top()), QPointF(x(border), area.bottom()));
    painter.setPen(colors.mutedText);
    for (int value = -3; value <= 3; ++value)
        painter.drawText(QRectF(x(value) - 20, area.bottom() + 2, 40, text + 2), Qt::AlignHCenter | Qt::AlignTop,
                         QString::number(value));
}

PatternImage::PatternImage(QWidget* parent) : QWidget(parent) {
    setObjectName("patternImage");
    setAccessibleName(tr("Ternary codes of the weight as an image"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
}

void PatternImage::setPattern(TernaryPattern pattern) {
    pattern_ = std::move(pattern);
    const auto percent = [](double share) { return QString::number(share * 100, 'f', 1); };
    text_ = tr("%1 × %2 codes; −1: %3 %, 0: %4 %, +1: %5 %")
                .arg(pattern_.rows)
                .arg(pattern_.columns)
                .arg(percent(pattern_.negative), percent(pattern_.zero), percent(pattern_.positive));
    if (pattern_.shownRows < pattern_.rows || pattern_.shownColumns < pattern_.columns)
        text_ += tr(" (the first %1 × %2 are drawn)").arg(pattern_.shownRows).arg(pattern_.shownColumns);
    draw();
}

void PatternImage::clear(const QString& why) {
    pattern_ = {};
    image_ = {};
    text_ = why;
    update();
}

void PatternImage::draw() {
    const bool dark = isDark(palette());
    const QRgb colors[] = {ternaryColor(-1, dark).rgb(), ternaryColor(0, dark).rgb(), ternaryColor(1, dark).rgb()};
    image_ =
        QImage(static_cast<int>(pattern_.shownColumns), static_cast<int>(pattern_.shownRows), QImage::Format_RGB32);
    for (int row = 0; row < image_.height(); ++row) {
        auto* line = reinterpret_cast<QRgb*>(image_.scanLine(row));
        for (int column = 0; column < image_.width(); ++column)
            line[column] =
                colors[pattern_.codes[static_cast<std::size_t>(row) * static_cast<std::size_t>(image_.width()) +
                                      static_cast<std::size_t>(column)] +
                       1];
    }
    update();
}

void PatternImage::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int text = fontMetrics().height() + 4;
    painter.setPen(plotColors(palette()).mutedText);
    if (image_.isNull()) {
        painter.drawText(rect().adjusted(12, 0, -12, 0), Qt::AlignCenter | Qt::TextWordWrap, text_);
        return;
    }
    const QSize room(width() - 8, height() - text - 8);
    QSize size = image_.size().scaled(room, Qt::KeepAspectRatio);
    // Whole multiples while it is enlarged: every code the same size.
    if (const int times = std::min(room.width() / image_.width(), room.height() / image_.height()); times >= 1)
        size = image_.size() * times;
    painter.drawText(QRect(4, 2, width() - 8, text), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text_, Qt::ElideRight, width() - 8));
    painter.drawImage(QRect(QPoint(4, text + 4), size), image_);
}

void PatternImage::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && !image_.isNull()) draw();
    QWidget::changeEvent(event);
}

}  // namespace tritlab
