// The texts of resources/presets/*.json, in the order that CMakeLists.txt gives.
#pragma once

#include <span>
#include <string_view>

namespace tritlab {

std::span<const std::string_view> presetTexts();

}  // namespace tritlab
