// What the chat pane does: sends, edits, branches, begins conversations and keeps their settings.
#include "ui/chat/chat_pane.h"

#include <QApplication>
#include <QClipboard>
#include <QFrame>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QUuid>

#include "ui/chat/chat_options.h"
#include "ui/chat/conversation_list.h"
#include "ui/chat/model_picker.h"

namespace tritlab {

namespace {

std::string titleOf(const QString& text) { return text.trimmed().section('\n', 0, 0).left(60).toStdString(); }

}  // namespace

std::vector<ChatLane*> ChatPane::lanes() const {
    return compares() ? std::vector<ChatLane*>{lanes_[0], lanes_[1]} : std::vector<ChatLane*>{lanes_[0]};
}

bool ChatPane::compares() const { return compareButton_->isChecked(); }
bool ChatPane::busy() const { return lanes_[0]->busy() || lanes_[1]->busy(); }

void ChatPane::storeOpened() { list_->reload(); }

void ChatPane::setModelRun(const QString& run) {
    if (run.isEmpty() || busy()) return;
    ChatModel model;
    model.run = run;
    choose(model);
}

void ChatPane::setModelFolder(const QString& folder) {
    if (postponed([this, folder] { setModelFolder(folder); })) return;
    ChatModel model;
    model.folder = folder;
    choose(model);
}

void ChatPane::choose(const ChatModel& model) {
    const ChatModel before = lane(0)->picker()->model();
    if (!lane(0)->blank() && (before.run != model.run || before.folder != model.folder)) beginConversation();
    lane(0)->picker()->setModel(model);
    lane(0)->picker()->setTouched(true);
}

void ChatPane::followRun(const QString& run) {
    selectedRun_ = run;
    ModelPicker* picker = lane(0)->picker();
    if (run.isEmpty() || !lane(0)->blank() || picker->touched() || picker->model().run == run) return;
    ChatModel model;
    model.run = run;
    picker->setModel(model);
}

void ChatPane::suggest(const QString& prompt) {
    if (input_->toPlainText().isEmpty()) input_->setPlainText(prompt);
}

AnswerSettings ChatPane::answerSettings() const {
    return {options_->options(), options_->systemPrompt(), options_->raw(), sinceSent_};
}

nlohmann::json ChatPane::settingsOf(const ChatLane& lane) const {
    nlohmann::json settings =
        lane.conversation().settings.is_object() ? lane.conversation().settings : nlohmann::json::object();
    settings.update(options_->toJson());
    settings["precision"] = lane.picker()->model().fullPrecision ? "full" : "packed";
    return settings;
}

bool ChatPane::ready() {
    if (busy() || sending_) return false;
    sinceSent_.start();
    for (ChatLane* each : lanes()) {
        if (!each->picker()->model().empty()) continue;
        each->showError(tr("No model is chosen. Choose a run or a model folder above."));
        return false;
    }
    if (const QString fault = options_->fault(); !fault.isEmpty()) {
        optionsButton_->setChecked(true);
        lane(0)->showError(fault);
        return false;
    }
    return true;
}

void ChatPane::send() {
    const QString text = options_->raw() ? input_->toPlainText() : input_->toPlainText().trimmed();
    if (text.trimmed().isEmpty() || !ready()) return;
    showList(false);
    keepSettings();
    if (editing_.message != 0) sendEdited(text);
    else sendQuestion(text);
}

void ChatPane::sendQuestion(const QString& text) {
    std::vector<NewMessage> messages;
    const std::string pair = QUuid::createUuid().toString(QUuid::Id128).toStdString();
    for (const ChatLane* each : lanes()) {
        nlohmann::json settings = settingsOf(*each);
        if (each->conversation().id == 0 && compares()) settings["pair"] = pair;
        messages.push_back({each->conversation().id,
                            each->tree().head(),
                            "user",
                            text.toStdString(),
                            {},
                            titleOf(text),
                            each->picker()->model().key().toStdString(),
                            settings});
    }
    storeMessages(messages, lanes(), true);
}

// An edited question is another child of what it follows, in both conversations of side by side; an edited answer only
// in its own.
void ChatPane::sendEdited(const QString& text) {
    ChatLane* edited = lane(editing_.lane);
    const StoredMessage* message = edited->tree().find(editing_.message);
    if (message == nullptr) {
        endEditing();
        return;
    }
    const bool answer = editing_.role == Role::Assistant;
    const auto place = edited->tree().pathTo(message->id).size() - 1;
    std::vector<NewMessage> messages;
    std::vector<ChatLane*> to;
    for (ChatLane* each : lanes()) {
        const auto path = each->tree().path();
        const bool same = place < path.size() && path[place]->role == message->role;
        if (each != edited && (answer || !same)) continue;
        const StoredMessage* old = each == edited ? message : path[place];
        messages.push_back({each->conversation().id,
                            old->parent,
                            old->role,
                            text.toStdString(),
                            answer ? nlohmann::json{{"edited", true}} : nlohmann::json::object(),
                            {},
                            {},
                            {}});
        to.push_back(each);
    }
    storeMessages(messages, to, !answer);
}

void ChatPane::storeMessages(const std::vector<NewMessage>& messages, const std::vector<ChatLane*>& to, bool ask) {
    sending_ = true;
    input_->setReadOnly(true);
    updateState();
    const auto added = std::make_shared<std::vector<AddedMessage>>();
    host_->write(
        tr("store the message"), [messages, added](StoreWriter& writer) { *added = writer.addMessages(messages); },
        [this, messages, added, to, ask] { onSent(messages, *added, to, ask); },
        [this](const QString& why) { onSendFailed(why); });
}

void ChatPane::onSent(const std::vector<NewMessage>& messages, const std::vector<AddedMessage>& added,
                      const std::vector<ChatLane*>& to, bool ask) {
    sending_ = false;
    input_->setReadOnly(false);
    input_->clear();
    endEditing();
    for (std::size_t i = 0; i < to.size(); ++i) {
        const NewMessage& sent = messages[i];
        if (to[i]->conversation().id == 0) {
            Conversation fresh;
            fresh.id = added[i].conversation;
            fresh.title = sent.title;
            fresh.model = sent.model;
            fresh.settings = sent.settings;
            fresh.createdMs = QDateTime::currentMSecsSinceEpoch();
            to[i]->begun(fresh);
        }
        StoredMessage message;
        message.id = added[i].message;
        message.conversation = added[i].conversation;
        message.parent = sent.parent;
        message.role = sent.role;
        message.text = sent.text;
        message.details = sent.details;
        to[i]->added(message);
    }
    draftOf_ = lane(0)->conversation().id;  // it may just have begun
    if (ask) {
        const AnswerSettings settings = answerSettings();  // one seed for both sides
        for (std::size_t i = 0; i < to.size(); ++i) to[i]->answer(added[i].message, settings);
    }
    updateState();
}

void ChatPane::onSendFailed(const QString& why) {
    sending_ = false;
    input_->setReadOnly(false);
    updateState();
    lane(0)->showError(tr("The message was not stored, and not sent: %1").arg(why));
}

void ChatPane::copy(const QString& text) { QApplication::clipboard()->setText(text); }

void ChatPane::act(int number, TranscriptView::Act what, qint64 id) {
    using Act = TranscriptView::Act;
    ChatLane* at = lane(number);
    const StoredMessage* message = at->tree().find(id);
    if (message == nullptr) return;
    if (what == Act::Copy) {
        copy(QString::fromStdString(message->text));
        return;
    }
    if (busy() || sending_) return;
    switch (what) {
        case Act::Edit: edit(number, id); break;
        case Act::Regenerate:
            if (message->parent != 0 && ready()) at->answer(message->parent, answerSettings());
            break;
        case Act::Continue:
            if (ready()) at->goOn(id, answerSettings());
            break;
        case Act::Answer:
            if (ready()) at->answer(id, answerSettings());
            break;
        case Act::Remove: removeMessage(number, id); break;
        case Act::Previous: at->step(id, -1); break;
        case Act::Next: at->step(id, 1); break;
        default: break;
    }
}

void ChatPane::actOnLast(Role role, TranscriptView::Act what) {
    const auto path = lane(0)->tree().path();
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
        if (((*it)->role == "assistant") != (role == Role::Assistant)) continue;
        act(0, what, (*it)->id);
        return;
    }
}

// Of the newest message that has another branch.
void ChatPane::stepBranch(int by) {
    if (busy()) return;
    const auto path = lane(0)->tree().path();
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
        if (lane(0)->tree().siblings((*it)->id).size() < 2) continue;
        lane(0)->step((*it)->id, by);
        return;
    }
}

void ChatPane::edit(int number, qint64 id) {
    const StoredMessage* message = lane(number)->tree().find(id);
    if (message == nullptr) return;
    editing_ = {number, id, message->role == "assistant" ? Role::Assistant : Role::User};
    editText_->setText(editing_.role == Role::Assistant
                           ? tr("Editing an answer: it becomes a branch, and nothing is asked.")
                           : tr("Editing a question: it becomes a branch with an answer of its own."));
    editBar_->show();
    input_->setPlainText(QString::fromStdString(message->text));
    input_->moveCursor(QTextCursor::End);
    input_->setFocus();
    updateState();
}

void ChatPane::endEditing() {
    if (editing_.message != 0) input_->clear();
    editing_ = {};
    editBar_->hide();
    updateState();
}

void ChatPane::beginConversation() {
    if (postponed([this] { beginConversation(); })) return;
    keepSettings();
    leaveDraft();
    for (ChatLane* each : lanes_) each->clear();
    showDraft();
    lane(0)->picker()->setTouched(false);
    followRun(selectedRun_);
    showList(false);
    updateState();
}

void ChatPane::setCompare(bool on) {
    if (busy() || sending_) {
        const QSignalBlocker quiet(compareButton_);
        compareButton_->setChecked(!on);
        return;
    }
    lane(1)->setVisible(on);
    if (on) {
        Q_EMIT roomWanted(760);
        // Both begin anew, so that both have heard the same. Without another choice the second is the first in full
        // precision.
        const QString unsent = takeDraftAlong();
        beginConversation();
        suggest(unsent);
        ChatModel other = lane(0)->picker()->model();
        other.fullPrecision = !other.fullPrecision;
        if (lane(1)->picker()->model().empty() || !lane(1)->picker()->touched()) lane(1)->picker()->setModel(other);
        lane(1)->showHint();
    } else {
        lane(1)->clear();
        Q_EMIT roomWanted(380);
    }
    updateState();
}

// Model and options belong to the conversation: kept a moment after they change, and when a message is sent.
void ChatPane::keepSettings() {
    keepLater_.stop();
    for (ChatLane* each : lanes()) {
        if (each->conversation().id == 0) continue;
        const nlohmann::json settings = settingsOf(*each);
        const std::string model = each->picker()->model().key().toStdString();
        if (settings == each->conversation().settings && model == each->conversation().model) continue;
        Conversation kept = each->conversation();
        kept.settings = settings;
        kept.model = model;
        each->begun(kept);
        host_->write(tr("keep the settings of the conversation"), [id = kept.id, model, settings](StoreWriter& writer) {
            writer.setConversationModel(id, model, settings);
        });
    }
    updateState();
}

bool ChatPane::postponed(std::function<void()> work) {
    if (!busy() && !sending_) return false;
    afterAnswer_ = std::move(work);
    host_->stop();
    return true;
}

void ChatPane::updateState() {
    if (afterAnswer_ && !busy() && !sending_)
        QMetaObject::invokeMethod(this, std::exchange(afterAnswer_, nullptr), Qt::QueuedConnection);
    const bool working = busy() || sending_;
    send_->setEnabled(!working && !lane(0)->picker()->model().empty());
    send_->setText(editing_.message == 0              ? tr("Send")
                   : editing_.role == Role::Assistant ? tr("Keep")
                                                      : tr("Send as a branch"));
    stop_->setEnabled(busy());
    compareButton_->setEnabled(!working);
    const Conversation& shown = lane(0)->conversation();
    title_->setText(shown.id == 0 ? tr("New conversation") : QString::fromStdString(shown.title));
    title_->setToolTip(title_->text());
    const auto path = lane(0)->tree().path();
    const bool answered =
        std::any_of(path.begin(), path.end(), [](const auto* each) { return each->role == "assistant"; });
    for (QAction* each : needAnswer_) each->setEnabled(answered && !working);
    for (QAction* each : needQuestion_) each->setEnabled(!path.empty() && !working);
    for (QAction* each : needConversation_) each->setEnabled(shown.id != 0 && !working);
}

}  // namespace tritlab
