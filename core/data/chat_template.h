// The three templates that text is trained and chatted in (docs/formats-and-formulas.md, Chat templates).
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

inline constexpr char kEndOfTurn[] = "<|eot_id|>";  // of the 2B4T template

// A finished conversation as training text: "### Role:\n…" parts (Instruction, and Plain as well) or 2B4T's turns.
std::string renderTraining(Template chatTemplate, const std::vector<Message>& messages);
// A {prompt, response} pair as training text: "### Instruction:\n…\n\n### Response:\n…", or 2B4T's turns.
std::string renderInstruction(Template chatTemplate, const std::string& prompt, const std::string& response);
// A conversation up to where the assistant is to speak, as token ids, BOS included. In the instruction form a single
// question gets the form of {prompt, response} pairs, anything longer that of conversations. Plain: the texts, each of
// the person's on a line of its own, to go on from. Where the last message is the assistant's, that answer is begun and
// goes on after its last letter.
std::vector<TokenId> renderPrompt(Template chatTemplate, const std::vector<Message>& messages,
                                  const Tokenizer& tokenizer);
// Texts at which an answer ends, besides EOS ("### Instruction:", "<|eot_id|>", …).
std::vector<std::string> stopTexts(Template chatTemplate);
// The same conversation for programs that render Jinja (transformers, llama.cpp), BOS left to the tokenizer; empty for
// Plain.
std::string jinjaTemplate(Template chatTemplate);
// Texts that a tokenizer trained for this template has as tokens of their own.
std::vector<std::string> specialTexts(Template chatTemplate);

}  // namespace tritlab
