// A chart as a picture, a PDF in print colours, and the points that are seen as CSV.
#include "ui/plots/chart_widget.h"
#include "ui/plots/file_head.h"
#include "ui/theme/theme.h"

namespace tritlab {

// `save` with title and names above the axes.
void ChartWidget::withHead(const QColor& text, const std::function<void()>& save) {
    withFileHead(plot_, fullTitle(), curves_->names(printing_), text, save);
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

QString ChartWidget::csv() const { return curves_->csv(plot_->xAxis->range()); }

}  // namespace tritlab
