// Colours: the system's palette or a light or dark one of our own, and what plots and lists take from it.
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

#include "core/run/events.h"

class QApplication;

namespace tritlab {

enum class ThemeChoice { System, Light, Dark };
QString themeKey(ThemeChoice choice);
ThemeChoice themeFromKey(const QString& key);

// Sets style and palette of the application; widgets hear of it by PaletteChange.
void applyTheme(ThemeChoice choice);
bool isDark(const QPalette& palette);

struct PlotColors {
    QColor background, frame, grid, text, mutedText, cursor, selection;
};
PlotColors plotColors(const QPalette& palette);
PlotColors printColors();  // for files: dark on white whatever the window looks like

// The n-th run's colour: distinguishable in both themes and to most colour-blind eyes.
QColor runColor(int index, bool dark);
QColor stateColor(RunState state, bool dark);
QColor ternaryColor(int code, bool dark);  // -1, 0, +1
// From 0 (the worst) to 1 (the best): the better, the more it stands out from the background, by lightness too, for the
// colour-blind.
QColor scaleColor(double goodness, bool dark);
QColor goodColor(bool dark);
QColor badColor(bool dark);

}  // namespace tritlab
