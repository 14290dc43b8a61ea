// A JSON value as a document: the shapes in which people keep text, instructions and conversations.
//   {text}  {content}
//   {prompt, response}  {prompt, completion}  {question, answer}  {instruction, input?, output, system?, history?}
//   {messages: [{role, content}]}  {conversations: [{from, value}], system?}; prompt and completion may be such lists
// A field that is null (or NaN, as pandas writes what is missing) counts as absent. content may be a list of parts of
// the type text. What cannot be rendered (another role, a tool call, an image) gives a reason that names it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config/run_config.h"
#include "core/data/chat_template.h"

namespace tritlab {

// std::nullopt with `reason` where the text is no document. Reasons name what is wrong without quoting the row, so that
// rows with one reason can be counted together.
std::optional<TextSpans> documentOfJson(std::string_view json, Template chatTemplate, std::string& reason);

}  // namespace tritlab
