// The chat's menu behind its button. Each action in it answers to its keys wherever the focus is in the chat.
#pragma once

#include <QMenu>
#include <functional>

namespace tritlab {

class ChatMenu : public QMenu {
    Q_OBJECT
public:
    ChatMenu(QWidget* chat, QWidget* button) : QMenu(button), chat_(chat) {}
    QAction* add(const char* name, const QString& text, const QString& keys, const std::function<void()>& work);

private:
    QWidget* chat_;
};

}  // namespace tritlab
