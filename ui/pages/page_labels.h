// The two labels that pages of runs share: what stands where there is nothing yet, and the legend.
#pragma once

#include <QLabel>

namespace tritlab {

// In the middle, wrapped: says what to do next.
QLabel* emptyStateLabel(const char* name, const QString& text, QWidget* parent);
// Rich text, wrapped.
QLabel* legendLabel(const char* name, QWidget* parent);

}  // namespace tritlab
