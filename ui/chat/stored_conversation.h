// A conversation as the store has it, with its partner where two were held side by side.
#pragma once

#include <vector>

#include "core/store/run_store.h"

namespace tritlab {

struct StoredConversation {
    std::vector<Conversation> conversations;           // the older first; empty: there is none with this id
    std::vector<std::vector<StoredMessage>> messages;  // of each
};
StoredConversation readConversation(RunStore& store, std::int64_t id);

}  // namespace tritlab
