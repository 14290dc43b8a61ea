// A conversation as a tree: an edited question or a regenerated answer is another child of the same message. The head
// is the last message of the branch that is shown.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/store/run_store.h"

namespace tritlab {

class ConversationTree {
public:
    void clear();
    // Messages in the trash are kept, and not shown. head 0, or one that is not there: the newest message.
    void set(const std::vector<StoredMessage>& messages, std::int64_t head);
    void add(const StoredMessage& message);  // becomes the head; one that is there already is replaced
    void setHead(std::int64_t message);
    // Hides or shows a message with what went with it; the head moves to where something is left. Gives the new head.
    std::int64_t setTrashed(std::int64_t message, bool trashed);

    [[nodiscard]] std::int64_t head() const { return head_; }
    [[nodiscard]] bool empty() const { return path().empty(); }
    [[nodiscard]] const StoredMessage* find(std::int64_t message) const;
    [[nodiscard]] std::vector<const StoredMessage*> path() const;  // from the first to the head
    [[nodiscard]] std::vector<const StoredMessage*> pathTo(std::int64_t message) const;
    [[nodiscard]] std::vector<std::int64_t> siblings(std::int64_t message) const;  // itself among them, oldest first
    [[nodiscard]] std::int64_t leafBelow(std::int64_t message) const;  // following the newest child each time

private:
    [[nodiscard]] std::vector<std::int64_t> children(std::int64_t parent) const;
    [[nodiscard]] bool shown(std::int64_t message) const;
    std::map<std::int64_t, StoredMessage> messages_;
    std::int64_t head_ = 0;
};

}  // namespace tritlab
