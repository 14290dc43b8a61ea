// 2B4T closes each message by <|eot_id|>; the instruction form opens each by a heading. A prompt ends where the trained
// text's next token begins: "Assistant:" without the blank, since the blank belongs to the token of the first word.
#include "core/data/chat_template.h"

#include <span>

namespace tritlab {
namespace {

const char* title(Role role) {
    switch (role) {
        case Role::System: return "System";
        case Role::User: return "User";
        case Role::Assistant: return "Assistant";
    }
    return "";
}

std::string headings(std::span<const Message> messages) {
    std::string text;
    for (const Message& message : messages) {
        if (!text.empty()) text += "\n\n";
        text += std::string("### ") + title(message.role) + ":\n" + message.text;
    }
    return text;
}

std::string turns(std::span<const Message> messages) {
    std::string text;
    for (const Message& message : messages) text += std::string(title(message.role)) + ": " + message.text + kEndOfTurn;
    return text;
}

// Up to where the assistant speaks; `messages` does not end with its own words.
std::string beforeAnswer(Template chatTemplate, std::span<const Message> messages) {
    switch (chatTemplate) {
        case Template::B2B4T: return turns(messages) + "Assistant:";
        case Template::Instruction:
            if (messages.size() == 1 && messages[0].role == Role::User)
                return "### Instruction:\n" + messages[0].text + "\n\n### Response:\n";
            return headings(messages) + (messages.empty() ? "" : "\n\n") + "### Assistant:\n";
        case Template::Plain: break;
    }
    std::string text;  // a model of plain text goes on writing: what it wrote follows what it was given
    for (const Message& message : messages) {
        if (message.role != Role::Assistant && !text.empty()) text += "\n";
        text += message.text;
    }
    return text;
}

std::string promptText(Template chatTemplate, std::span<const Message> messages) {
    if (messages.empty() || messages.back().role != Role::Assistant) return beforeAnswer(chatTemplate, messages);
    const std::string& begun = messages.back().text;
    const bool blank = chatTemplate == Template::B2B4T && !begun.empty();
    return beforeAnswer(chatTemplate, messages.first(messages.size() - 1)) + (blank ? " " : "") + begun;
}

}  // namespace

std::string renderInstruction(Template chatTemplate, const std::string& prompt, const std::string& response) {
    if (chatTemplate == Template::B2B4T)
        return turns(std::vector<Message>{{Role::User, prompt}, {Role::Assistant, response}});
    return "### Instruction:\n" + prompt + "\n\n### Response:\n" + response;
}

std::string renderTraining(Template chatTemplate, const std::vector<Message>& messages) {
    return chatTemplate == Template::B2B4T ? turns(messages) : headings(messages);
}

std::vector<TokenId> renderPrompt(Template chatTemplate, const std::vector<Message>& messages,
                                  const Tokenizer& tokenizer) {
    std::vector<TokenId> ids;
    if (tokenizer.bos() >= 0) ids.push_back(tokenizer.bos());
    const std::vector<TokenId> text = tokenizer.encode(promptText(chatTemplate, messages));
    ids.insert(ids.end(), text.begin(), text.end());
    return ids;
}

std::string jinjaTemplate(Template chatTemplate) {
    switch (chatTemplate) {
        case Template::B2B4T:
            return "{% for message in messages %}{{ message['role'] | capitalize + ': ' + message['content'] + '" +
                   std::string(kEndOfTurn) +
                   "' }}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}";
        case Template::Instruction:
            return "{% if messages | length == 1 and messages[0]['role'] == 'user' and add_generation_prompt %}"
                   "{{ '### Instruction:\n' + messages[0]['content'] + '\n\n### Response:\n' }}{% else %}"
                   "{% for message in messages %}{% if not loop.first %}{{ '\n\n' }}{% endif %}"
                   "{{ '### ' + message['role'] | capitalize + ':\n' + message['content'] }}{% endfor %}"
                   "{% if add_generation_prompt %}{{ '\n\n### Assistant:\n' }}{% endif %}{% endif %}";
        case Template::Plain: break;
    }
    return {};
}

std::vector<std::string> stopTexts(Template chatTemplate) {
    switch (chatTemplate) {
        case Template::Instruction:
            return {"### Instruction:", "### Response:", "### System:", "### User:", "### Assistant:"};
        case Template::B2B4T: return {kEndOfTurn};
        case Template::Plain: break;
    }
    return {};
}

std::vector<std::string> specialTexts(Template chatTemplate) {
    return chatTemplate == Template::B2B4T ? std::vector<std::string>{kEndOfTurn} : std::vector<std::string>{};
}

}  // namespace tritlab
