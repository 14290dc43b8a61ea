// Numbers as text, the same under every locale: '.' is the decimal point, whatever the environment says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tritlab {

// Whole-string parses: nothing before or after the number (blanks around it are allowed). "3e-4", ".5" and "1_000"
// style digit grouping with '_' are read; a decimal comma is not. std::nullopt where the text is no number of the kind.
std::optional<double> parseReal(std::string_view text);
std::optional<std::int64_t> parseInt(std::string_view text);

// The fewest digits that read back to the same value: plain from 1e-4 to 1e15 ("0.0003"), with an exponent beyond
// ("3e-10"); "nan", "inf", "-inf" for those.
std::string formatReal(double value);
std::string formatReal(float value);

// For people: "12.3M", "4.1 GB" (10^9), "3h 04m", "12m 03s", "8.2s".
std::string humanCount(double count);
std::string humanBytes(double bytes);
std::string humanDuration(double seconds);

}  // namespace tritlab
