// The line above the chat: the conversation's title between the buttons for the kept conversations, a new one, and what
// can be done with this one.
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace tritlab {

class ChatMenu;

class ChatHead : public QWidget {
    Q_OBJECT
public:
    // chat: where the menu's keys work.
    explicit ChatHead(QWidget* chat);
    void setTitle(const QString& title);
    void setListShown(bool shown);  // listToggled() follows where it was not
    [[nodiscard]] ChatMenu* menu() const { return menu_; }

Q_SIGNALS:
    void listToggled(bool shown);
    void newWanted();

private:
    QToolButton* list_;
    QLabel* title_;
    ChatMenu* menu_;
};

}  // namespace tritlab
