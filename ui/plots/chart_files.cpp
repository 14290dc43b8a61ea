// A chart as a picture, a PDF in print colours, and the points that are seen as CSV.
#include <QLabel>
#include <algorithm>
#include <utility>

#include "core/base/csv.h"
#include "core/base/number.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/curves_plottable.h"
#include "ui/plots/file_head.h"
#include "ui/theme/theme.h"

namespace tritlab {

QColor ChartWidget::shownColor(const QColor& color) const { return printing_ ? printColor(color) : color; }

// `save` with title and names above the axes.
void ChartWidget::withHead(const QColor& text, const std::function<void()>& save) {
    std::vector<NamedColor> names;
    for (const auto& [id, curve] : curves_) names.push_back({curve.style.name, shownColor(curve.style.color)});
    withFileHead(plot_, fullTitle(), std::move(names), text, save);
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
    withHead(printColors().text,
             [&] { done = plot_->savePdf(path, width, height, QCP::epNoCosmetic, QString(), spec_.title); });
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
        for (std::size_t i = curve.raw->lowerBound(range.lower);
             i < curve.raw->size() && curve.raw->x(i) <= range.upper; ++i) {
            text += name + ',' + QString::fromStdString(formatReal(curve.raw->x(i))) + ',' +
                    QString::fromStdString(formatReal(curve.raw->y(i))) + '\n';
        }
    }
    return text;
}

}  // namespace tritlab
