// JSON as programs write it that do not keep to the standard: Python's json module above all. NaN, Infinity and
// -Infinity, and numbers that no double holds, are null; an escaped surrogate without its other half is U+FFFD.
// Everything else is parsed as the standard says.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tritlab {

// std::nullopt where the text is no JSON all the same. Keys that an object has twice: the last value counts, as in
// Python.
std::optional<nlohmann::json> parseLenientJson(std::string_view text);

}  // namespace tritlab
