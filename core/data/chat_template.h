// The three templates that text is trained and chatted in (reference.md 7).
#pragma once

#include <string>
#include <vector>

#include "core/config/run_config.h"
#include "core/data/tokenizer.h"

namespace tritlab {

enum class Role { System, User, Assistant };
struct Message {
    Role role = Role::User;
    std::string text;
};

// A finished conversation as training text.
std::string renderTraining(Template chatTemplate, const std::vector<Message>& messages);
// A conversation up to where the assistant is to speak, as token ids, BOS included.
std::vector<TokenId> renderPrompt(Template chatTemplate, const std::vector<Message>& messages, const Tokenizer& tokenizer);
// Texts at which an answer ends, besides EOS ("### Instruction:", "<|eot_id|>", …).
std::vector<std::string> stopTexts(Template chatTemplate);

}  // namespace tritlab
