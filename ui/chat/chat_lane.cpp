#include "ui/chat/chat_lane.h"

#include <QLabel>
#include <QProgressBar>
#include <QVBoxLayout>

#include "ui/chat/chat_items.h"
#include "ui/chat/model_picker.h"
#include "ui/models/trained_text.h"
#include "ui/theme/theme.h"

namespace tritlab {

ChatLane::ChatLane(int number, RunListModel* runs, StoreReader* reader, ChatHost* host, QWidget* parent)
    : QWidget(parent), number_(number), host_(host) {
    const QString suffix = number == 0 ? QString() : QString::number(number + 1);
    setObjectName("chatLane" + suffix);
    picker_ = new ModelPicker(runs, reader, suffix, this);
    transcript_ = new TranscriptView(this);
    transcript_->setObjectName("transcript" + suffix);
    transcript_->setAccessibleName(tr("Conversation"));
    context_ = new QProgressBar(this);
    context_->setObjectName("contextMeter" + suffix);
    context_->setAccessibleName(tr("Context in use"));
    context_->setTextVisible(false);
    context_->setFixedHeight(6);
    context_->setRange(0, 1);
    const auto line = [this, &suffix](const char* name) {
        auto* label = new QLabel(this);
        label->setObjectName(name + suffix);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        return label;
    };
    trained_ = line("chatTrained");
    trained_->hide();
    notes_ = line("chatNotes");
    notes_->hide();
    status_ = line("chatStatus");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(picker_);
    layout->addWidget(trained_);
    layout->addWidget(notes_);
    layout->addWidget(transcript_, 1);
    layout->addWidget(context_);
    layout->addWidget(status_);
    connect(transcript_, &TranscriptView::actionWanted, this,
            [this](TranscriptView::Act act, qint64 message) { Q_EMIT actionWanted(number_, act, message); });
    connect(picker_, &ModelPicker::changed, this, [this] {
        trained_->hide();  // it is said of the next one once it is loaded
        notes_->hide();
        if (blank()) showHint();
        if (!asked_) status_->clear();
    });
    clear();
}

void ChatLane::clear() {
    tree_.clear();
    conversation_ = {};
    status_->clear();
    showContext({});
    showHint();
    Q_EMIT conversationChanged();
}

void ChatLane::open(const Conversation& conversation, const std::vector<StoredMessage>& messages) {
    conversation_ = conversation;
    tree_.set(messages, conversation.head);
    status_->clear();
    picker_->setModel(ChatModel::fromKey(
        QString::fromStdString(conversation.model),
        conversation.settings.is_object() && conversation.settings.value("precision", "") == "full"));
    redraw();
}

void ChatLane::redraw() {
    const auto path = tree_.path();
    if (path.empty()) showHint();
    else {
        auto items = itemsOf(tree_);
        if (asked_) items.back().answered = true;  // it is about to be
        transcript_->showItems(std::move(items));
    }
    nlohmann::json details;
    for (const StoredMessage* each : path)
        if (each->details.is_object() && each->details.contains("context_length")) details = each->details;
    showContext(details);
    Q_EMIT conversationChanged();
}

void ChatLane::showHint() {
    if (!tree_.empty()) return;
    transcript_->showHint(
        picker_->model().empty()
            ? tr("There is no model yet. Start a run: its weights can be talked to as soon as it trains. Or choose a "
                 "model folder above.")
            : tr("Ask %1 something. A run that trains answers with its latest weights.").arg(picker_->text()));
}

void ChatLane::showContext(const nlohmann::json& details) {
    const auto number = [&](const char* key) {
        return details.is_object() && details.contains(key) && details[key].is_number_integer()
                   ? details[key].get<int>()
                   : 0;
    };
    const int length = number("context_length"), used = number("context_used");
    context_->setRange(0, std::max(length, 1));
    context_->setValue(std::min(used, std::max(length, 1)));
    context_->setToolTip(length > 0 ? tr("Context: %1 of %2 tokens are in use").arg(used).arg(length)
                                    : tr("Context: how much of it is in use stands here after an answer"));
}

nlohmann::json ChatLane::settings(const nlohmann::json& options) const {
    nlohmann::json settings = conversation_.settings.is_object() ? conversation_.settings : nlohmann::json::object();
    settings.update(options);
    settings["precision"] = picker_->model().fullPrecision ? "full" : "packed";
    return settings;
}

void ChatLane::keepSettings(const nlohmann::json& options) {
    if (conversation_.id == 0) return;
    const nlohmann::json kept = settings(options);
    const std::string model = picker_->model().key().toStdString();
    if (kept == conversation_.settings && model == conversation_.model) return;
    conversation_.settings = kept;
    conversation_.model = model;
    host_->write(
        tr("keep the settings of the conversation"),
        [id = conversation_.id, model, kept](StoreWriter& writer) { writer.setConversationModel(id, model, kept); });
}

void ChatLane::added(const StoredMessage& message) {
    tree_.add(message);
    redraw();
}

void ChatLane::answer(qint64 question, const AnswerSettings& settings) {
    ChatQuestion asked;
    asked.parent = question;
    tree_.setHead(question);  // perhaps an older one, for another answer
    ask(std::move(asked), settings, tree_.pathTo(question));
}

void ChatLane::goOn(qint64 answer, const AnswerSettings& settings) {
    const StoredMessage* message = tree_.find(answer);
    if (message == nullptr) return;
    ChatQuestion asked;
    asked.parent = message->parent;
    asked.message = answer;
    asked.details = message->details;
    tree_.setHead(answer);
    ask(std::move(asked), settings, tree_.pathTo(answer));
}

ChatQuestion ChatLane::wouldAsk(const QString& text, qint64 edits, const AnswerSettings& settings) const {
    std::vector<const StoredMessage*> path = edits != 0 ? tree_.pathTo(edits) : tree_.path();
    if (edits != 0 && !path.empty()) path.pop_back();
    ChatQuestion question;
    fill(question, settings, path);
    question.history.push_back({Role::User, text.toStdString()});
    return question;
}

void ChatLane::fill(ChatQuestion& question, const AnswerSettings& settings,
                    const std::vector<const StoredMessage*>& path) const {
    question.lane = number_;
    question.model = picker_->model();
    question.conversation = conversation_.id;
    question.raw = settings.raw;
    question.chatTemplate = settings.chatTemplate;
    question.options = settings.options;
    question.sinceSent = settings.sinceSent;
    if (!settings.system.isEmpty()) question.history.push_back({Role::System, settings.system.toStdString()});
    for (const StoredMessage* each : path) {
        const Role role = each->role == "assistant" ? Role::Assistant
                          : each->role == "system"  ? Role::System
                                                    : Role::User;
        if (role == Role::System && !settings.system.isEmpty()) continue;  // the one in the options counts
        question.history.push_back({role, each->text});
    }
}

void ChatLane::ask(ChatQuestion question, const AnswerSettings& settings,
                   const std::vector<const StoredMessage*>& path) {
    fill(question, settings, path);
    parent_ = question.parent;
    answering_ = 0;
    setAsked(true);
    redraw();
    status_->setText(tr("asking %1…").arg(picker_->text()));
    host_->ask(question);
}

void ChatLane::setAsked(bool asked) {
    asked_ = asked;
    picker_->setEnabled(!asked);
    Q_EMIT busyChanged();
}

void ChatLane::showBranch(qint64 head) {
    if (asked_) return;
    tree_.setHead(head);
    redraw();
    if (conversation_.id != 0)
        host_->write(tr("keep the branch that is shown"), [conversation = conversation_.id, head](StoreWriter& writer) {
            writer.setConversationHead(conversation, head);
        });
}

void ChatLane::step(qint64 message, int by) {
    const auto siblings = tree_.siblings(message);
    const auto at = std::find(siblings.begin(), siblings.end(), message) - siblings.begin() + by;
    if (at >= 0 && at < static_cast<std::ptrdiff_t>(siblings.size()))
        showBranch(tree_.leafBelow(siblings[static_cast<std::size_t>(at)]));
}

void ChatLane::setTrashed(qint64 message, bool trashed) {
    tree_.setTrashed(message, trashed);
    redraw();
}

void ChatLane::showError(const QString& text) {
    status_->setText(
        QString("<span style='color:%1'>%2</span>").arg(badColor(isDark(palette())).name(), text.toHtmlEscaped()));
}

void ChatLane::onStatus(const QString& text) { status_->setText(text); }

void ChatLane::onLoaded(const LoadedModel& model) {
    status_->setText(tr("answering with %1").arg(model.name));
    showTrained(model);
    Q_EMIT templateKnown(model.templateName);
}

void ChatLane::onPrepared(const LoadedModel& model) {
    if (model.model == picker_->model()) showTrained(model);
}

// Whether what answers is what was trained: a run whose lambda has not reached 1 trains another model than the one that
// its ternary weights are.
void ChatLane::showTrained(const LoadedModel& model) {
    QStringList notes;
    for (const QString& note : model.notes) notes += tr("Note: %1.").arg(note);
    notes_->setText(notes.join("\n"));
    notes_->setVisible(!notes.isEmpty());
    const bool full = model.model.fullPrecision;
    const bool differs = model.trained && !(full && model.trained->lambda == 0);
    trained_->setVisible(differs);
    if (!differs) return;
    const QString lambda = QString::fromStdString(lambdaText(model.trained->lambda));
    trained_->setText(full
                          ? tr("Trained at lambda %1 so far. Here it answers with its full-precision weights (lambda "
                               "0), which are another model.")
                                .arg(lambda)
                          : tr("Trained at lambda %1 so far. Here it answers as the ternary model (lambda 1), which is "
                               "another one. %2")
                                .arg(lambda, trainedLossesText(*model.trained)));
}

void ChatLane::onBegan(qint64 message) {
    answering_ = message;
    if (const StoredMessage* begun = tree_.find(message)) {
        TranscriptView::Item item = itemOf(tree_, *begun);
        item.warning.clear();
        transcript_->begin(std::move(item));
        return;
    }
    StoredMessage answer;
    answer.id = message;
    answer.conversation = conversation_.id;
    answer.parent = parent_;
    answer.role = "assistant";
    answer.details = {{"partial", true}};
    tree_.add(answer);
    TranscriptView::Item item = itemOf(tree_, answer);
    item.warning.clear();
    transcript_->begin(std::move(item));
}

void ChatLane::onPiece(const ChatPiece& piece) {
    transcript_->append(piece.text, piece.notes);
    status_->setText(tr("%n token(s) · %1 tok/s", nullptr, static_cast<int>(piece.tokens))
                         .arg(piece.tokensPerSecond, 0, 'f', piece.tokensPerSecond < 100 ? 1 : 0));
}

void ChatLane::onAnswered(const ChatAnswer& answer) {
    if (const StoredMessage* begun = tree_.find(answer.message)) {
        StoredMessage whole = *begun;
        whole.text = answer.text.toStdString();
        whole.details = answer.details;
        tree_.add(whole);
        transcript_->finish(itemOf(tree_, whole));
        showContext(answer.details);
        Q_EMIT conversationChanged();
    }
    const auto number = [&](const char* key) { return answer.details.value(key, std::int64_t{0}); };
    status_->setText(tr("%n token(s) · %1 tok/s · context %2 of %3", nullptr, static_cast<int>(number("tokens")))
                         .arg(answer.details.value("tokens_per_second", 0.0), 0, 'f', 1)
                         .arg(number("context_used"))
                         .arg(number("context_length")));
    setAsked(false);
    Q_EMIT answerStored();
}

void ChatLane::onFailed(const QString& message) {
    if (const StoredMessage* begun = tree_.find(answering_); begun != nullptr && transcript_->streaming()) {
        StoredMessage left = *begun;
        left.text = transcript_->items().back().text.toStdString();
        left.details["error"] = message.toStdString();
        tree_.add(left);
    }
    setAsked(false);
    redraw();  // the question offers to be answered again
    showError(message);
}

}  // namespace tritlab
