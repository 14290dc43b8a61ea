// What stands above the axes in a plot that is written to a file: on the screen the title and the names are widgets of
// their own.
#pragma once

#include <QColor>
#include <QSize>
#include <QString>
#include <functional>
#include <vector>

#include "core/base/error.h"

class QCustomPlot;

namespace tritlab {

struct NamedColor {
    QString name;
    QColor color;
};
// Calls `save` while `plot` has the title and as many of the names as fit above its axes.
void withFileHead(QCustomPlot* plot, const QString& title, std::vector<NamedColor> names, const QColor& text,
                  const std::function<void()>& save);
// Any of the plots as "pdf" (page: in points) or "png" (picture: in pixels), whatever the file is called. Throws where
// it cannot be written.
template <typename Plot>
void writePlot(Plot& plot, const QString& path, const QString& format, QSize picture, QSize page) {
    const bool done = format == "pdf" ? plot.savePdf(path, page.width(), page.height())
                                      : plot.picture(picture.width(), picture.height()).save(path, "PNG");
    if (!done) throw Error("cannot write the chart", path.toStdString(), "Choose a folder that can be written to");
}
// The usual sizes of a chart that stands alone.
constexpr QSize chartPicture{900, 420}, chartPage{640, 320};
// Darker, as it goes onto paper.
QColor printColor(const QColor& color);

}  // namespace tritlab
