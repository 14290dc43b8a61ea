// Chat templates that many models share, by the marks that they write: for a model whose own template cannot be run,
// and for a person who knows better than a file. One entry a family; the texts are this program's own.
#pragma once

#include <span>
#include <string_view>

namespace tritlab {

struct ChatFamily {
    const char* key;     // on the command line and in stored choices: "chatml"
    const char* title;   // as its makers call it
    const char* source;  // Jinja, over messages, add_generation_prompt, bos_token and eos_token
};

std::span<const ChatFamily> chatFamilies();
const ChatFamily* findChatFamily(std::string_view key);  // nullptr: none is called so
// The family whose marks a template has; nullptr: none that is known.
const ChatFamily* recognizedChatFamily(std::string_view jinja);

}  // namespace tritlab
