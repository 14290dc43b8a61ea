#include "ui/chat/message_actions.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <algorithm>

#include "ui/chat/chat_command.h"
#include "ui/chat/chat_menu.h"

namespace tritlab {

void MessageActions::addTo(ChatMenu* menu) {
    const auto onLast = [this, menu](const char* name, const QString& text, const QString& keys, Role role, Act what) {
        return menu->add(name, text, keys, [this, role, what] { actOnLast(role, what); });
    };
    const Role model = Role::Assistant;
    needAnswer_ = {onLast("chatRegenerate", tr("&Regenerate the last answer"), "Ctrl+Shift+R", model, Act::Regenerate),
                   onLast("chatContinue", tr("C&ontinue the last answer"), "Ctrl+Shift+G", model, Act::Continue),
                   onLast("chatEditAnswer", tr("Edit the last &answer"), "Ctrl+Shift+A", model, Act::Edit),
                   onLast("chatCopy", tr("&Copy the last answer"), "Ctrl+Shift+C", model, Act::Copy)};
    needQuestion_ = {onLast("chatEdit", tr("&Edit the last question"), "Ctrl+Shift+E", Role::User, Act::Edit)};
    needConversation_ = {
        menu->add("chatPreviousBranch", tr("&Previous branch"), "Alt+Left", [this] { stepBranch(-1); }),
        menu->add("chatNextBranch", tr("Ne&xt branch"), "Alt+Right", [this] { stepBranch(1); }),
        menu->add("chatDeleteMessage", tr("Delete the last &message"), "Ctrl+Shift+Backspace",
                  [this] { removeLast(); })};
}

void MessageActions::update(bool working) {
    working_ = working;
    const auto path = lanes_[0]->tree().path();
    const bool answered =
        std::any_of(path.begin(), path.end(), [](const auto* each) { return each->role == "assistant"; });
    for (QAction* each : needAnswer_) each->setEnabled(answered && !working);
    for (QAction* each : needQuestion_) each->setEnabled(!path.empty() && !working);
    for (QAction* each : needConversation_) each->setEnabled(lanes_[0]->conversation().id != 0 && !working);
}

void MessageActions::copy(const QString& text) { QApplication::clipboard()->setText(text); }

void MessageActions::act(int number, TranscriptView::Act what, qint64 id) {
    ChatLane* at = lanes_.at(static_cast<std::size_t>(number));
    const StoredMessage* message = at->tree().find(id);
    if (message == nullptr) return;
    if (what == Act::Copy) {
        copy(QString::fromStdString(message->text));
        return;
    }
    if (working_) return;
    switch (what) {
        case Act::Edit: Q_EMIT editWanted(number, id); break;
        case Act::Regenerate:
            if (message->parent != 0) Q_EMIT answerWanted(number, message->parent);
            break;
        case Act::Continue: Q_EMIT continueWanted(number, id); break;
        case Act::Answer: Q_EMIT answerWanted(number, id); break;
        case Act::Remove: remove(at, id); break;
        case Act::Previous: at->step(id, -1); break;
        case Act::Next: at->step(id, 1); break;
        default: break;
    }
}

void MessageActions::actOnLast(Role role, TranscriptView::Act what) {
    const auto path = lanes_[0]->tree().path();
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
        if (((*it)->role == "assistant") != (role == Role::Assistant)) continue;
        act(0, what, (*it)->id);
        return;
    }
}

// Of the newest message that has another branch.
void MessageActions::stepBranch(int by) {
    if (working_) return;
    const auto path = lanes_[0]->tree().path();
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
        if (lanes_[0]->tree().siblings((*it)->id).size() < 2) continue;
        lanes_[0]->step((*it)->id, by);
        return;
    }
}

void MessageActions::removeLast() {
    if (const auto path = lanes_[0]->tree().path(); !path.empty()) act(0, Act::Remove, path.back()->id);
}

void MessageActions::remove(ChatLane* at, qint64 id) {
    const qint64 conversation = at->conversation().id;
    host_->pushUndo(new ChatCommand(tr("delete the message"), [this, at, conversation, id](bool done) {
        host_->write(done ? tr("delete the message") : tr("bring the message back"),
                     [id, done](StoreWriter& writer) { writer.trashMessage(id, done); });
        if (at->conversation().id != conversation) return;
        at->setTrashed(id, done);
        at->showBranch(at->tree().head());
        Q_EMIT removed();
    }));
}

}  // namespace tritlab
