// What the chat pane does with conversations that are kept: opens, renames, deletes with undo, exports.
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QToolButton>
#include <QUndoCommand>

#include "core/base/files.h"
#include "ui/chat/chat_items.h"
#include "ui/chat/chat_options.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/conversation_list.h"
#include "ui/services/draft_keeper.h"
#include "ui/services/store_reader.h"

namespace tritlab {

namespace {

class ChatCommand : public QUndoCommand {
public:
    ChatCommand(const QString& text, std::function<void(bool)> work) : QUndoCommand(text), work_(std::move(work)) {}
    void redo() override { work_(true); }
    void undo() override { work_(false); }

private:
    std::function<void(bool done)> work_;
};

// A conversation with its partner of side by side, the first of the two first.
struct OpenedConversation {
    std::vector<Conversation> conversations;
    std::vector<std::vector<StoredMessage>> messages;
};

// 0: of a conversation that has not begun.
std::string draftName(qint64 conversation) { return "chat-" + std::to_string(conversation); }

std::string pairOf(const Conversation& conversation) {
    return conversation.settings.is_object() ? conversation.settings.value("pair", std::string()) : std::string();
}

OpenedConversation readConversation(RunStore& store, std::int64_t id) {
    OpenedConversation opened;
    const auto wanted = store.conversation(id);
    if (!wanted) return opened;
    opened.conversations.push_back(*wanted);
    if (const std::string pair = pairOf(*wanted); !pair.empty())
        for (const Conversation& each : store.conversations())
            if (each.id != id && pairOf(each) == pair) opened.conversations.push_back(each);
    std::sort(opened.conversations.begin(), opened.conversations.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    if (opened.conversations.size() > 2) opened.conversations.resize(2);
    for (const Conversation& each : opened.conversations) opened.messages.push_back(store.messages(each.id));
    return opened;
}

}  // namespace

// What is being written belongs to its conversation, and is kept while it is written. An edit of a message is such a
// text too.
void ChatPane::keepDraft() {
    if (draftOf_ < 0) return;
    nlohmann::json draft;
    if (const QString text = input_->toPlainText(); !text.isEmpty()) {
        draft = {{"text", text.toStdString()}};
        if (editing_.message != 0) draft["edits"] = {{"lane", editing_.lane}, {"message", editing_.message}};
    }
    drafts_->keep(draftName(draftOf_), draft);
}

// Another conversation comes: what is in the input stays kept where it belongs.
void ChatPane::leaveDraft() {
    draftOf_ = -1;
    endEditing();
    input_->clear();
}

void ChatPane::showDraft() {
    const qint64 conversation = lane(0)->conversation().id;
    const nlohmann::json draft = drafts_->draft(draftName(conversation));
    if (draft.is_object()) {
        try {
            if (const auto edits = draft.find("edits"); edits != draft.end()) {
                const int number = edits->value("lane", 0);
                if (number >= 0 && static_cast<std::size_t>(number) < lanes_.size())
                    edit(number, edits->value("message", qint64{0}));
            }
            input_->setPlainText(QString::fromStdString(draft.value("text", std::string())));
        } catch (const nlohmann::json::exception&) {
            endEditing();  // written by another version, or by hand
        }
        input_->moveCursor(QTextCursor::End);
    }
    draftOf_ = conversation;
}

// To a conversation that begins now, unless there is a text that waits for it.
QString ChatPane::takeDraftAlong() {
    if (editing_.message != 0 || (draftOf_ != 0 && !drafts_->draft(draftName(0)).is_null())) return {};
    const QString text = input_->toPlainText();
    input_->clear();
    return text;
}

void ChatPane::removeMessage(int number, qint64 id) {
    ChatLane* at = lane(number);
    const qint64 conversation = at->conversation().id;
    host_->pushUndo(new ChatCommand(tr("delete the message"), [this, at, conversation, id](bool done) {
        host_->write(done ? tr("delete the message") : tr("bring the message back"),
                     [id, done](StoreWriter& writer) { writer.trashMessage(id, done); });
        if (at->conversation().id != conversation) return;
        at->setTrashed(id, done);
        at->showBranch(at->tree().head());
        updateState();
    }));
}

void ChatPane::removeConversation(qint64 id) {
    if (id == 0 || postponed([this, id] { removeConversation(id); })) return;
    reader_->ask(
        this, [id](RunStore& store) { return readConversation(store, id); },
        [this](const OpenedConversation& opened) {
            std::vector<std::int64_t> ids;
            for (const Conversation& each : opened.conversations) ids.push_back(each.id);
            if (ids.empty()) return;
            host_->pushUndo(new ChatCommand(tr("delete the conversation"), [this, ids](bool done) {
                host_->write(
                    done ? tr("delete the conversation") : tr("bring the conversation back"),
                    [ids, done](StoreWriter& writer) {
                        for (const std::int64_t each : ids) writer.trashConversation(each, done);
                    },
                    [this, ids, done] {
                        list_->reload();
                        if (done && lane(0)->conversation().id == ids.front()) beginConversation();
                        if (!done && stack_->currentWidget() != list_) openConversation(ids.front());
                    });
            }));
        });
}

void ChatPane::renameConversation(qint64 id, const QString& title) {
    if (id == 0) return;
    bool accepted = false;
    const QString name =
        QInputDialog::getText(this, tr("Rename the conversation"), tr("Title"), QLineEdit::Normal, title, &accepted)
            .trimmed();
    if (!accepted || name.isEmpty()) return;
    host_->write(
        tr("rename the conversation"),
        [id, name = name.toStdString()](StoreWriter& writer) { writer.renameConversation(id, name); },
        [this, id, name] {
            list_->reload();
            if (lane(0)->conversation().id == id) lane(0)->setTitle(name.toStdString());
            updateState();
        });
}

void ChatPane::openConversation(qint64 id) {
    if (postponed([this, id] { openConversation(id); })) return;
    reader_->ask(
        this, [id](RunStore& store) { return readConversation(store, id); },
        [this](const OpenedConversation& opened) {
            if (opened.conversations.empty() || busy() || sending_) return;
            keepSettings();
            leaveDraft();
            const QSignalBlocker quiet(compareButton_);
            compareButton_->setChecked(opened.conversations.size() == 2);
            lane(1)->setVisible(compares());
            if (compares()) Q_EMIT roomWanted(760);
            for (ChatLane* each : lanes_) each->clear();
            options_->setJson(opened.conversations.front().settings);
            for (std::size_t i = 0; i < opened.conversations.size(); ++i)
                lanes_[i]->open(opened.conversations[i], opened.messages[i]);
            showDraft();
            showList(false);
            updateState();
        });
}

void ChatPane::exportConversation() {
    if (lane(0)->conversation().id == 0) return;
    QString name;
    for (const QChar c : QString::fromStdString(lane(0)->conversation().title))
        name += c.isLetterOrNumber() ? c : QChar('-');
    const QString path = QFileDialog::getSaveFileName(this, tr("Export the conversation"), name.left(40) + ".md",
                                                      tr("Markdown (*.md);;JSON, all branches (*.json);;Text (*.txt)"));
    if (!path.isEmpty()) exportTo(path);
}

void ChatPane::exportTo(const QString& path) {
    const auto format = path.endsWith(".json", Qt::CaseInsensitive)  ? ConversationFormat::Json
                        : path.endsWith(".txt", Qt::CaseInsensitive) ? ConversationFormat::Text
                                                                     : ConversationFormat::Markdown;
    for (ChatLane* each : lanes()) {
        const qint64 id = each->conversation().id;
        if (id == 0) continue;
        // Two that were held side by side make two files.
        QString file = path;
        if (each->number() == 1) file.insert(path.lastIndexOf('.') < 0 ? path.size() : path.lastIndexOf('.'), "-2");
        const qint64 head = each->tree().head();
        host_->write(
            tr("export the conversation"),
            [id, head, file, format](StoreWriter& writer) {
                RunStore store(writer.workspace());
                const auto conversation = store.conversation(id);
                if (!conversation) return;
                const auto messages = store.messages(id);
                ConversationTree tree;
                tree.set(messages, head);
                writeFileAtomically(file.toStdString(), exported(*conversation, tree, messages, format));
            },
            [each, file] { each->onStatus(tr("Exported to %1").arg(file)); },
            [each](const QString& why) { each->showError(why); });
    }
}

}  // namespace tritlab
