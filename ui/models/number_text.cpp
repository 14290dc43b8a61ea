#include "ui/models/number_text.h"

#include <QLocale>
#include <cmath>

namespace tritlab {

QString tickText(double value) {
    const QLocale c = QLocale::c();
    const double size = std::abs(value);
    if (size < 1e-300) return "0";
    if (size >= 1e15) return c.toString(value, 'g', 3);
    if (size >= 1e9) return c.toString(value / 1e9, 'g', 4) + "G";
    if (size >= 1e6) return c.toString(value / 1e6, 'g', 4) + "M";
    if (size >= 1e4) return c.toString(value / 1e3, 'g', 4) + "k";
    if (size < 1e-3) return c.toString(value, 'g', 3).replace("e-0", "e-");
    return QString::number(value, 'g', 4);
}

QString valueText(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("-∞");
    const double size = std::abs(value);
    if (size >= 1e6) return tickText(value);
    return QString::number(value, 'g', size >= 1e4 ? 6 : 5);
}

}  // namespace tritlab
