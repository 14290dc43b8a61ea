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

// What a prompt's length is counted with: of a model, all but its weights.
struct ReadableModel {
    const ModelDescription* description = nullptr;
    const Tokenizer* tokenizer = nullptr;
    const ChatFormat* format = nullptr;
};

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

    // Of the weights that are there now, until the next call. Throws Error where there are none.
    ReadableModel readable(const ChatModel& model);

private:
    struct Read {
        std::filesystem::path folder;
        std::filesystem::file_time_type written;
        ModelDescription description;
        std::shared_ptr<const Tokenizer> tokenizer;
        ChatFormat format;
    };
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
    std::list<Read> read_;      // the same
};

}  // namespace tritlab
