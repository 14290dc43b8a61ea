#include "core/base/fixed_real.h"

#include <array>
#include <charconv>
#include <cmath>

namespace tritlab {

std::string fixedReal(double value, int digits) {
    if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    std::array<char, 400> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits);
    return {buffer.data(), end.ptr};
}

}  // namespace tritlab
