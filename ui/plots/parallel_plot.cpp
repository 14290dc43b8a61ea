#include "ui/plots/parallel_plot.h"

#include <QPainter>
#include <QPdfWriter>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "ui/plots/readout.h"
#include "ui/services/plot_worker.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

constexpr double leftRoom = 34, rightRoom = 72, topRoom = 46, bottomRoom = 14;
constexpr double axisRoom = 92;  // at least so far from axis to axis

}  // namespace

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
    axes_ = std::move(axes);
    runs_ = axes_.empty() ? std::vector<PlottedRun>{} : std::move(runs);
    legend_ = std::move(legend);
    places_.assign(runs_.size(), {});
    series_.assign(runs_.size(), {});
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        for (const FigureAxis& axis : axes_) places_[i].push_back(placeOf(axis, axis.values[i]));
        for (std::size_t axis = 0; axis < axes_.size(); ++axis)
            series_[i].append(static_cast<double>(axis), places_[i][axis]);
    }
    order_.resize(runs_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (!axes_.empty()) {
        const auto rank = [this](std::size_t run) {
            const double good = goodness(axes_.back(), run);
            return std::isnan(good) ? -1 : good;
        };
        std::stable_sort(order_.begin(), order_.end(),
                         [&rank](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    }
    std::erase_if(brushes_, [this](const auto& brush) {
        return std::none_of(axes_.begin(), axes_.end(),
                            [&brush](const FigureAxis& axis) { return axis.figure.key == brush.first; });
    });
    focused_ = axes_.empty() ? 0 : std::min(focused_, axes_.size() - 1);
    hovered_ = -1;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        if (!kept.isEmpty() && runs_[i].id == kept) hovered_ = static_cast<int>(i);
    }
    drag_.reset();
    updateGeometry();
    brushed();
}

void ParallelPlot::clearBrushes() {
    brushes_.clear();
    brushed();
}

void ParallelPlot::applyBrush(const std::string& key, const std::optional<Brush>& brush) {
    if (brush) brushes_[key] = *brush;
    else brushes_.erase(key);
    brushed();
}

void ParallelPlot::brushed() {
    in_ = brushedIn(axes_, brushes_);
    best_ = axes_.empty() ? -1 : bestRun(axes_.back(), in_);
    if (hovered_ >= 0 && !in_[static_cast<std::size_t>(hovered_)]) hovered_ = -1;
    stale_ = true;
    describe();
    hover(hovered_);
    update();
    Q_EMIT brushesChanged();
}

int ParallelPlot::countLeft() const { return static_cast<int>(std::count(in_.begin(), in_.end(), true)); }

QString ParallelPlot::hovered() const {
    return hovered_ < 0 ? QString() : runs_[static_cast<std::size_t>(hovered_)].id;
}

QSize ParallelPlot::minimumSizeHint() const {
    return {static_cast<int>(leftRoom + rightRoom +
                             axisRoom * static_cast<double>(std::max<std::size_t>(axes_.size(), 2) - 1)),
            220};
}

QRectF ParallelPlot::area(const QSizeF& size) const {
    const bool missing =
        std::any_of(axes_.begin(), axes_.end(), [](const FigureAxis& axis) { return axis.missing > 0; });
    QRectF room(QPointF(leftRoom, topRoom), QPointF(size.width() - rightRoom, size.height() - bottomRoom));
    room.setHeight(std::max(20.0, room.height()) / (missing ? 1 - missingPlace : 1));
    return room;
}

double ParallelPlot::step(const QRectF& area) const {
    return area.width() / static_cast<double>(std::max<std::size_t>(axes_.size(), 2) - 1);
}

QPointF ParallelPlot::pixelIn(const QRectF& area, std::size_t axis, double place) const {
    return {area.left() + step(area) * static_cast<double>(axis), area.bottom() - place * area.height()};
}

QPointF ParallelPlot::pixelOf(std::size_t axis, double place) const { return pixelIn(area(size()), axis, place); }

QColor ParallelPlot::lineColor(std::size_t run, const Ink& ink) const {
    if (!legend_.empty()) return ink.paper ? printColor(runs_[run].color) : runs_[run].color;
    const double good = goodness(axes_.back(), run);
    return std::isnan(good) ? ink.colors.frame : scaleColor(good, ink.dark);
}

void ParallelPlot::paintLine(QPainter& painter, const QRectF& area, std::size_t run, const QColor& color,
                             double width) const {
    QPolygonF line;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) line << pixelIn(area, axis, places_[run][axis]);
    painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(line);
}

// The pale ones below, then the better the later.
PictureRequest ParallelPlot::linesIn(const QSizeF& size, const QRectF& area, double scale, const Ink& ink) const {
    PictureRequest request;
    request.view = {-area.left() / step(area), (size.width() - area.left()) / step(area),
                    (area.bottom() - size.height()) / area.height(), area.bottom() / area.height()};
    request.pixels = (size * scale).toSize();
    request.scale = scale;
    for (const bool in : {false, true}) {
        for (const std::size_t run : order_) {
            if (in_[run] == in)
                request.curves.push_back(
                    {series_[run], in ? lineColor(run, ink) : ink.colors.grid, in ? 1.4 : 1, Qt::SolidLine, false});
        }
    }
    return request;
}

void ParallelPlot::askLines() {
    if (asked_ || !stale_ || axes_.empty()) return;
    asked_ = true;
    stale_ = false;
    PlotWorker::shared().post(
        this,
        [request = linesIn(size(), area(size()), devicePixelRatioF(), screenInk())] { return rasterize(request); },
        [this](QImage picture) {
            asked_ = false;
            lines_ = std::move(picture);
            update();  // what has changed meanwhile is asked for then
        });
}

// As vectors, for paper.
void ParallelPlot::paintLines(QPainter& painter, const QRectF& area, const Ink& ink) const {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (const bool in : {false, true}) {
        for (const std::size_t run : order_) {
            if (in_[run] == in) paintLine(painter, area, run, in ? lineColor(run, ink) : ink.colors.grid, in ? 1.4 : 1);
        }
    }
}

void ParallelPlot::paintTicks(QPainter& painter, const QRectF& area, const Ink& ink, std::size_t axis) const {
    const QFontMetricsF metrics(painter.font());
    const auto label = [&](double place, const QString& text) {
        const QPointF at = pixelIn(area, axis, place);
        const bool last = axis + 1 == axes_.size();
        const QString shown = metrics.elidedText(text, Qt::ElideMiddle, last ? rightRoom - 10 : step(area) - 14);
        const QRectF box(at.x() + 5, at.y() - metrics.height() / 2, metrics.horizontalAdvance(shown) + 4,
                         metrics.height());
        QColor behind = ink.colors.background;
        behind.setAlpha(200);
        painter.fillRect(box, behind);
        painter.setPen(ink.colors.frame);
        painter.drawLine(at - QPointF(3, 0), at + QPointF(3, 0));
        painter.setPen(ink.colors.text);
        painter.drawText(box, Qt::AlignCenter, shown);
    };
    for (const AxisTick& tick : ticksOf(axes_[axis])) label(tick.place, tick.text);
    if (axes_[axis].missing > 0) label(missingPlace, tr("no value"));
}

void ParallelPlot::paintTitle(QPainter& painter, const QRectF& area, const Ink& ink, std::size_t axis) const {
    const FigureAxis& shown = axes_[axis];
    QFont small = painter.font(), bold = font();
    bold.setWeight(QFont::DemiBold);
    // Titles lean inwards at the two ends, where half of their room would be outside.
    const bool first = axis == 0, last = axis + 1 == axes_.size();
    const double room = first ? step(area) / 2 + leftRoom - 8 : last ? step(area) / 2 + rightRoom - 8 : step(area) - 8;
    const double left = first ? 4 : last ? area.right() + rightRoom - 4 - room : pixelIn(area, axis, 1).x() - room / 2;
    const Qt::Alignment side = first ? Qt::AlignLeft : last ? Qt::AlignRight : Qt::AlignHCenter;
    painter.setFont(bold);
    painter.setPen(ink.colors.text);
    const QFontMetricsF metrics(bold);
    painter.drawText(QRectF(left, 4, room, metrics.height()), Qt::AlignVCenter | side,
                     metrics.elidedText(shown.figure.title, Qt::ElideMiddle, room));
    QStringList notes;
    if (shown.logarithmic) notes << tr("log");
    if (shown.figure.better != Better::Neither)
        notes << (shown.figure.better == Better::Low ? tr("low is good") : tr("high is good"));
    painter.setFont(small);
    painter.setPen(ink.colors.mutedText);
    painter.drawText(QRectF(left, 4 + metrics.height(), room, metrics.height()), Qt::AlignVCenter | side,
                     notes.join(", "));
}

// What the lines' colours stand for, along the last axis.
void ParallelPlot::paintScale(QPainter& painter, const QRectF& area, const Ink& ink) const {
    const FigureAxis& axis = axes_.back();
    if (!legend_.empty() || !axis.categories.isEmpty()) return;
    QLinearGradient ramp(pixelIn(area, axes_.size() - 1, 0), pixelIn(area, axes_.size() - 1, 1));
    for (const double place : {0.0, 0.25, 0.5, 0.75, 1.0})
        ramp.setColorAt(place, scaleColor(axis.figure.better == Better::Low ? 1 - place : place, ink.dark));
    const QPointF top = pixelIn(area, axes_.size() - 1, 1), bottom = pixelIn(area, axes_.size() - 1, 0);
    painter.fillRect(QRectF(top - QPointF(2.5, 0), bottom + QPointF(2.5, 0)), ramp);
}

void ParallelPlot::paintAxes(QPainter& painter, const QRectF& area, const Ink& ink) const {
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.88);
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
        const FigureAxis& shown = axes_[axis];
        const QPointF top = pixelIn(area, axis, 1), bottom = pixelIn(area, axis, 0);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(ink.colors.frame, 1));
        painter.drawLine(top, bottom);
        if (axis + 1 == axes_.size()) paintScale(painter, area, ink);
        if (const auto brush = brushes_.find(shown.figure.key); brush != brushes_.end()) {
            const QPointF from = pixelIn(area, axis, brush->second.from), to = pixelIn(area, axis, brush->second.to);
            QColor fill = ink.colors.selection;
            fill.setAlpha(70);
            painter.setPen(QPen(ink.colors.selection, 1));
            painter.setBrush(fill);
            painter.drawRect(QRectF(to - QPointF(7, 0), from + QPointF(7, 0)));
        }
        painter.setFont(small);
        paintTicks(painter, area, ink, axis);
        paintTitle(painter, area, ink, axis);
    }
}

// By a thicker line with a star and the run's name, not by colour alone.
void ParallelPlot::paintBest(QPainter& painter, const QRectF& area, const Ink& ink) const {
    if (best_ < 0) return;
    const auto run = static_cast<std::size_t>(best_);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    paintLine(painter, area, run, ink.colors.background, 5);
    paintLine(painter, area, run, lineColor(run, ink), 3);
    const QPointF end = pixelIn(area, axes_.size() - 1, places_[run].back());
    const QFontMetricsF metrics(painter.font());
    const QString text = QStringLiteral("★ ") + metrics.elidedText(runs_[run].name, Qt::ElideMiddle,
                                                                   area.width() / static_cast<double>(axes_.size()));
    const double width = metrics.horizontalAdvance(text) + 6;
    QRectF box(end.x() - 10 - width, end.y() - metrics.height() - 3, width, metrics.height());
    if (box.top() < area.top()) box.moveTop(end.y() + 3);
    QColor behind = ink.colors.background;
    behind.setAlpha(225);
    painter.fillRect(box, behind);
    painter.setPen(ink.colors.text);
    painter.drawText(box, Qt::AlignCenter, text);
}

// With the names of the groups below, where they give the colours.
void ParallelPlot::paintFile(QPainter& painter, const QSizeF& size, double scale, const Ink& ink) const {
    painter.fillRect(QRectF(QPointF(0, 0), size), ink.colors.background);
    painter.setFont(font());
    const QFontMetricsF metrics(font());
    const double foot = legend_.empty() ? 0 : metrics.height() + 4;
    const QRectF room = area(QSizeF(size.width(), size.height() - foot));
    if (ink.paper) paintLines(painter, room, ink);
    else if (!axes_.empty()) painter.drawImage(QRectF(QPointF(0, 0), size), rasterize(linesIn(size, room, scale, ink)));
    paintBest(painter, room, ink);
    paintAxes(painter, room, ink);
    painter.setFont(font());
    double x = 8;
    for (const NamedColor& each : legend_) {
        const double width = metrics.horizontalAdvance(each.name);
        if (x + width > size.width()) return;
        painter.setPen(ink.paper ? printColor(each.color) : each.color);
        painter.drawText(QPointF(x, size.height() - 6), each.name);
        x += width + 12;
    }
}

void ParallelPlot::paintEvent(QPaintEvent*) {
    const Ink ink = screenInk();
    askLines();
    QPainter painter(this);
    painter.fillRect(rect(), ink.colors.background);
    if (axes_.empty()) return;
    painter.drawImage(QRectF(QPointF(0, 0), QSizeF(lines_.size()) / devicePixelRatioF()), lines_);
    const QRectF room = area(size());
    paintBest(painter, room, ink);
    if (hovered_ >= 0) {
        painter.setRenderHint(QPainter::Antialiasing);
        paintLine(painter, room, static_cast<std::size_t>(hovered_), ink.colors.background, 5);
        paintLine(painter, room, static_cast<std::size_t>(hovered_), ink.colors.text, 2.4);
    }
    paintAxes(painter, room, ink);
    if (!hasFocus()) return;
    QPen dotted(ink.colors.selection, 1, Qt::DotLine);
    painter.setPen(dotted);
    painter.setBrush(Qt::NoBrush);
    const QPointF top = pixelIn(room, focused_, 1), bottom = pixelIn(room, focused_, lowestPlace(axes_[focused_]));
    painter.drawRect(QRectF(top - QPointF(10, 8), bottom + QPointF(10, 8)));
}

QPixmap ParallelPlot::picture(int width, int height, double scale) const {
    QPixmap picture(QSizeF(width * scale, height * scale).toSize());
    picture.setDevicePixelRatio(scale);
    QPainter painter(&picture);
    paintFile(painter, QSizeF(width, height), scale, screenInk());
    return picture;
}

bool ParallelPlot::savePdf(const QString& path, int width, int height) const {
    QPdfWriter writer(path);
    writer.setPageSize(QPageSize(QSizeF(width, height), QPageSize::Point));
    writer.setPageMargins(QMarginsF());
    writer.setResolution(72);  // a unit is a point
    QPainter painter;
    if (!painter.begin(&writer)) return false;
    paintFile(painter, QSizeF(width, height), 1, {printColors(), false, true});
    return painter.end();
}

}  // namespace tritlab
