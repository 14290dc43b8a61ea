#include "ui/chat/conversation_actions.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QLineEdit>

#include "core/base/files.h"
#include "ui/chat/chat_command.h"
#include "ui/chat/chat_items.h"
#include "ui/chat/stored_conversation.h"
#include "ui/services/store_reader.h"

namespace tritlab {

ConversationActions::ConversationActions(StoreReader* reader, ChatHost* host, QWidget* parent)
    : QObject(parent), window_(parent), reader_(reader), host_(host) {}

void ConversationActions::rename(qint64 id, const QString& title) {
    if (id == 0) return;
    bool accepted = false;
    const QString name =
        QInputDialog::getText(window_, tr("Rename the conversation"), tr("Title"), QLineEdit::Normal, title, &accepted)
            .trimmed();
    if (!accepted || name.isEmpty()) return;
    host_->write(
        tr("rename the conversation"),
        [id, name = name.toStdString()](StoreWriter& writer) { writer.renameConversation(id, name); },
        [this, id, name] { Q_EMIT renamed(id, name); });
}

void ConversationActions::remove(qint64 id) {
    reader_->ask(
        this, [id](RunStore& store) { return readConversation(store, id); },
        [this](const StoredConversation& stored) {
            std::vector<std::int64_t> ids;
            for (const Conversation& each : stored.conversations) ids.push_back(each.id);
            if (ids.empty()) return;
            host_->pushUndo(new ChatCommand(tr("delete the conversation"), [this, ids](bool done) {
                host_->write(
                    done ? tr("delete the conversation") : tr("bring the conversation back"),
                    [ids, done](StoreWriter& writer) {
                        for (const std::int64_t each : ids) writer.trashConversation(each, done);
                    },
                    [this, ids, done] {
                        if (done) Q_EMIT removed(ids.front());
                        else Q_EMIT broughtBack(ids.front());
                    });
            }));
        });
}

void ConversationActions::askWhereToExport(const std::vector<ChatLane*>& lanes) {
    const Conversation& first = lanes.front()->conversation();
    if (first.id == 0) return;
    QString name;
    for (const QChar c : QString::fromStdString(first.title)) name += c.isLetterOrNumber() ? c : QChar('-');
    const QString path = QFileDialog::getSaveFileName(window_, tr("Export the conversation"), name.left(40) + ".md",
                                                      tr("Markdown (*.md);;JSON, all branches (*.json);;Text (*.txt)"));
    if (!path.isEmpty()) exportTo(path, lanes);
}

void ConversationActions::exportTo(const QString& path, const std::vector<ChatLane*>& lanes) {
    const auto format = path.endsWith(".json", Qt::CaseInsensitive)  ? ConversationFormat::Json
                        : path.endsWith(".txt", Qt::CaseInsensitive) ? ConversationFormat::Text
                                                                     : ConversationFormat::Markdown;
    for (ChatLane* each : lanes) {
        const qint64 id = each->conversation().id;
        if (id == 0) continue;
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
