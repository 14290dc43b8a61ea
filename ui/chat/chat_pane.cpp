#include "ui/chat/chat_pane.h"

#include <QAction>
#include <QFrame>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/chat/chat_composer.h"
#include "ui/chat/chat_head.h"
#include "ui/chat/chat_menu.h"
#include "ui/chat/chat_options.h"
#include "ui/chat/conversation_actions.h"
#include "ui/chat/conversation_list.h"
#include "ui/chat/message_actions.h"
#include "ui/chat/message_sender.h"
#include "ui/chat/model_picker.h"
#include "ui/chat/prompt_gauge.h"
#include "ui/chat/stored_conversation.h"
#include "ui/chat/template_dialog.h"
#include "ui/models/run_list_model.h"
#include "ui/services/store_reader.h"
#include "ui/theme/icons.h"

namespace tritlab {

namespace {

constexpr int oneLaneWidth = 380, twoLanesWidth = 760;

QToolButton* toggleButton(QWidget* parent, const char* name, const QString& text, const QString& tip) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(tip);
    button->setCheckable(true);
    button->setAutoRaise(true);
    return button;
}

}  // namespace

ChatPane::ChatPane(RunListModel* runs, StoreReader* reader, ChatHost* host, DraftKeeper* drafts, QWidget* parent)
    : QWidget(parent), runs_(runs), reader_(reader), host_(host) {
    setObjectName("chatPane");
    sender_ = new MessageSender(host, this);
    conversations_ = new ConversationActions(reader, host, this);
    makeLanes();
    list_ = new ConversationList(reader, this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(splitter_);
    stack_->addWidget(list_);
    head_ = new ChatHead(this);
    composer_ = new ChatComposer(drafts, this);
    gauge_ = new PromptGauge(
        host_, [this] { return wouldAsk(); }, this);
    setFocusProxy(composer_);
    makeOptions();
    QHBoxLayout* buttons = makeButtons();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 6, 6);
    layout->setSpacing(6);
    layout->addWidget(head_);
    layout->addWidget(stack_, 1);
    layout->addWidget(composer_);
    layout->addWidget(gauge_);
    layout->addWidget(optionsArea_);
    layout->addLayout(buttons);
    makeMenu();
    connect(head_, &ChatHead::listToggled, this, &ChatPane::showList);
    connect(head_, &ChatHead::newWanted, this, &ChatPane::beginConversation);
    connectComposer();
    connectConversations();
    connect(runs_, &RunListModel::visibilityChanged, this, [this] {
        for (ChatLane* each : lanes_) each->picker()->showRuns();
    });
    updateState();
    showDraft();
}

void ChatPane::makeLanes() {
    splitter_ = new QSplitter(Qt::Horizontal, this);
    splitter_->setObjectName("chatSplitter");
    splitter_->setChildrenCollapsible(false);
    for (int number = 0; number < 2; ++number) {
        auto* lane = new ChatLane(number, runs_, reader_, host_, this);
        lanes_[static_cast<std::size_t>(number)] = lane;
        splitter_->addWidget(lane);
        connect(lane, &ChatLane::busyChanged, this, &ChatPane::updateState);
        connect(lane, &ChatLane::templateKnown, this, [this](const QString& name) { options_->setTemplateName(name); });
        connect(lane, &ChatLane::answerStored, this, [this] {
            if (listShown()) list_->reload();
        });
        connect(lane->picker(), &ModelPicker::changed, this, [this] {
            updateState();
            keepLater_.start();
        });
        connect(lane->transcript(), &TranscriptView::copyWanted, this, &MessageActions::copy);
    }
    lane(1)->hide();
    actions_ = new MessageActions(lanes_, host_, this);
    for (ChatLane* each : lanes_) connect(each, &ChatLane::actionWanted, actions_, &MessageActions::act);
    connect(actions_, &MessageActions::editWanted, this, &ChatPane::edit);
    connect(actions_, &MessageActions::answerWanted, this, [this](int number, qint64 question) {
        if (ready()) lane(number)->answer(question, answerSettings());
    });
    connect(actions_, &MessageActions::continueWanted, this, [this](int number, qint64 answer) {
        if (ready()) lane(number)->goOn(answer, answerSettings());
    });
    connect(actions_, &MessageActions::removed, this, &ChatPane::updateState);
}

void ChatPane::makeOptions() {
    options_ = new ChatOptions;
    optionsArea_ = new QScrollArea(this);
    optionsArea_->setFrameShape(QFrame::NoFrame);
    optionsArea_->setWidgetResizable(true);
    optionsArea_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    optionsArea_->setWidget(options_);
    optionsArea_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    optionsArea_->hide();
    keepLater_.setSingleShot(true);
    keepLater_.setInterval(400);
    connect(&keepLater_, &QTimer::timeout, this, &ChatPane::keepSettings);
    connect(options_, &ChatOptions::changed, &keepLater_, qOverload<>(&QTimer::start));
    connect(options_, &ChatOptions::viewChanged, this, [this] {
        for (ChatLane* each : lanes_) {
            each->transcript()->setMarkdown(options_->markdown());
            each->transcript()->setProbabilities(options_->probabilities());
        }
    });
    connect(options_, &ChatOptions::presetsChanged, this, &ChatPane::presetsChanged);
    connect(options_, &ChatOptions::templateWanted, this, &ChatPane::chooseTemplate);
}

void ChatPane::chooseTemplate() {
    auto* dialog = new TemplateDialog(
        options_->chatTemplate(),
        [this](const ChatTemplateText& text, const TemplateDialog::Preview& done) {
            // Where nothing is typed yet, a question that shows where one goes.
            const QString typed = composer_->text().trimmed();
            ChatQuestion question =
                lane(0)->wouldAsk(typed.isEmpty() ? tr("How are you?") : typed, 0, answerSettings());
            question.chatTemplate = text;
            if (question.model.empty() || !host_->preview(question, done)) {
                PromptPreview nothing;
                nothing.error = tr("There is no model yet whose tokens could be shown.");
                done(nothing);
            }
        },
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { options_->setChatTemplate(dialog->chosen()); });
    dialog->open();
}

QHBoxLayout* ChatPane::makeButtons() {
    optionsButton_ =
        toggleButton(this, "chatOptions", tr("Settings"), tr("Sampling, system prompt, how answers are shown"));
    optionsButton_->setArrowType(Qt::RightArrow);
    optionsButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    compareButton_ = toggleButton(this, "chatCompare", tr("Side by side"),
                                  tr("One question to two models, or to packed and full precision"));
    send_ = new QPushButton(lineIcon(IconShape::Send), tr("Send"), this);
    send_->setObjectName("chatSend");
    stop_ = new QPushButton(lineIcon(IconShape::Stop), tr("Stop"), this);
    stop_->setObjectName("chatStop");
    connect(optionsButton_, &QToolButton::toggled, this, &ChatPane::showOptions);
    connect(compareButton_, &QToolButton::toggled, this, &ChatPane::setCompare);
    connect(send_, &QPushButton::clicked, this, &ChatPane::send);
    connect(stop_, &QPushButton::clicked, this, [this] { host_->stop(); });
    auto* row = new QHBoxLayout;
    row->addWidget(optionsButton_);
    row->addWidget(compareButton_);
    row->addStretch(1);
    row->addWidget(stop_);
    row->addWidget(send_);
    return row;
}

void ChatPane::makeMenu() {
    ChatMenu* menu = head_->menu();
    menu->add("chatNew", tr("&New conversation"), "Ctrl+Shift+N", [this] { beginConversation(); });
    menu->add("chatFind", tr("&Find a conversation…"), "Ctrl+Shift+F", [this] {
        head_->setListShown(true);
        list_->focusSearch();
    });
    menu->add("chatChooseModel", tr("Choose the &model…"), "Ctrl+Shift+M", [this] { lane(0)->picker()->popUp(); });
    menu->addSeparator();
    actions_->addTo(menu);
    menu->addSeparator();
    QAction* rename = menu->add("chatRename", tr("Rename the conversation…"), "F2", [this] {
        const Conversation& shown = lane(0)->conversation();
        conversations_->rename(shown.id, QString::fromStdString(shown.title));
    });
    QAction* save = menu->add("chatExport", tr("E&xport the conversation…"), "Ctrl+Shift+S",
                              [this] { conversations_->askWhereToExport(lanes()); });
    QAction* remove = menu->add("chatDelete", tr("&Delete the conversation"), "Ctrl+Shift+Del",
                                [this] { removeConversation(lane(0)->conversation().id); });
    needConversation_ = {rename, save, remove};
    menu->addSeparator();
    menu->add("chatSettings", tr("Se&ttings"), "Ctrl+Shift+O", [this] { optionsButton_->toggle(); });
    menu->add("chatTemplate", tr("Chat te&mplate…"), {}, [this] { chooseTemplate(); });
    menu->add("chatSideBySide", tr("Side &by side"), "Ctrl+Shift+B", [this] { compareButton_->toggle(); });
    menu->add("chatProbabilities", tr("Token &probabilities"), "Ctrl+Shift+P",
              [this] { options_->setProbabilities(!options_->probabilities()); });
}

void ChatPane::connectComposer() {
    connect(composer_, &ChatComposer::sendWanted, this, &ChatPane::send);
    connect(composer_, &ChatComposer::stopWanted, this, [this] { host_->stop(); });
    connect(composer_, &ChatComposer::editLastWanted, this,
            [this] { actions_->actOnLast(Role::User, TranscriptView::Act::Edit); });
    connect(composer_, &ChatComposer::changed, this, &ChatPane::updateState);
    connect(composer_, &ChatComposer::changed, gauge_, &PromptGauge::changed);
    connect(options_, &ChatOptions::changed, gauge_, &PromptGauge::changed);
    for (ChatLane* each : lanes_) {
        connect(each, &ChatLane::conversationChanged, gauge_, &PromptGauge::changed);
        connect(each->picker(), &ModelPicker::changed, gauge_, &PromptGauge::changed);
    }
    connect(gauge_, &PromptGauge::waitingChanged, this, [this] {
        composer_->setReadOnly(gauge_->waiting() || sending());
        updateState();
    });
    // The first letters of a question are a good moment to load what will answer.
    connect(composer_, &ChatComposer::firstLetterWritten, this, [this] {
        if (busy()) return;
        for (const ChatLane* each : lanes())
            if (!each->picker()->model().empty()) host_->prepare(each->number(), each->picker()->model());
    });
    connect(sender_, &MessageSender::begun, this, [this] {
        composer_->setReadOnly(true);
        updateState();
    });
    connect(sender_, &MessageSender::stored, this, [this] {
        composer_->sent(lane(0)->conversation().id);  // it may just have begun
        updateState();
    });
    connect(sender_, &MessageSender::failed, this, [this](const QString& why) {
        composer_->setReadOnly(false);
        updateState();
        lane(0)->showError(tr("The message was not stored, and not sent: %1").arg(why));
    });
}

void ChatPane::connectConversations() {
    connect(list_, &ConversationList::opened, this, &ChatPane::openConversation);
    connect(list_, &ConversationList::closed, this, [this] { showList(false); });
    connect(list_, &ConversationList::removeWanted, this, &ChatPane::removeConversation);
    connect(list_, &ConversationList::renameWanted, conversations_, &ConversationActions::rename);
    connect(conversations_, &ConversationActions::renamed, this, [this](qint64 id, const QString& title) {
        list_->reload();
        if (lane(0)->conversation().id == id) lane(0)->setTitle(title.toStdString());
        updateState();
    });
    connect(conversations_, &ConversationActions::removed, this, [this](qint64 id) {
        list_->reload();
        if (lane(0)->conversation().id == id) beginConversation();
    });
    connect(conversations_, &ConversationActions::broughtBack, this, [this](qint64 id) {
        list_->reload();
        if (!listShown()) openConversation(id);
    });
}

std::vector<ChatLane*> ChatPane::lanes() const {
    return compares() ? std::vector<ChatLane*>{lanes_[0], lanes_[1]} : std::vector<ChatLane*>{lanes_[0]};
}

bool ChatPane::compares() const { return compareButton_->isChecked(); }
int ChatPane::usualWidth() const { return compares() ? twoLanesWidth : oneLaneWidth; }
bool ChatPane::busy() const { return lanes_[0]->busy() || lanes_[1]->busy(); }
bool ChatPane::sending() const { return sender_->sending() || gauge_->waiting(); }
bool ChatPane::working() const { return busy() || sending(); }

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

void ChatPane::suggest(const QString& prompt) { composer_->suggest(prompt); }

AnswerSettings ChatPane::answerSettings() const {
    return {options_->options(), options_->systemPrompt(), options_->raw(), options_->chatTemplate(), sinceSent_};
}

bool ChatPane::ready() {
    if (working()) return false;
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

std::vector<ChatQuestion> ChatPane::wouldAsk() const {
    const QString text = options_->raw() ? composer_->text() : composer_->text().trimmed();
    const auto& edited = composer_->edited();
    if (text.trimmed().isEmpty() || (edited.message != 0 && edited.role == Role::Assistant) ||
        !options_->fault().isEmpty())
        return {};
    std::vector<ChatQuestion> questions;
    for (ChatLane* each : lanes())
        if (!each->picker()->model().empty())
            questions.push_back(
                each->wouldAsk(text, each->number() == edited.lane ? edited.message : 0, answerSettings()));
    return questions;
}

void ChatPane::send() {
    const QString text = options_->raw() ? composer_->text() : composer_->text().trimmed();
    if (text.trimmed().isEmpty() || !ready()) return;
    const auto& edited = composer_->edited();
    if (edited.message != 0 && edited.role == Role::Assistant) return sendNow(text);  // nothing is asked
    gauge_->whenThereIsRoom([this, text] { sendNow(text); }, [this](const QString& why) { lane(0)->showError(why); });
}

void ChatPane::sendNow(const QString& text) {
    showList(false);
    keepSettings();
    const auto edited = composer_->edited();
    if (edited.message == 0) sender_->sendQuestion(text, lanes(), options_->toJson(), answerSettings());
    else if (!sender_->sendEdited(text, lane(edited.lane), edited.message, lanes(), answerSettings()))
        composer_->endEditing();
}

void ChatPane::edit(int number, qint64 id) {
    const StoredMessage* message = lane(number)->tree().find(id);
    if (message == nullptr) return;
    const Role role = message->role == "assistant" ? Role::Assistant : Role::User;
    composer_->edit({number, id, role}, QString::fromStdString(message->text));
}

// What was being written in the conversation that is shown now.
void ChatPane::showDraft() {
    const qint64 conversation = lane(0)->conversation().id;
    const ChatComposer::Draft draft = composer_->draftOf(conversation);
    if (draft.message != 0 && draft.lane >= 0 && static_cast<std::size_t>(draft.lane) < lanes_.size())
        edit(draft.lane, draft.message);
    composer_->open(conversation, draft.text);
}

void ChatPane::removeConversation(qint64 id) {
    if (id == 0 || postponed([this, id] { removeConversation(id); })) return;
    conversations_->remove(id);
}

void ChatPane::openConversation(qint64 id) {
    if (postponed([this, id] { openConversation(id); })) return;
    reader_->ask(
        this, [id](RunStore& store) { return readConversation(store, id); },
        [this](const StoredConversation& stored) {
            if (!stored.conversations.empty() && !working()) showConversation(stored);
        });
}

void ChatPane::showConversation(const StoredConversation& stored) {
    keepSettings();
    composer_->leave();
    const QSignalBlocker quiet(compareButton_);
    compareButton_->setChecked(stored.conversations.size() == 2);
    lane(1)->setVisible(compares());
    if (compares()) Q_EMIT roomWanted(usualWidth());
    for (ChatLane* each : lanes_) each->clear();
    options_->setJson(stored.conversations.front().settings);
    for (std::size_t i = 0; i < stored.conversations.size(); ++i)
        lanes_[i]->open(stored.conversations[i], stored.messages[i]);
    showDraft();
    showList(false);
    updateState();
}

void ChatPane::beginConversation() {
    if (postponed([this] { beginConversation(); })) return;
    keepSettings();
    composer_->leave();
    for (ChatLane* each : lanes_) each->clear();
    showDraft();
    lane(0)->picker()->setTouched(false);
    followRun(selectedRun_);
    showList(false);
    updateState();
}

void ChatPane::exportTo(const QString& path) { conversations_->exportTo(path, lanes()); }

void ChatPane::setCompare(bool on) {
    if (working()) {
        const QSignalBlocker quiet(compareButton_);
        compareButton_->setChecked(!on);
        return;
    }
    lane(1)->setVisible(on);
    if (on) {
        Q_EMIT roomWanted(usualWidth());
        // Both begin anew, so that both have heard the same. Without another choice the second is the first in full
        // precision.
        const QString unsent = composer_->takeAlong();
        beginConversation();
        suggest(unsent);
        ChatModel other = lane(0)->picker()->model();
        other.fullPrecision = !other.fullPrecision;
        if (lane(1)->picker()->model().empty() || !lane(1)->picker()->touched()) lane(1)->picker()->setModel(other);
        lane(1)->showHint();
    } else {
        lane(1)->clear();
        Q_EMIT roomWanted(usualWidth());
    }
    updateState();
}

bool ChatPane::listShown() const { return stack_->currentWidget() == list_; }

void ChatPane::showList(bool on) {
    head_->setListShown(on);
    stack_->setCurrentWidget(on ? static_cast<QWidget*>(list_) : splitter_);
    if (on) {
        list_->reload();
        list_->focusSearch();
    } else {
        composer_->setFocus();
    }
}

void ChatPane::showOptions(bool on) {
    optionsArea_->setVisible(on);
    optionsArea_->setMinimumHeight(on ? std::min(options_->sizeHint().height(), 230) : 0);
    optionsButton_->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
}

// Model and options belong to the conversation: kept a moment after they change, and when a message is sent.
void ChatPane::keepSettings() {
    keepLater_.stop();
    for (ChatLane* each : lanes()) each->keepSettings(options_->toJson());
    updateState();
}

bool ChatPane::postponed(std::function<void()> work) {
    if (!working()) return false;
    afterAnswer_ = std::move(work);
    host_->stop();
    return true;
}

void ChatPane::updateState() {
    if (afterAnswer_ && !working())
        QMetaObject::invokeMethod(this, std::exchange(afterAnswer_, nullptr), Qt::QueuedConnection);
    send_->setEnabled(!working() && !lane(0)->picker()->model().empty());
    send_->setText(composer_->edited().message == 0              ? tr("Send")
                   : composer_->edited().role == Role::Assistant ? tr("Keep")
                                                                 : tr("Send as a branch"));
    stop_->setEnabled(busy());
    composer_->setAnswering(busy());
    compareButton_->setEnabled(!working());
    const Conversation& shown = lane(0)->conversation();
    head_->setTitle(shown.id == 0 ? tr("New conversation") : QString::fromStdString(shown.title));
    actions_->update(working());
    for (QAction* each : needConversation_) each->setEnabled(shown.id != 0 && !working());
}

void ChatPane::restore(const QSettings& settings) {
    options_->restore(settings);
    for (ChatLane* each : lanes_) each->picker()->setFolders(settings.value("chat/folders").toStringList());
    optionsButton_->setChecked(settings.value("chat/showOptions", false).toBool());
}

void ChatPane::save(QSettings& settings) const {
    options_->save(settings);
    settings.setValue("chat/folders", lane(0)->picker()->folders());
    settings.setValue("chat/showOptions", optionsButton_->isChecked());
}

}  // namespace tritlab
