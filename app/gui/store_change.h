// Changes that a person makes to runs, as commands with their inverses: done first, and put on the undo stack once they
// are in the store.
#pragma once

#include <QObject>
#include <functional>

class QUndoStack;

namespace tritlab {

class StoreActions;
class StoreWriter;

class StoreChanges : public QObject {
    Q_OBJECT
public:
    explicit StoreChanges(StoreActions* actions, QObject* parent = nullptr);
    [[nodiscard]] QUndoStack* stack() const { return stack_; }
    using Work = std::function<void(StoreWriter&)>;
    // `text` names it in the menu ("Undo rename"). What fails never comes onto the stack; StoreActions tells of it.
    void apply(const QString& text, Work redo, Work undo);

private:
    StoreActions* actions_;
    QUndoStack* stack_;
};

}  // namespace tritlab
