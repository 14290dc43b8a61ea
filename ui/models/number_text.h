// Numbers as short as charts and lists need them: "20k", "1.5M", "3e-4"; with a decimal point under every locale.
#pragma once

#include <QString>

namespace tritlab {

QString tickText(double value);
QString valueText(double value);  // for readouts: five significant digits

}  // namespace tritlab
