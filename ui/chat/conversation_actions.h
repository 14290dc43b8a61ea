// What can be done to a conversation as a whole: rename, delete (with undo), export. What is shown follows by signals.
#pragma once

#include <QObject>
#include <vector>

#include "ui/chat/chat_lane.h"

class QWidget;

namespace tritlab {

class ConversationActions : public QObject {
    Q_OBJECT
public:
    ConversationActions(StoreReader* reader, ChatHost* host, QWidget* parent);  // parent: of its dialogs
    void rename(qint64 conversation, const QString& title);                     // asks for another title
    void remove(qint64 conversation);                                           // with its partner of side by side
    void askWhereToExport(const std::vector<ChatLane*>& lanes);
    // By the path's ending: .json, .txt, else Markdown. A lane's status says where it went; the second has a file of
    // its own beside.
    void exportTo(const QString& path, const std::vector<ChatLane*>& lanes);

Q_SIGNALS:
    void renamed(qint64 conversation, const QString& title);
    void removed(qint64 conversation);
    void broughtBack(qint64 conversation);

private:
    QWidget* window_;
    StoreReader* reader_;
    ChatHost* host_;
};

}  // namespace tritlab
