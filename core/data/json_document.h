// One line of JSON as a document: {prompt, response}, {text}, {content} or {messages: [{role, content}]}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config/run_config.h"

namespace tritlab {

// std::nullopt with `reason` where the line is no document.
std::optional<std::string> documentOfJson(std::string_view line, Template chatTemplate, std::string& reason);

}  // namespace tritlab
