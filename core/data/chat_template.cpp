// 2B4T closes each message by <|eot_id|>; the instruction form opens each by a heading. A prompt ends where the trained
// text's next token begins: "Assistant:" without the blank, since the blank belongs to the token of the first word.
#include "core/data/chat_template.h"

namespace tritlab {
namespace {

const char* turnName(Role role) {
    switch (role) {
        case Role::System: return "System";
        case Role::User: return "User";
        case Role::Assistant: return "Assistant";
    }
    return "";
}

// The notebook's headings for a pair of prompt and response, and for conversations the same, so that a chat's first
// question looks as in either.
const char* heading(Role role) {
    switch (role) {
        case Role::System: return "### System:\n";
        case Role::User: return "### Instruction:\n";
        case Role::Assistant: return "### Response:\n";
    }
    return "";
}

// Plain text: whether an answer follows what was said without a newline. A model of plain text goes on writing, so that
// an answer which begins with a blank or a newline follows directly, as it was written.
bool goesOn(const Message& message, const TextSpans& before) {
    return message.role == Role::Assistant && message.text.find_first_of(" \n") == 0 &&
           !before.back().text.ends_with(' ');
}

// What comes before a message's own words, after what has been rendered.
std::string opening(Template chatTemplate, const Message& message, const TextSpans& before, bool closed) {
    switch (chatTemplate) {
        case Template::B2B4T:  // the blank belongs to the answer's first word
            return std::string(turnName(message.role)) + ":" + (closed || !message.text.empty() ? " " : "");
        case Template::Instruction: return std::string(before.empty() ? "" : "\n\n") + heading(message.role);
        case Template::Plain: return before.empty() || goesOn(message, before) ? "" : "\n";
    }
    return {};
}

void append(TextSpans& spans, TextSpan span) {
    if (!span.text.empty()) spans.push_back(std::move(span));
}

void appendMessage(TextSpans& spans, Template chatTemplate, const Message& message, bool closed) {
    const Message normal{message.role, withNewlines(message.text)};
    append(spans, {opening(chatTemplate, normal, spans, closed)});
    append(spans, {normal.text, false, normal.role});
    if (closed && chatTemplate == Template::B2B4T) append(spans, {kEndOfTurn, true});
}

}  // namespace

std::string plainText(const TextSpans& spans) {
    std::string text;
    for (const TextSpan& span : spans) text += span.text;
    return text;
}

std::vector<TokenId> encodeSpans(const TextSpans& spans, const Tokenizer& tokenizer) {
    std::vector<TokenId> ids;
    std::string text;
    const auto flush = [&] {
        const std::vector<TokenId> more = tokenizer.encode(text);
        ids.insert(ids.end(), more.begin(), more.end());
        text.clear();
    };
    for (const TextSpan& span : spans) {
        const TokenId control = span.control ? tokenizer.special(span.text) : -1;
        if (control < 0) {
            text += span.text;
            continue;
        }
        flush();
        ids.push_back(control);
    }
    flush();
    return ids;
}

TextSpans renderTraining(Template chatTemplate, const std::vector<Message>& messages) {
    TextSpans spans;
    for (const Message& message : messages) appendMessage(spans, chatTemplate, message, true);
    return spans;
}

std::vector<TokenId> renderPrompt(Template chatTemplate, const std::vector<Message>& messages,
                                  const Tokenizer& tokenizer) {
    const bool begun = !messages.empty() && messages.back().role == Role::Assistant;
    TextSpans spans;
    for (const Message& message : messages) {
        const bool last = &message == &messages.back();
        appendMessage(spans, chatTemplate, message, !(begun && last));
    }
    if (!begun && chatTemplate != Template::Plain)
        append(spans, {opening(chatTemplate, {Role::Assistant, {}}, spans, false)});
    std::vector<TokenId> ids;
    if (tokenizer.addsBos()) ids.push_back(tokenizer.bos());
    const std::vector<TokenId> text = encodeSpans(spans, tokenizer);
    ids.insert(ids.end(), text.begin(), text.end());
    return ids;
}

std::string jinjaTemplate(Template chatTemplate) {
    // As withNewlines(): Jinja reads a carriage return of its own as a newline, so it is written as an escape.
    const std::string content = R"(message['content'] | replace('\r\n', '\n') | replace('\r', '\n'))";
    switch (chatTemplate) {
        case Template::B2B4T:
            return "{% for message in messages %}{{ message['role'] | capitalize + ': ' + (" + content + ") + '" +
                   kEndOfTurn + "' }}{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}";
        case Template::Instruction:
            return "{% set headings = {'system': '### System:\n', 'user': '### Instruction:\n', 'assistant': "
                   "'### Response:\n'} %}{% for message in messages %}{% if not loop.first %}{{ '\n\n' }}{% endif %}"
                   "{{ headings[message['role']] + (" +
                   content +
                   ") }}{% endfor %}"
                   "{% if add_generation_prompt %}{{ '\n\n### Response:\n' }}{% endif %}";
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

std::string withNewlines(std::string_view text) {
    std::string normal;
    normal.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') normal += text[i];
        else if (i + 1 == text.size() || text[i + 1] != '\n') normal += '\n';
    }
    return normal;
}

}  // namespace tritlab
