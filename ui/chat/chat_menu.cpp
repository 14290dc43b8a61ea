#include "ui/chat/chat_menu.h"

#include <QAction>

namespace tritlab {

QAction* ChatMenu::add(const char* name, const QString& text, const QString& keys, const std::function<void()>& work) {
    auto* action = new QAction(text, chat_);
    action->setObjectName(name);
    action->setShortcut(QKeySequence(keys));
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, chat_, work);
    chat_->addAction(action);
    addAction(action);
    return action;
}

}  // namespace tritlab
