#include "ui/chat/message_sender.h"

#include <QDateTime>
#include <QUuid>
#include <memory>
#include <utility>

#include "ui/chat/model_picker.h"

namespace tritlab {

namespace {

std::string titleOf(const QString& text) { return text.trimmed().section('\n', 0, 0).left(60).toStdString(); }

Conversation begunWith(const NewMessage& message, std::int64_t id) {
    Conversation begun;
    begun.id = id;
    begun.title = message.title;
    begun.model = message.model;
    begun.settings = message.settings;
    begun.createdMs = QDateTime::currentMSecsSinceEpoch();
    return begun;
}

StoredMessage storedAs(const NewMessage& message, const AddedMessage& added) {
    StoredMessage stored;
    stored.id = added.message;
    stored.conversation = added.conversation;
    stored.parent = message.parent;
    stored.role = message.role;
    stored.text = message.text;
    stored.details = message.details;
    return stored;
}

}  // namespace

void MessageSender::sendQuestion(const QString& text, const std::vector<ChatLane*>& to, const nlohmann::json& options,
                                 const AnswerSettings& settings) {
    Sending sending{{}, to, {}, settings, true};
    const std::string pair = QUuid::createUuid().toString(QUuid::Id128).toStdString();
    for (const ChatLane* each : to) {
        nlohmann::json held = each->settings(options);
        if (each->conversation().id == 0 && to.size() > 1) held["pair"] = pair;
        sending.messages.push_back({each->conversation().id,
                                    each->tree().head(),
                                    "user",
                                    text.toStdString(),
                                    {},
                                    titleOf(text),
                                    each->picker()->model().key().toStdString(),
                                    held});
    }
    store(std::move(sending));
}

bool MessageSender::sendEdited(const QString& text, ChatLane* edited, qint64 id, const std::vector<ChatLane*>& lanes,
                               const AnswerSettings& settings) {
    const StoredMessage* message = edited->tree().find(id);
    if (message == nullptr) return false;
    const bool answer = message->role == "assistant";
    Sending sending{{}, {}, {}, settings, !answer};
    const auto place = edited->tree().pathTo(message->id).size() - 1;
    for (ChatLane* each : lanes) {
        const auto path = each->tree().path();
        const bool same = place < path.size() && path[place]->role == message->role;
        if (each != edited && (answer || !same)) continue;
        const StoredMessage* old = each == edited ? message : path[place];
        sending.messages.push_back({each->conversation().id,
                                    old->parent,
                                    old->role,
                                    text.toStdString(),
                                    answer ? nlohmann::json{{"edited", true}} : nlohmann::json::object(),
                                    {},
                                    {},
                                    {}});
        sending.to.push_back(each);
    }
    store(std::move(sending));
    return true;
}

void MessageSender::store(Sending sending) {
    sending_ = true;
    Q_EMIT begun();
    const auto shared = std::make_shared<Sending>(std::move(sending));
    host_->write(
        tr("store the message"),
        [shared](StoreWriter& writer) { shared->added = writer.addMessages(shared->messages); },
        [this, shared] { onStored(*shared); },
        [this](const QString& why) {
            sending_ = false;
            Q_EMIT failed(why);
        });
}

void MessageSender::onStored(const Sending& sending) {
    sending_ = false;
    for (std::size_t i = 0; i < sending.to.size(); ++i) {
        ChatLane* lane = sending.to[i];
        if (lane->conversation().id == 0) lane->begun(begunWith(sending.messages[i], sending.added[i].conversation));
        lane->added(storedAs(sending.messages[i], sending.added[i]));
    }
    Q_EMIT stored();
    if (!sending.ask) return;
    for (std::size_t i = 0; i < sending.to.size(); ++i)
        sending.to[i]->answer(sending.added[i].message, sending.settings);
}

}  // namespace tritlab
