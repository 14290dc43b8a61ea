// A number with a fixed number of digits after the point, for tables that people read.
#pragma once

#include <string>

namespace tritlab {

// '.' is the decimal point whatever the locale; "nan", "inf", "-inf" for those.
std::string fixedReal(double value, int digits);

}  // namespace tritlab
