#include "app/gui/chat_dock.h"

#include <QAction>
#include <QMainWindow>
#include <QUndoStack>

#include "app/gui/named_action.h"
#include "ui/chat/chat_pane.h"
#include "ui/theme/icons.h"

namespace tritlab {

ChatDock::ChatDock(ChatPane* pane, QUndoStack* undo, QMainWindow* window)
    : QDockWidget(tr("Chat"), window), window_(window), pane_(pane) {
    setObjectName("chatDock");
    action_ = namedAction(window, "toggleChat", tr("&Chat"), QKeySequence("Ctrl+T"), tr("Talk to a model"));
    action_->setIcon(lineIcon(IconShape::Chat));
    action_->setCheckable(true);
    makeUndo(undo);
    setWidget(pane);
    setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetFloatable);
    window->addDockWidget(Qt::RightDockWidgetArea, this);
    hide();
    connect(pane, &ChatPane::roomWanted, this,
            [this](int width) { window_->resizeDocks({this}, {width}, Qt::Horizontal); });
    connect(action_, &QAction::triggered, this, &ChatDock::reveal);
    connect(toggleViewAction(), &QAction::toggled, action_, &QAction::setChecked);
}

void ChatDock::makeUndo(QUndoStack* stack) {
    QAction* undo = stack->createUndoAction(pane_, tr("&Undo"));
    undo->setObjectName("chatUndo");
    undo->setShortcut(QKeySequence::Undo);
    QAction* redo = stack->createRedoAction(pane_, tr("Re&do"));
    redo->setObjectName("chatRedo");
    redo->setShortcut(QKeySequence::Redo);
    for (QAction* action : {undo, redo}) action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    pane_->addActions({undo, redo});
}

void ChatDock::reveal(bool shown) {
    const bool was = isVisible();
    setVisible(shown);
    action_->setChecked(shown);
    if (!shown || was) return;
    const int width = pane_->usualWidth();
    window_->resizeDocks({this}, {width}, Qt::Horizontal);
    Q_EMIT revealed(width);
    pane_->setFocus();
}

void ChatDock::talkToRun(const QString& run) {
    pane_->setModelRun(run);
    reveal(true);
}

void ChatDock::talkToModel(const QString& path) {
    pane_->setModelFolder(path);
    reveal(true);
}

}  // namespace tritlab
