// A chart as a picture, a PDF in print colours, and the points that are seen as CSV.
#include <QLabel>
#include <algorithm>
#include <utility>

#include "core/base/csv.h"
#include "core/base/number.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/curves_plottable.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

// The title and the curves' names above the axes: on the screen they are widgets of their own.
class FileHead : public QCPLayoutElement {
public:
    FileHead(QCustomPlot* plot, QString title, std::vector<std::pair<QString, QColor>> names, const QColor& text)
        : QCPLayoutElement(plot), title_(std::move(title)), names_(std::move(names)), text_(text), font_(plot->font()) {
        bold_ = font_;
        bold_.setWeight(QFont::DemiBold);
        setMargins({8, 4, 8, 0});
    }
    QSize minimumOuterSizeHint() const override { return {50, QFontMetrics(font_).height() + 8}; }
    QSize maximumOuterSizeHint() const override { return {QWIDGETSIZE_MAX, QFontMetrics(font_).height() + 8}; }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    void draw(QCPPainter* painter) override {
        const QRect place = rect();
        const double base = place.bottom() - QFontMetrics(font_).descent();
        painter->setFont(bold_);
        painter->setPen(text_);
        painter->drawText(QPointF(place.left(), base), title_);
        double x = place.left() + QFontMetrics(bold_).horizontalAdvance(title_) + 16;
        painter->setFont(font_);
        for (const auto& [name, color] : names_) {
            const double width = QFontMetrics(font_).horizontalAdvance(name);
            if (x + width > place.right()) return;
            painter->setPen(color);
            painter->drawText(QPointF(x, base), name);
            x += width + 12;
        }
    }

private:
    QString title_;
    std::vector<std::pair<QString, QColor>> names_;
    QColor text_;
    QFont font_, bold_;
};

}  // namespace

QColor ChartWidget::shownColor(const QColor& color) const {
    if (!printing_) return color;
    return QColor::fromHslF(std::max(0.0f, color.hslHueF()), color.hslSaturationF(), std::min(0.45f, color.lightnessF()), color.alphaF());
}

// `save` with title and names above the axes.
void ChartWidget::withHead(const QColor& text, const std::function<void()>& save) {
    std::vector<std::pair<QString, QColor>> names;
    for (const auto& [id, curve] : curves_) names.emplace_back(curve.style.name, shownColor(curve.style.color));
    plot_->plotLayout()->insertRow(0);
    auto* head = new FileHead(plot_, title_->text(), std::move(names), text);  // the layout's
    plot_->plotLayout()->addElement(0, 0, head);
    save();
    plot_->plotLayout()->remove(head);
    plot_->plotLayout()->simplify();
}

QPixmap ChartWidget::picture(int width, int height, double scale) {
    QPixmap picture;
    withHead(plotColors(palette()).text, [&] { picture = plot_->toPixmap(width, height, scale); });
    replotSoon();
    return picture;
}

bool ChartWidget::savePdf(const QString& path, int width, int height) {
    bool done = false;
    printing_ = true;
    applyColors(printColors());
    withHead(printColors().text, [&] { done = plot_->savePdf(path, width, height, QCP::epNoCosmetic, QString(), spec_.title); });
    printing_ = false;
    applyColors(plotColors(palette()));
    replotSoon();
    return done;
}

QString ChartWidget::csv() const {
    QString text = "curve,x,value\n";
    const QCPRange range = plot_->xAxis->range();
    for (const auto& [id, curve] : curves_) {
        if (curve.raw->isOutline()) continue;  // its points are still being read
        const QString name = QString::fromStdString(csvField(curve.style.name.toStdString()));
        for (std::size_t i = curve.raw->lowerBound(range.lower); i < curve.raw->size() && curve.raw->x(i) <= range.upper; ++i) {
            text += name + ',' + QString::fromStdString(formatReal(curve.raw->x(i))) + ',' +
                    QString::fromStdString(formatReal(curve.raw->y(i))) + '\n';
        }
    }
    return text;
}

}  // namespace tritlab
