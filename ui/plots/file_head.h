// What stands above the axes in a plot that is written to a file: on the screen the title and the names are widgets of their own.
#pragma once

#include <QColor>
#include <QString>
#include <functional>
#include <vector>

class QCustomPlot;

namespace tritlab {

struct NamedColor {
    QString name;
    QColor color;
};
// Calls `save` while `plot` has the title and as many of the names as fit above its axes.
void withFileHead(QCustomPlot* plot, const QString& title, std::vector<NamedColor> names, const QColor& text, const std::function<void()>& save);
// Darker, as it goes onto paper.
QColor printColor(const QColor& color);

}  // namespace tritlab
