#include "app/gui/store_change.h"

#include <QUndoStack>
#include <utility>

#include "app/services/store_actions.h"

namespace tritlab {

namespace {

class StoreChange : public QUndoCommand {
public:
    StoreChange(StoreActions* actions, const QString& text, StoreChanges::Work again, StoreChanges::Work back)
        : QUndoCommand(text), actions_(actions), again_(std::move(again)), back_(std::move(back)) {}
    void redo() override {
        if (!std::exchange(done_, true)) return;  // it is in the store already when it comes onto the stack
        actions_->run(StoreChanges::tr("redo: %1").arg(text()), again_);
    }
    void undo() override { actions_->run(StoreChanges::tr("undo: %1").arg(text()), back_); }

private:
    StoreActions* actions_;
    StoreChanges::Work again_, back_;
    bool done_ = false;
};

}  // namespace

StoreChanges::StoreChanges(StoreActions* actions, QObject* parent)
    : QObject(parent), actions_(actions), stack_(new QUndoStack(this)) {
    stack_->setObjectName("undoStack");
}

void StoreChanges::apply(const QString& text, Work redo, Work undo) {
    actions_->ask(
        text, this,
        [redo](StoreWriter& writer) {
            redo(writer);
            return true;
        },
        [this, text, redo, undo](bool) { stack_->push(new StoreChange(actions_, text, redo, undo)); });
}

}  // namespace tritlab
