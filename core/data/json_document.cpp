#include "core/data/json_document.h"

#include <nlohmann/json.hpp>

#include "core/base/encoding.h"
#include "core/base/lenient_json.h"
#include "core/base/utf8.h"

namespace tritlab {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longestName = 40;  // of a role or part that a reason names

std::string inQuotes(std::string_view name) { return '"' + std::string(utf8Prefix(name, longestName)) + '"'; }

// Why a row is no document; leaves the reader by the quickest way.
struct Refused {
    std::string reason;
};
[[noreturn]] void refuse(std::string reason) { throw Refused{std::move(reason)}; }

// The field's value; nullptr where it is absent or null.
const Json* field(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

bool isEmpty(const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>().empty();
    return (value.is_array() || value.is_object()) && value.empty();
}

// Text, or a list of parts of which each is text.
std::string contentText(const Json& value, const char* key) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) refuse(inQuotes(key) + " is no text");
    std::string text;
    for (const Json& part : value) {
        if (part.is_string()) {
            text += part.get<std::string>();
            continue;
        }
        if (!part.is_object()) refuse(inQuotes(key) + " has a part that is no object");
        const Json* type = field(part, "type");
        const std::string name = type != nullptr && type->is_string() ? type->get<std::string>() : "text";
        const Json* words = field(part, "text");
        if (name != "text" || words == nullptr || !words->is_string())
            refuse(inQuotes(key) + " has a part of the type " + inQuotes(name) + ", which is not rendered");
        text += words->get<std::string>();
    }
    return text;
}

std::string text(const Json& object, const char* key) {
    const Json* value = field(object, key);
    if (value == nullptr) refuse("has no " + inQuotes(key));
    if (!value->is_string()) refuse(inQuotes(key) + " is no text");
    return value->get<std::string>();
}

Role roleOf(std::string name) {
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (name == "system" || name == "developer") return Role::System;
    if (name == "user" || name == "human") return Role::User;
    if (name == "assistant" || name == "gpt" || name == "model" || name == "bot") return Role::Assistant;
    refuse("the role " + inQuotes(name) + " is not rendered");
}

// What an entry says besides words, and training would lose without a word.
void refuseUnrendered(const Json& object) {
    for (const char* key : {"tool_calls", "function_call", "tools", "functions"})
        if (const Json* value = field(object, key); value != nullptr && !isEmpty(*value))
            refuse(inQuotes(key) + " is not rendered");
}

// roleKey and contentKey: role and content, or from and value. A message without a role is the user's.
void appendMessages(const Json& list, const char* key, const char* roleKey, const char* contentKey,
                    std::vector<Message>& messages) {
    if (!list.is_array() || list.empty()) refuse(inQuotes(key) + " is no list with messages in it");
    for (const Json& entry : list) {
        if (!entry.is_object()) refuse("a message is no object");
        refuseUnrendered(entry);
        const Json* role = field(entry, roleKey);
        if (role != nullptr && !role->is_string()) refuse(inQuotes(roleKey) + " is no text");
        const Role who = role == nullptr ? Role::User : roleOf(role->get<std::string>());
        const Json* content = field(entry, contentKey);
        if (content == nullptr) refuse("a message has no " + inQuotes(contentKey));
        messages.push_back({who, contentText(*content, contentKey)});
    }
}

void appendSystem(const Json& object, std::vector<Message>& messages) {
    if (const Json* system = field(object, "system"); system != nullptr && !isEmpty(*system))
        messages.push_back({Role::System, contentText(*system, "system")});
}

// One side of a pair: text, or messages as TRL's conversational data sets have it.
void appendSide(const Json& object, const char* key, Role role, std::vector<Message>& messages) {
    const Json& value = *field(object, key);
    const bool conversation = value.is_array() && !value.empty() && value.front().is_object() &&
                              (value.front().contains("role") || value.front().contains("content"));
    if (conversation) appendMessages(value, key, "role", "content", messages);
    else messages.push_back({role, contentText(value, key)});
}

// Alpaca's, with the system prompt and the earlier turns that LLaMA-Factory adds.
std::vector<Message> instruction(const Json& object) {
    std::vector<Message> messages;
    appendSystem(object, messages);
    if (const Json* history = field(object, "history"); history != nullptr && !isEmpty(*history)) {
        if (!history->is_array()) refuse("\"history\" is no list");
        for (const Json& turn : *history) {
            if (!turn.is_array() || turn.size() != 2 || !turn[0].is_string() || !turn[1].is_string())
                refuse("\"history\" holds something that is no pair of texts");
            messages.push_back({Role::User, turn[0].get<std::string>()});
            messages.push_back({Role::Assistant, turn[1].get<std::string>()});
        }
    }
    std::string question = text(object, "instruction");
    if (const Json* input = field(object, "input"); input != nullptr && !isEmpty(*input))
        question += "\n\n" + text(object, "input");
    messages.push_back({Role::User, std::move(question)});
    messages.push_back({Role::Assistant, text(object, "output")});
    return messages;
}

TextSpans document(const Json& object, Template chatTemplate) {
    const auto has = [&](const char* key) { return field(object, key) != nullptr; };
    refuseUnrendered(object);
    std::vector<Message> messages;
    for (const auto& [question, answer] :
         {std::pair{"prompt", "response"}, {"prompt", "completion"}, {"question", "answer"}}) {
        if (!has(question) || !has(answer)) continue;
        appendSystem(object, messages);
        appendSide(object, question, Role::User, messages);
        appendSide(object, answer, Role::Assistant, messages);
        return renderTraining(chatTemplate, messages);
    }
    if (has("instruction") && has("output")) return renderTraining(chatTemplate, instruction(object));
    if (has("text")) return {{withNewlines(text(object, "text"))}};
    if (has("messages")) {
        appendMessages(object.at("messages"), "messages", "role", "content", messages);
        return renderTraining(chatTemplate, messages);
    }
    if (has("conversations")) {
        appendSystem(object, messages);
        const Json& list = object.at("conversations");
        const bool openai =
            list.is_array() && !list.empty() && list.front().is_object() && list.front().contains("role");
        appendMessages(list, "conversations", openai ? "role" : "from", openai ? "content" : "value", messages);
        return renderTraining(chatTemplate, messages);
    }
    if (has("content")) return {{withNewlines(contentText(object.at("content"), "content"))}};
    refuse(
        "has none of text, content, messages, conversations, prompt with response or completion, instruction with "
        "output, question with answer");
}

}  // namespace

std::optional<TextSpans> documentOfJson(std::string_view json, Template chatTemplate, std::string& reason) {
    try {
        if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) refuse("is empty");
        if (!isUtf8(json)) refuse(notUtf8(json));
        const std::optional<Json> value = parseLenientJson(json);
        if (!value) refuse("is not valid JSON");
        if (!value->is_object()) refuse("is no JSON object");
        TextSpans spans = document(*value, chatTemplate);
        if (plainText(spans).find_first_not_of(" \t\r\n") == std::string::npos) refuse("holds no text");
        return spans;
    } catch (const Refused& refused) {
        reason = refused.reason;
        return std::nullopt;
    }
}

}  // namespace tritlab
