#include "ui/chat/stored_conversation.h"

#include <algorithm>

namespace tritlab {

namespace {

std::string pairOf(const Conversation& conversation) {
    return conversation.settings.is_object() ? conversation.settings.value("pair", std::string()) : std::string();
}

}  // namespace

StoredConversation readConversation(RunStore& store, std::int64_t id) {
    StoredConversation read;
    const auto wanted = store.conversation(id);
    if (!wanted) return read;
    read.conversations.push_back(*wanted);
    if (const std::string pair = pairOf(*wanted); !pair.empty())
        for (const Conversation& each : store.conversations())
            if (each.id != id && pairOf(each) == pair) read.conversations.push_back(each);
    std::sort(read.conversations.begin(), read.conversations.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    if (read.conversations.size() > 2) read.conversations.resize(2);
    for (const Conversation& each : read.conversations) read.messages.push_back(store.messages(each.id));
    return read;
}

}  // namespace tritlab
