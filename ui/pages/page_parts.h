// The small parts that pages of runs share: what stands where there is nothing yet, the legend, a button with a menu.
#pragma once

#include <QLabel>
#include <QMenu>
#include <QToolButton>

#include "ui/plots/file_head.h"

namespace tritlab {

// In the middle, wrapped: says what to do next.
QLabel* emptyStateLabel(const char* name, const QString& text, QWidget* parent);
// Rich text, wrapped.
QLabel* legendLabel(const char* name, QWidget* parent);
// What such a label shows: the first two dozen names, how many more there are, and what else is to be said.
QString legendText(const std::vector<NamedColor>& names, const QString& note);
// `menu` becomes its own, named `name` + "Items"; reached by Tab as the fields beside it.
QToolButton* menuButton(const char* name, const QString& text, QMenu*& menu, QWidget* parent);

}  // namespace tritlab
