// The three templates that text is trained and chatted in (docs/formats-and-formulas.md, Chat templates). Training and
// chat render a conversation by the same function, so that the tokens of a prompt are the first tokens of the text that
// was trained.
#pragma once

#include <optional>
#include <string>
#include <string_view>
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

// A stretch of a rendered document. Only a template makes control tokens: the same letters in a message or a document
// are ordinary text.
struct TextSpan {
    std::string text;  // of a control token, how it is written
    bool control = false;
    std::optional<Role> role = {};  // whose words they are; none: the template's own, or plain text
};
using TextSpans = std::vector<TextSpan>;
std::string plainText(const TextSpans& spans);
// Ids without BOS. Neighbouring text is encoded together. A control token that the tokenizer does not have is encoded
// as the text that it is written as.
std::vector<TokenId> encodeSpans(const TextSpans& spans, const Tokenizer& tokenizer);

// A finished conversation as training text. Plain: each message on a line of its own. Instruction: "### System:\n…",
// "### Instruction:\n…", "### Response:\n…", with an empty line between. 2B4T: "Role: …<|eot_id|>".
TextSpans renderTraining(Template chatTemplate, const std::vector<Message>& messages);
// A conversation up to where the assistant is to speak, as token ids, BOS included. Where the last message is the
// assistant's, that answer is begun and goes on after its last letter.
std::vector<TokenId> renderPrompt(Template chatTemplate, const std::vector<Message>& messages,
                                  const Tokenizer& tokenizer);
// Texts at which an answer ends, besides EOS ("### Instruction:", "<|eot_id|>", …).
std::vector<std::string> stopTexts(Template chatTemplate);
// The same conversation for programs that render Jinja (transformers, llama.cpp), BOS left to the tokenizer; empty for
// Plain.
std::string jinjaTemplate(Template chatTemplate);
// Texts that a tokenizer trained for this template has as tokens of their own.
std::vector<std::string> specialTexts(Template chatTemplate);

// The one rule for line ends, in files, in JSON and in what is typed: CR LF and a CR alone are a newline.
std::string withNewlines(std::string_view text);

}  // namespace tritlab
