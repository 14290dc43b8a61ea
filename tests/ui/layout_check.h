// What a look at a window would find wrong, asked of the widgets themselves: text that is cut or elided, a widget
// outside its parent, siblings that cover each other, text that does not stand out from what is behind it. Gives one
// line a fault.
#pragma once

#include <QStringList>
#include <QWidget>

namespace tritlab {

QStringList layoutFaults(QWidget& window);
// (1 + …21): as WCAG defines it.
double contrast(const QColor& a, const QColor& b);

}  // namespace tritlab
