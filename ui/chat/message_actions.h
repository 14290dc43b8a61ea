// What can be done to the messages of a conversation, from the links beside them and from the chat's menu: copy, edit,
// regenerate, continue, answer, delete (with undo), show another branch. Answers and edits are the pane's to begin.
#pragma once

#include <QList>
#include <QObject>
#include <array>

#include "ui/chat/chat_lane.h"

class QAction;

namespace tritlab {

class ChatMenu;

class MessageActions : public QObject {
    Q_OBJECT
public:
    using Act = TranscriptView::Act;
    MessageActions(const std::array<ChatLane*, 2>& lanes, ChatHost* host, QObject* parent)
        : QObject(parent), lanes_(lanes), host_(host) {}
    void addTo(ChatMenu* menu);  // those of the first lane's newest messages
    // What the branch that is shown allows. While the chat works on a message, nothing but copying.
    void update(bool working);
    void act(int lane, TranscriptView::Act act, qint64 message);
    void actOnLast(Role role, TranscriptView::Act act);  // on the newest message of that side
    static void copy(const QString& text);

Q_SIGNALS:
    void editWanted(int lane, qint64 message);
    void answerWanted(int lane, qint64 question);
    void continueWanted(int lane, qint64 answer);
    void removed();  // or brought back

private:
    void stepBranch(int by);
    void removeLast();
    void remove(ChatLane* lane, qint64 message);
    std::array<ChatLane*, 2> lanes_;
    ChatHost* host_;
    QList<QAction*> needAnswer_, needQuestion_, needConversation_;
    bool working_ = false;
};

}  // namespace tritlab
