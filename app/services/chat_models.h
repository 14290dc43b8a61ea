// The models that chats have open: the two used last, each as long as its folder stays as it is.
#pragma once

#include <filesystem>
#include <functional>
#include <list>
#include <memory>

#include "core/base/stop_token.h"
#include "core/base/workspace.h"
#include "core/infer/chat_session.h"
#include "ui/chat/chat_values.h"

namespace tritlab {

class StoreWriter;

class ChatModels {
public:
    using Tell = std::function<void(const QString&)>;
    ChatModels(const Workspace& workspace, std::shared_ptr<StoreWriter> writer);

    struct Open {
        std::filesystem::path folder;
        ChatSession* session = nullptr;
    };
    // `training`: asks the trainer for a snapshot and waits for it. Throws Error where there are no weights.
    Open open(const ChatModel& model, bool training, const StopToken& stop, const Tell& tell);

private:
    struct Loaded {
        std::filesystem::path folder;
        std::filesystem::file_time_type written;
        bool fullPrecision = false, training = false;
        std::unique_ptr<ChatSession> session;
    };
    std::filesystem::path folderOf(const ChatModel& model, bool training, const StopToken& stop,
                                   const Tell& tell) const;
    Workspace workspace_;
    std::shared_ptr<StoreWriter> writer_;
    std::list<Loaded> loaded_;  // used last first
};

}  // namespace tritlab
