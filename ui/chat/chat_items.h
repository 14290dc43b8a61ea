// Stored messages as the transcript shows them, and as a file for others.
#pragma once

#include "core/store/run_store.h"
#include "ui/chat/conversation_tree.h"
#include "ui/chat/transcript_view.h"

namespace tritlab {

std::vector<TranscriptView::Item> itemsOf(const ConversationTree& tree);
TranscriptView::Item itemOf(const ConversationTree& tree, const StoredMessage& message);
QString figuresOf(const nlohmann::json& details);  // "42 tokens · 310 tok/s · first after 12 ms · step-00001300"

// A conversation as a file. Markdown and Text: the branch that is shown; Json: all branches with their details.
enum class ConversationFormat { Markdown, Text, Json };
std::string exported(const Conversation& conversation, const ConversationTree& tree,
                     const std::vector<StoredMessage>& messages, ConversationFormat format);

}  // namespace tritlab
