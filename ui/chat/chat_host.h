// What the chat pane needs of its window: threads that write and answer, and a stack for undo.
#pragma once

#include <QString>
#include <functional>

#include "ui/chat/chat_values.h"

class QUndoCommand;

namespace tritlab {

class StoreWriter;

class ChatHost {
public:
    virtual ~ChatHost() = default;
    // Runs `work` on the writing thread, in the order of the calls; then `done`, or `failed` with what it threw, on
    // this one. Either may be empty; without `failed` the window shows the message.
    virtual void write(const QString& what, std::function<void(StoreWriter&)> work, std::function<void()> done = {},
                       std::function<void(const QString&)> failed = {}) = 0;
    virtual void ask(const ChatQuestion& question) = 0;          // questions are answered one after another
    virtual void prepare(int lane, const ChatModel& model) = 0;  // a question is being written: load what will answer
    // Comes back as PromptGauge::onMeasured with this version; reads the model's tokenizer, not its weights. False:
    // nobody answers questions yet.
    virtual bool measure(const ChatQuestion& question, qint64 version) = 0;
    // `done` comes on this thread. False: as above.
    virtual bool preview(const ChatQuestion& question, std::function<void(const PromptPreview&)> done) = 0;
    virtual void stop() = 0;                           // the answer that comes, and the questions that wait
    virtual void pushUndo(QUndoCommand* command) = 0;  // takes it, and calls redo()
};

}  // namespace tritlab
