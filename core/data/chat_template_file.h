// The chat template that a model's files bring, as Jinja text: GGUF's tokenizer.chat_template, a folder's
// chat_template.jinja, or the key chat_template of its tokenizer_config.json, in this order of transformers.
// Checkpoints and snapshots of an imported model's run have that of the run.
#pragma once

#include <filesystem>

#include "core/data/chat_format.h"

namespace tritlab {

// Empty where there is none. Of several named ones, the one that transformers takes without being told: "default".
// Throws Error where a file cannot be read or the key holds something else.
ChatTemplateText readChatTemplate(const std::filesystem::path& model);

}  // namespace tritlab
