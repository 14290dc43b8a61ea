#include "ui/plots/scatter_plot.h"

#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/plots/axes.h"
#include "ui/plots/readout.h"
#include "ui/theme/theme.h"

namespace tritlab {

// The points, each in its own colour: QCPGraph has one colour for all of its points.
class ScatterDots : public QCPAbstractPlottable {
public:
    struct Dot {
        double x, y;
        std::size_t run;
        QColor color;
    };
    static constexpr double radius = 4.5;

    ScatterDots(QCPAxis* keys, QCPAxis* values) : QCPAbstractPlottable(keys, values) { setSelectable(QCP::stNone); }
    [[nodiscard]] QPointF pixel(const Dot& dot) const {
        return {keyAxis()->coordToPixel(dot.x), valueAxis()->coordToPixel(dot.y)};
    }
    double selectTest(const QPointF&, bool, QVariant* = nullptr) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain = QCP::sdBoth) const override { return rangeOf(&Dot::x, found); }
    QCPRange getValueRange(bool& found, QCP::SignDomain = QCP::sdBoth, const QCPRange& = QCPRange()) const override {
        return rangeOf(&Dot::y, found);
    }
    std::vector<Dot> dots;  // in rising x
    bool printing = false;

protected:
    void draw(QCPPainter* painter) override {
        applyDefaultAntialiasingHint(painter);
        for (const Dot& dot : dots) {
            QColor fill = printing ? printColor(dot.color) : dot.color;
            painter->setPen(QPen(fill, 1));
            fill.setAlpha(170);  // points that cover each other stay countable
            painter->setBrush(fill);
            painter->drawEllipse(pixel(dot), radius, radius);
        }
    }
    void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

private:
    QCPRange rangeOf(double Dot::*part, bool& found) const {
        found = !dots.empty();
        if (!found) return {};
        QCPRange range(dots.front().*part, dots.front().*part);
        for (const Dot& dot : dots) range.expand(dot.*part);
        return range;
    }
};

ScatterPlot::ScatterPlot(QWidget* parent) : QWidget(parent) {
    setObjectName("scatter");
    plot_ = new QCustomPlot(this);
    plot_->setObjectName("scatterPlot");
    plot_->setLocale(QLocale::c());
    plot_->setMouseTracking(true);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->installEventFilter(this);
    plot_->axisRect()->setMinimumMargins(QMargins(56, 10, 16, 20));
    styleAxes({plot_->xAxis, plot_->yAxis});
    dots_ = new ScatterDots(plot_->xAxis, plot_->yAxis);  // the plot's own
    plot_->addLayer("pointed", plot_->layer("overlay"), QCustomPlot::limAbove);
    plot_->layer("pointed")->setMode(QCPLayer::lmBuffered);
    ring_ = new QCPItemEllipse(plot_);
    ring_->setLayer("pointed");
    ring_->setVisible(false);
    for (QCPItemPosition* corner : {ring_->topLeft, ring_->bottomRight}) corner->setType(QCPItemPosition::ptAbsolute);
    box_ = new ValueBox(plot_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot_);
    connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) { point(nearest(event->position())); });
    connect(plot_, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        const int dot = nearest(event->position());
        if (event->button() == Qt::LeftButton && dot >= 0)
            Q_EMIT picked(runs_[dots_->dots[static_cast<std::size_t>(dot)].run].id);
    });
    connect(plot_, &QCustomPlot::afterReplot, this, [this] { point(pointed_); });  // the ring follows another size
    applyColors(plotColors(palette()));
}

void ScatterPlot::setAxis(QCPAxis* axis, const FigureAxis& figure, bool logarithmic) {
    axis->setLabel(figure.figure.title);
    axis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (!figure.categories.isEmpty()) {
        const auto names = QSharedPointer<QCPAxisTickerText>::create();
        const int room = std::max(40, 640 / static_cast<int>(figure.categories.size()));
        for (int i = 0; i < figure.categories.size(); ++i)
            names->addTick(i,
                           QFontMetrics(axis->tickLabelFont()).elidedText(figure.categories[i], Qt::ElideMiddle, room));
        axis->setTicker(names);
        axis->setRange(-0.5, static_cast<double>(figure.categories.size()) - 0.5);
        return;
    }
    axis->setTicker(makeTicker(logarithmic, 6));
    bool found = false;
    const QCPRange range = axis == plot_->xAxis ? dots_->getKeyRange(found) : dots_->getValueRange(found);
    if (!found) {
        axis->setRange(logarithmic ? QCPRange(0.1, 1) : QCPRange(0, 1));
    } else if (logarithmic) {
        const double ratio = std::max(std::pow(range.upper / range.lower, 0.06), 1.05);
        axis->setRange(range.lower / ratio, range.upper * ratio);
    } else {
        const double pad = range.size() > 0 ? range.size() * 0.06 : std::max(std::abs(range.upper) * 0.05, 1e-12);
        axis->setRange(range.lower - pad, range.upper + pad);
    }
}

void ScatterPlot::setData(std::vector<PlottedRun> runs, FigureAxis x, FigureAxis y, const Look& look) {
    const QString kept = hovered();
    runs_ = std::move(runs);
    x_ = std::move(x);
    y_ = std::move(y);
    look_ = look;
    look_.logX = look.logX && x_.categories.isEmpty();
    without_ = offLog_ = 0;
    dots_->dots.clear();
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        const double across = x_.values[i], up = y_.values[i];
        if (std::isnan(across) || std::isnan(up)) ++without_;
        else if ((look_.logX && across <= 0) || (look_.logY && up <= 0)) ++offLog_;
        else dots_->dots.push_back({across, up, i, runs_[i].color});
    }
    std::stable_sort(dots_->dots.begin(), dots_->dots.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    pointed_ = -1;
    for (std::size_t i = 0; i < dots_->dots.size(); ++i) {
        if (runs_[dots_->dots[i].run].id == kept) pointed_ = static_cast<int>(i);
    }
    setAxis(plot_->xAxis, x_, look_.logX);
    setAxis(plot_->yAxis, y_, look_.logY);
    plot_->setAccessibleName(tr("Scatter: %1 over %2").arg(y_.figure.title, x_.figure.title));
    plot_->setAccessibleDescription(tr("%n run(s)", nullptr, static_cast<int>(dots_->dots.size())));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

std::size_t ScatterPlot::shown() const { return dots_->dots.size(); }

QPoint ScatterPlot::pixelOf(const QString& run) const {
    const auto it =
        std::find_if(dots_->dots.begin(), dots_->dots.end(), [&](const auto& dot) { return runs_[dot.run].id == run; });
    return it == dots_->dots.end() ? QPoint() : dots_->pixel(*it).toPoint();
}

QString ScatterPlot::hovered() const {
    return pointed_ < 0 ? QString() : runs_[dots_->dots[static_cast<std::size_t>(pointed_)].run].id;
}

int ScatterPlot::nearest(const QPointF& pixel) const {
    int best = -1;
    double min = 12 * 12;
    for (std::size_t i = 0; i < dots_->dots.size(); ++i) {
        const QPointF away = dots_->pixel(dots_->dots[i]) - pixel;
        if (QPointF::dotProduct(away, away) >= min) continue;
        min = QPointF::dotProduct(away, away);
        best = static_cast<int>(i);
    }
    return best;
}

void ScatterPlot::point(int dot) {
    pointed_ = dot;
    ring_->setVisible(dot >= 0);
    plot_->setCursor(dot >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    std::vector<ReadoutPart> parts;
    QString name;
    QPointF at;
    if (dot >= 0) {
        const ScatterDots::Dot& shown = dots_->dots[static_cast<std::size_t>(dot)];
        at = dots_->pixel(shown);
        const double away = ScatterDots::radius + 3;
        ring_->topLeft->setCoords(at - QPointF(away, away));
        ring_->bottomRight->setCoords(at + QPointF(away, away));
        name = runs_[shown.run].name;
        parts = {{x_.figure.title, x_.texts[shown.run], shown.color},
                 {y_.figure.title, y_.texts[shown.run], shown.color}};
        plot_->setAccessibleDescription(
            tr("%1: %2 %3, %4 %5").arg(name, parts[0].name, parts[0].value, parts[1].name, parts[1].value));
    }
    plot_->layer("pointed")->replot();
    box_->show(name, std::move(parts), static_cast<int>(at.x()), plot_->axisRect()->rect());
}

bool ScatterPlot::onKey(QKeyEvent* event) {
    const int count = static_cast<int>(dots_->dots.size());
    if ((event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) && count > 0) {
        const int way = event->key() == Qt::Key_Right ? 1 : -1;
        point(pointed_ < 0 ? (way > 0 ? 0 : count - 1) : std::clamp(pointed_ + way, 0, count - 1));
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && pointed_ >= 0) {
        Q_EMIT picked(hovered());
    } else if (event->key() == Qt::Key_Escape && pointed_ >= 0) {
        point(-1);
    } else {
        return false;
    }
    return true;
}

void ScatterPlot::applyColors(const PlotColors& colors) {
    plot_->setBackground(QBrush(colors.background));
    colorAxes({plot_->xAxis, plot_->yAxis}, colors);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) axis->setLabelColor(colors.text);  // they are what was chosen
    ring_->setPen(QPen(colors.text, 1.5));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

QPixmap ScatterPlot::picture(int width, int height, double scale) {
    QPixmap picture;
    withFileHead(plot_, tr("%1 over %2").arg(y_.figure.title, x_.figure.title), look_.legend,
                 plotColors(palette()).text, [&] { picture = plot_->toPixmap(width, height, scale); });
    plot_->replot(QCustomPlot::rpQueuedReplot);
    return picture;
}

bool ScatterPlot::savePdf(const QString& path, int width, int height) {
    bool done = false;
    dots_->printing = true;
    applyColors(printColors());
    std::vector<NamedColor> names = look_.legend;
    for (NamedColor& each : names) each.color = printColor(each.color);
    const QString title = tr("%1 over %2").arg(y_.figure.title, x_.figure.title);
    withFileHead(plot_, title, std::move(names), printColors().text,
                 [&] { done = plot_->savePdf(path, width, height, QCP::epNoCosmetic, QString(), title); });
    dots_->printing = false;
    applyColors(plotColors(palette()));
    return done;
}

void ScatterPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) applyColors(plotColors(palette()));
    QWidget::changeEvent(event);
}

bool ScatterPlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_ && event->type() == QEvent::Leave) point(-1);
    if (watched == plot_ && event->type() == QEvent::KeyPress && onKey(static_cast<QKeyEvent*>(event))) return true;
    return QWidget::eventFilter(watched, event);
}

}  // namespace tritlab
