// The chat beside the pages: its pane in a dock, the action that shows it, its own undo.
#pragma once

#include <QDockWidget>

class QAction;
class QMainWindow;
class QUndoStack;

namespace tritlab {

class ChatPane;

class ChatDock : public QDockWidget {
    Q_OBJECT
public:
    // At the right of the window, hidden. Takes the pane.
    ChatDock(ChatPane* pane, QUndoStack* undo, QMainWindow* window);
    [[nodiscard]] ChatPane* pane() const { return pane_; }
    [[nodiscard]] QAction* action() const { return action_; }  // shows and hides it
    void reveal(bool shown);                                   // with room for one lane or two, and the focus
    // A run, a model folder or GGUF file to talk to, and the chat is shown.
    void talkToRun(const QString& run);
    void talkToModel(const QString& path);

Q_SIGNALS:
    void revealed(int width);  // which it takes of the window's

private:
    void makeUndo(QUndoStack* undo);
    QMainWindow* window_;
    ChatPane* pane_;
    QAction* action_;
};

}  // namespace tritlab
