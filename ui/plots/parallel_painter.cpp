#include "ui/plots/parallel_painter.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <utility>

namespace tritlab {

namespace {

constexpr double leftRoom = 34, rightRoom = 72, topRoom = 46, bottomRoom = 14;
constexpr double axisRoom = 92;  // at least so far from axis to axis

// Of a line in all brushes, or of a pale one.
constexpr double lineWidth(bool in) { return in ? 1.4 : 1; }

}  // namespace

ParallelGeometry::ParallelGeometry(const std::vector<FigureAxis>& axes, const QSizeF& size)
    : axes_(axes.size()),
      area_(QPointF(leftRoom, topRoom), QPointF(size.width() - rightRoom, size.height() - bottomRoom)) {
    const bool missing = std::any_of(axes.begin(), axes.end(), [](const FigureAxis& axis) { return axis.missing > 0; });
    area_.setHeight(std::max(20.0, area_.height()) / (missing ? 1 - missingPlace : 1));
    step_ = area_.width() / static_cast<double>(std::max<std::size_t>(axes_, 2) - 1);
}

QSize ParallelGeometry::minimumSize(std::size_t axes) {
    const double between = axisRoom * static_cast<double>(std::max<std::size_t>(axes, 2) - 1);
    return {static_cast<int>(leftRoom + rightRoom + between), 220};
}

QPointF ParallelGeometry::pixel(std::size_t axis, double place) const {
    return {area_.left() + step_ * static_cast<double>(axis), area_.bottom() - place * area_.height()};
}

double ParallelGeometry::axisAt(double x) const {
    return (x - area_.left()) / area_.width() * static_cast<double>(axes_ - 1);
}

ParallelPainter::ParallelPainter(const ParallelRuns& runs, const std::vector<NamedColor>& legend, const QFont& font,
                                 Ink ink)
    : runs_(runs), legend_(legend), font_(font), ink_(std::move(ink)) {}

QColor ParallelPainter::lineColor(std::size_t run) const {
    const QColor& group = runs_.runs()[run].color;
    if (!legend_.empty()) return ink_.paper ? printColor(group) : group;
    const double good = goodness(runs_.axes().back(), run);
    return std::isnan(good) ? ink_.colors.frame : scaleColor(good, ink_.dark);
}

void ParallelPainter::paintLine(QPainter& painter, const ParallelGeometry& at, std::size_t run, const QColor& color,
                                double width) const {
    QPolygonF line;
    for (std::size_t axis = 0; axis < runs_.axes().size(); ++axis) line << at.pixel(axis, runs_.places(run)[axis]);
    painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(line);
}

PictureRequest ParallelPainter::lines(const QSizeF& size, const ParallelGeometry& at, double scale) const {
    const QRectF& area = at.area();
    PictureRequest request;
    request.view = {-area.left() / at.step(), (size.width() - area.left()) / at.step(),
                    (area.bottom() - size.height()) / area.height(), area.bottom() / area.height()};
    request.pixels = (size * scale).toSize();
    request.scale = scale;
    for (const bool in : {false, true}) {
        for (const std::size_t run : runs_.order()) {
            if (runs_.left()[run] == in)
                request.curves.push_back(
                    {runs_.line(run), in ? lineColor(run) : ink_.colors.grid, lineWidth(in), Qt::SolidLine, false});
        }
    }
    return request;
}

// As vectors, for paper.
void ParallelPainter::paintLines(QPainter& painter, const ParallelGeometry& at) const {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (const bool in : {false, true}) {
        for (const std::size_t run : runs_.order()) {
            if (runs_.left()[run] == in)
                paintLine(painter, at, run, in ? lineColor(run) : ink_.colors.grid, lineWidth(in));
        }
    }
}

void ParallelPainter::paintTicks(QPainter& painter, const ParallelGeometry& at, std::size_t axis) const {
    const QFontMetricsF metrics(painter.font());
    const auto label = [&](double place, const QString& text) {
        const QPointF point = at.pixel(axis, place);
        const bool last = axis + 1 == runs_.axes().size();
        const QString shown = metrics.elidedText(text, Qt::ElideMiddle, last ? rightRoom - 10 : at.step() - 14);
        const QRectF box(point.x() + 5, point.y() - metrics.height() / 2, metrics.horizontalAdvance(shown) + 4,
                         metrics.height());
        QColor behind = ink_.colors.background;
        behind.setAlpha(200);
        painter.fillRect(box, behind);
        painter.setPen(ink_.colors.frame);
        painter.drawLine(point - QPointF(3, 0), point + QPointF(3, 0));
        painter.setPen(ink_.colors.text);
        painter.drawText(box, Qt::AlignCenter, shown);
    };
    for (const AxisTick& tick : ticksOf(runs_.axes()[axis])) label(tick.place, tick.text);
    if (runs_.axes()[axis].missing > 0) label(missingPlace, tr("no value"));
}

void ParallelPainter::paintTitle(QPainter& painter, const ParallelGeometry& at, std::size_t axis) const {
    const FigureAxis& shown = runs_.axes()[axis];
    QFont small = painter.font(), bold = font_;
    bold.setWeight(QFont::DemiBold);
    // Titles lean inwards at the two ends, where half of their room would be outside.
    const bool first = axis == 0, last = axis + 1 == runs_.axes().size();
    const double room = first ? at.step() / 2 + leftRoom - 8 : last ? at.step() / 2 + rightRoom - 8 : at.step() - 8;
    const double left = first ? 4 : last ? at.area().right() + rightRoom - 4 - room : at.pixel(axis, 1).x() - room / 2;
    const Qt::Alignment side = first ? Qt::AlignLeft : last ? Qt::AlignRight : Qt::AlignHCenter;
    painter.setFont(bold);
    painter.setPen(ink_.colors.text);
    const QFontMetricsF metrics(bold);
    painter.drawText(QRectF(left, 4, room, metrics.height()), Qt::AlignVCenter | side,
                     metrics.elidedText(shown.figure.title, Qt::ElideMiddle, room));
    QStringList notes;
    if (shown.logarithmic) notes << tr("log");
    if (shown.figure.better != Better::Neither)
        notes << (shown.figure.better == Better::Low ? tr("low is good") : tr("high is good"));
    painter.setFont(small);
    painter.setPen(ink_.colors.mutedText);
    painter.drawText(QRectF(left, 4 + metrics.height(), room, metrics.height()), Qt::AlignVCenter | side,
                     notes.join(", "));
}

// What the lines' colours stand for, along the last axis.
void ParallelPainter::paintScale(QPainter& painter, const ParallelGeometry& at) const {
    const FigureAxis& axis = runs_.axes().back();
    if (!legend_.empty() || !axis.categories.isEmpty()) return;
    const QPointF top = at.pixel(runs_.axes().size() - 1, 1), bottom = at.pixel(runs_.axes().size() - 1, 0);
    QLinearGradient ramp(bottom, top);
    for (const double place : {0.0, 0.25, 0.5, 0.75, 1.0})
        ramp.setColorAt(place, scaleColor(axis.figure.better == Better::Low ? 1 - place : place, ink_.dark));
    painter.fillRect(QRectF(top - QPointF(2.5, 0), bottom + QPointF(2.5, 0)), ramp);
}

void ParallelPainter::paintAxes(QPainter& painter, const ParallelGeometry& at) const {
    QFont small = font_;
    small.setPointSizeF(small.pointSizeF() * 0.88);
    for (std::size_t axis = 0; axis < runs_.axes().size(); ++axis) {
        const QPointF top = at.pixel(axis, 1), bottom = at.pixel(axis, 0);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(ink_.colors.frame, 1));
        painter.drawLine(top, bottom);
        if (axis + 1 == runs_.axes().size()) paintScale(painter, at);
        if (const auto brush = runs_.brushOf(axis)) {
            const QPointF from = at.pixel(axis, brush->from), to = at.pixel(axis, brush->to);
            QColor fill = ink_.colors.selection;
            fill.setAlpha(70);
            painter.setPen(QPen(ink_.colors.selection, 1));
            painter.setBrush(fill);
            painter.drawRect(QRectF(to - QPointF(7, 0), from + QPointF(7, 0)));
        }
        painter.setFont(small);
        paintTicks(painter, at, axis);
        paintTitle(painter, at, axis);
    }
}

// By a thicker line with a star and the run's name, not by colour alone.
void ParallelPainter::paintBest(QPainter& painter, const ParallelGeometry& at) const {
    if (runs_.best() < 0) return;
    const auto run = static_cast<std::size_t>(runs_.best());
    const QRectF& area = at.area();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    paintLine(painter, at, run, ink_.colors.background, 5);
    paintLine(painter, at, run, lineColor(run), 3);
    const QPointF end = at.pixel(runs_.axes().size() - 1, runs_.places(run).back());
    const QFontMetricsF metrics(painter.font());
    const QString text =
        QStringLiteral("★ ") + metrics.elidedText(runs_.runs()[run].name, Qt::ElideMiddle,
                                                  area.width() / static_cast<double>(runs_.axes().size()));
    const double width = metrics.horizontalAdvance(text) + 6;
    QRectF box(end.x() - 10 - width, end.y() - metrics.height() - 3, width, metrics.height());
    if (box.top() < area.top()) box.moveTop(end.y() + 3);
    QColor behind = ink_.colors.background;
    behind.setAlpha(225);
    painter.fillRect(box, behind);
    painter.setPen(ink_.colors.text);
    painter.drawText(box, Qt::AlignCenter, text);
}

void ParallelPainter::paintHovered(QPainter& painter, const ParallelGeometry& at, std::size_t run) const {
    painter.setRenderHint(QPainter::Antialiasing);
    paintLine(painter, at, run, ink_.colors.background, 5);
    paintLine(painter, at, run, ink_.colors.text, 2.4);
}

void ParallelPainter::paintFocus(QPainter& painter, const ParallelGeometry& at, std::size_t axis) const {
    painter.setPen(QPen(ink_.colors.selection, 1, Qt::DotLine));
    painter.setBrush(Qt::NoBrush);
    const QPointF top = at.pixel(axis, 1), bottom = at.pixel(axis, lowestPlace(runs_.axes()[axis]));
    painter.drawRect(QRectF(top - QPointF(10, 8), bottom + QPointF(10, 8)));
}

// With the names of the groups below, where they give the colours.
void ParallelPainter::paintFile(QPainter& painter, const QSizeF& size, double scale) const {
    painter.fillRect(QRectF(QPointF(0, 0), size), ink_.colors.background);
    painter.setFont(font_);
    const QFontMetricsF metrics(font_);
    const double foot = legend_.empty() ? 0 : metrics.height() + 4;
    const ParallelGeometry at(runs_.axes(), QSizeF(size.width(), size.height() - foot));
    if (ink_.paper) paintLines(painter, at);
    else if (!runs_.axes().empty()) painter.drawImage(QRectF(QPointF(0, 0), size), rasterize(lines(size, at, scale)));
    paintBest(painter, at);
    paintAxes(painter, at);
    painter.setFont(font_);
    double x = 8;
    for (const NamedColor& each : legend_) {
        const double width = metrics.horizontalAdvance(each.name);
        if (x + width > size.width()) return;
        painter.setPen(ink_.paper ? printColor(each.color) : each.color);
        painter.drawText(QPointF(x, size.height() - 6), each.name);
        x += width + 12;
    }
}

}  // namespace tritlab
