#include "ui/chat/conversation_tree.h"

#include <algorithm>

namespace tritlab {

void ConversationTree::clear() {
    messages_.clear();
    head_ = 0;
}

void ConversationTree::set(const std::vector<StoredMessage>& messages, std::int64_t head) {
    clear();
    for (const StoredMessage& message : messages) messages_[message.id] = message;
    setHead(head);
    if (head_ != 0) return;
    for (const auto& [id, message] : messages_)
        if (shown(id)) head_ = id;
}

void ConversationTree::add(const StoredMessage& message) {
    messages_[message.id] = message;
    head_ = message.id;
}

void ConversationTree::setHead(std::int64_t message) { head_ = shown(message) ? message : 0; }

std::int64_t ConversationTree::setTrashed(std::int64_t message, bool trashed) {
    const auto it = messages_.find(message);
    if (it == messages_.end() || (it->second.trashedMs != 0) == trashed) return head_;
    // As the store marks it: the moment tells what went together.
    const std::int64_t before = it->second.trashedMs;
    std::int64_t moment = 0;
    if (trashed) {
        moment = 1;
        for (const auto& [id, each] : messages_) moment = std::max(moment, each.trashedMs + 1);
    }
    std::vector<std::int64_t> branch{message};
    for (std::size_t i = 0; i < branch.size(); ++i) {
        StoredMessage& each = messages_.at(branch[i]);
        if (each.trashedMs == before) each.trashedMs = moment;
        for (const auto& [id, child] : messages_)
            if (child.parent == branch[i]) branch.push_back(id);
    }
    if (!trashed) {
        head_ = leafBelow(message);
    } else if (!shown(head_)) {
        const std::int64_t parent = it->second.parent;
        const auto left = children(parent);
        head_ = left.empty() ? parent : leafBelow(left.back());
    }
    return head_;
}

const StoredMessage* ConversationTree::find(std::int64_t message) const {
    const auto it = messages_.find(message);
    return it == messages_.end() ? nullptr : &it->second;
}

std::vector<const StoredMessage*> ConversationTree::path() const { return pathTo(head_); }

std::vector<const StoredMessage*> ConversationTree::pathTo(std::int64_t message) const {
    std::vector<const StoredMessage*> path;
    // A parent is older than its child: a store that says otherwise makes no loop.
    for (const StoredMessage* each = find(message); each != nullptr;
         each = each->parent < each->id ? find(each->parent) : nullptr)
        path.push_back(each);
    std::reverse(path.begin(), path.end());
    return path;
}

std::vector<std::int64_t> ConversationTree::siblings(std::int64_t message) const {
    const StoredMessage* self = find(message);
    if (self == nullptr) return {};
    std::vector<std::int64_t> all = children(self->parent);
    // A question and an answer that follow the same message are no alternatives of each other.
    std::erase_if(all, [&](std::int64_t id) { return messages_.at(id).role != self->role; });
    return all;
}

std::int64_t ConversationTree::leafBelow(std::int64_t message) const {
    for (auto next = children(message); !next.empty(); next = children(message)) message = next.back();
    return message;
}

std::vector<std::int64_t> ConversationTree::children(std::int64_t parent) const {
    std::vector<std::int64_t> ids;
    for (const auto& [id, message] : messages_)
        if (message.parent == parent && id > parent && message.trashedMs == 0) ids.push_back(id);
    return ids;
}

bool ConversationTree::shown(std::int64_t message) const {
    const StoredMessage* each = find(message);
    return each != nullptr && each->trashedMs == 0;
}

}  // namespace tritlab
