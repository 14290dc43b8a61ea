#include "core/data/json_document.h"

#include <nlohmann/json.hpp>

#include "core/base/utf8.h"
#include "core/data/chat_template.h"

namespace tritlab {
namespace {

using Json = nlohmann::json;

std::optional<std::string> text(const Json& object, const char* key, std::string& reason) {
    const auto found = object.find(key);
    if (found == object.end()) reason = std::string("has no \"") + key + "\"";
    else if (!found->is_string()) reason = std::string("\"") + key + "\" is no text";
    else return found->get<std::string>();
    return std::nullopt;
}

// Role names as they come in chat data: any case; a message without one is the user's.
std::optional<Role> role(const Json& message, std::string& reason) {
    if (!message.contains("role")) return Role::User;
    std::optional<std::string> name = text(message, "role", reason);
    if (!name) return std::nullopt;
    for (char& c : *name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (*name == "system") return Role::System;
    if (*name == "user") return Role::User;
    if (*name == "assistant") return Role::Assistant;
    reason = "the role \"" + *name + "\" is none of system, user, assistant";
    return std::nullopt;
}

std::optional<std::string> conversation(const Json& list, Template chatTemplate, std::string& reason) {
    if (!list.is_array() || list.empty()) {
        reason = "\"messages\" is no list with messages in it";
        return std::nullopt;
    }
    std::vector<Message> messages;
    for (const Json& entry : list) {
        if (!entry.is_object()) {
            reason = "a message is no object";
            return std::nullopt;
        }
        const std::optional<Role> who = role(entry, reason);
        const std::optional<std::string> content = who ? text(entry, "content", reason) : std::nullopt;
        if (!content) return std::nullopt;
        messages.push_back({*who, *content});
    }
    return renderTraining(chatTemplate, messages);
}

std::optional<std::string> document(const Json& object, Template chatTemplate, std::string& reason) {
    if (object.contains("prompt") && object.contains("response")) {
        const auto prompt = text(object, "prompt", reason);
        const auto response = prompt ? text(object, "response", reason) : std::nullopt;
        if (!response) return std::nullopt;
        return renderInstruction(chatTemplate, *prompt, *response);
    }
    if (object.contains("text")) return text(object, "text", reason);
    if (object.contains("messages")) return conversation(object.at("messages"), chatTemplate, reason);
    if (object.contains("content")) return text(object, "content", reason);
    reason = "has none of prompt and response, text, messages, content";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> documentOfJson(std::string_view line, Template chatTemplate, std::string& reason) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
        reason = "is empty";
        return std::nullopt;
    }
    if (!isUtf8(line)) {
        reason = "is not valid UTF-8";
        return std::nullopt;
    }
    const Json value = Json::parse(line, nullptr, false);
    if (value.is_discarded()) {
        reason = "is not valid JSON";
        return std::nullopt;
    }
    if (!value.is_object()) {
        reason = "is no JSON object";
        return std::nullopt;
    }
    std::optional<std::string> result = document(value, chatTemplate, reason);
    if (result && result->find_first_not_of(" \t\r\n") == std::string::npos) {
        reason = "holds no text";
        return std::nullopt;
    }
    return result;
}

}  // namespace tritlab
