// A change to a conversation that can be undone: work(true) does it, work(false) takes it back.
#pragma once

#include <QUndoCommand>
#include <functional>
#include <utility>

namespace tritlab {

class ChatCommand : public QUndoCommand {
public:
    ChatCommand(const QString& text, std::function<void(bool)> work) : QUndoCommand(text), work_(std::move(work)) {}
    void redo() override { work_(true); }
    void undo() override { work_(false); }

private:
    std::function<void(bool)> work_;
};

}  // namespace tritlab
