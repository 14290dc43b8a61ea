// Between the chat pane and the threads that write and answer; keeps the chat's undo where the window has none.
#pragma once

#include <QObject>
#include <QUndoStack>
#include <memory>

#include "core/base/workspace.h"
#include "ui/chat/chat_host.h"

namespace tritlab {

class ActivationQuestion;
class ChatPane;
class ChatWorker;
class RunListModel;
class StoreActions;
class StoreReader;

class ChatController : public QObject, public ChatHost {
    Q_OBJECT
public:
    ChatController(const Workspace& workspace, StoreActions* actions, RunListModel* runs, QObject* parent);
    ~ChatController() override;
    void open(ChatPane* pane);  // the store is open: from here on questions are answered
    void close();               // ends the answer that comes; what there is of it is stored
    [[nodiscard]] QUndoStack* undoStack() { return &undo_; }
    [[nodiscard]] ActivationQuestion* activationQuestion() const { return activation_; }

    void write(const QString& what, std::function<void(StoreWriter&)> work, std::function<void()> done,
               std::function<void(const QString&)> failed) override;
    void ask(const ChatQuestion& question) override;
    void prepare(int lane, const ChatModel& model) override;
    bool measure(const ChatQuestion& question, qint64 version) override;
    bool preview(const ChatQuestion& question, std::function<void(const PromptPreview&)> done) override;
    void stop() override;
    void pushUndo(QUndoCommand* command) override;

private:
    [[nodiscard]] bool trains(const ChatModel& model) const;
    Workspace workspace_;
    StoreActions* actions_;
    RunListModel* runs_;
    ActivationQuestion* activation_;
    ChatPane* pane_ = nullptr;
    std::unique_ptr<ChatWorker> worker_;
    QUndoStack undo_;
};

}  // namespace tritlab
