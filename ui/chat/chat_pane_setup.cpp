// The chat pane's widgets and actions.
#include <QAction>
#include <QFrame>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/chat/chat_options.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/conversation_list.h"
#include "ui/chat/model_picker.h"
#include "ui/models/run_list_model.h"
#include "ui/theme/icons.h"

namespace tritlab {

namespace {

QToolButton* toolButton(QWidget* parent, const char* name, IconShape icon, const QString& tip) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(lineIcon(icon));
    button->setAutoRaise(true);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

}  // namespace

ChatPane::ChatPane(RunListModel* runs, StoreReader* reader, ChatHost* host, DraftKeeper* drafts, QWidget* parent)
    : QWidget(parent), runs_(runs), reader_(reader), host_(host), drafts_(drafts) {
    setObjectName("chatPane");
    for (int number = 0; number < 2; ++number) {
        lanes_[static_cast<std::size_t>(number)] = new ChatLane(number, runs, reader, host, this);
        connectLane(lane(number));
    }
    splitter_ = new QSplitter(Qt::Horizontal, this);
    splitter_->setObjectName("chatSplitter");
    splitter_->setChildrenCollapsible(false);
    for (ChatLane* each : lanes_) splitter_->addWidget(each);
    lane(1)->hide();
    list_ = new ConversationList(reader, this);
    stack_ = new QStackedWidget(this);
    stack_->addWidget(splitter_);
    stack_->addWidget(list_);
    makeHead();
    makeComposer();
    auto* head = new QHBoxLayout;
    head->setSpacing(2);
    head->addWidget(listButton_);
    head->addWidget(title_, 1);
    head->addWidget(newButton_);
    head->addWidget(menuButton_);
    auto* row = new QHBoxLayout;
    row->addWidget(optionsButton_);
    row->addWidget(compareButton_);
    row->addStretch(1);
    row->addWidget(stop_);
    row->addWidget(send_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 6, 6);
    layout->setSpacing(6);
    layout->addLayout(head);
    layout->addWidget(stack_, 1);
    layout->addWidget(editBar_);
    layout->addWidget(input_);
    layout->addWidget(optionsArea_);
    layout->addLayout(row);
    makeActions();
    connect(list_, &ConversationList::opened, this, &ChatPane::openConversation);
    connect(list_, &ConversationList::closed, this, [this] { showList(false); });
    connect(list_, &ConversationList::removeWanted, this, &ChatPane::removeConversation);
    connect(list_, &ConversationList::renameWanted, this, &ChatPane::renameConversation);
    connect(runs_, &RunListModel::visibilityChanged, this, [this] {
        for (ChatLane* each : lanes_) each->picker()->showRuns();
    });
    updateState();
    showDraft();
}

void ChatPane::makeHead() {
    listButton_ = toolButton(this, "conversationsButton", IconShape::Open, tr("Conversations"));
    listButton_->setCheckable(true);
    title_ = new QLabel(this);
    title_->setObjectName("chatTitle");
    title_->setTextInteractionFlags(Qt::NoTextInteraction);
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    QFont bold = title_->font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    newButton_ = toolButton(this, "newConversation", IconShape::Add, tr("New conversation"));
    menuButton_ = toolButton(this, "chatMenu", IconShape::Chat, tr("What can be done with this conversation"));
    menuButton_->setIcon({});
    menuButton_->setText(QString(QChar(0x22ef)));
    menuButton_->setPopupMode(QToolButton::InstantPopup);
    menuButton_->setMenu(new QMenu(menuButton_));
    connect(listButton_, &QToolButton::toggled, this, &ChatPane::showList);
    connect(newButton_, &QToolButton::clicked, this, &ChatPane::beginConversation);
}

void ChatPane::makeComposer() {
    editBar_ = new QFrame(this);
    editBar_->setObjectName("editBar");
    editText_ = new QLabel(editBar_);
    editText_->setObjectName("editText");
    editText_->setWordWrap(true);
    auto* cancel = new QPushButton(tr("Cancel"), editBar_);
    cancel->setObjectName("cancelEdit");
    auto* bar = new QHBoxLayout(editBar_);
    bar->setContentsMargins(0, 0, 0, 0);
    bar->addWidget(editText_, 1);
    bar->addWidget(cancel);
    editBar_->hide();
    connect(cancel, &QPushButton::clicked, this, &ChatPane::endEditing);
    input_ = new QPlainTextEdit(this);
    input_->setObjectName("chatInput");
    input_->setAccessibleName(tr("Message"));
    input_->setPlaceholderText(tr("Write a message. Enter sends, Shift+Enter breaks the line."));
    input_->setTabChangesFocus(true);
    input_->installEventFilter(this);
    setFocusProxy(input_);
    connect(input_, &QPlainTextEdit::textChanged, this, [this] {
        fitInput();
        updateState();
        keepDraft();
        // The first letters of a question are a good moment to load what will answer.
        if (input_->toPlainText().size() == 1 && !busy())
            for (const ChatLane* each : lanes())
                if (!each->picker()->model().empty()) host_->prepare(each->picker()->model());
    });
    fitInput();
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
    const auto toggle = [this](const char* name, const QString& text, const QString& tip) {
        auto* button = new QToolButton(this);
        button->setObjectName(name);
        button->setText(text);
        button->setToolTip(tip);
        button->setCheckable(true);
        button->setAutoRaise(true);
        return button;
    };
    optionsButton_ = toggle("chatOptions", tr("Settings"), tr("Sampling, system prompt, how answers are shown"));
    optionsButton_->setArrowType(Qt::RightArrow);
    optionsButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    compareButton_ =
        toggle("chatCompare", tr("Side by side"), tr("One question to two models, or to packed and full precision"));
    connect(optionsButton_, &QToolButton::toggled, this, &ChatPane::showOptions);
    connect(compareButton_, &QToolButton::toggled, this, &ChatPane::setCompare);
    send_ = new QPushButton(lineIcon(IconShape::Send), tr("Send"), this);
    send_->setObjectName("chatSend");
    stop_ = new QPushButton(lineIcon(IconShape::Stop), tr("Stop"), this);
    stop_->setObjectName("chatStop");
    connect(send_, &QPushButton::clicked, this, &ChatPane::send);
    connect(stop_, &QPushButton::clicked, this, [this] { host_->stop(); });
}

QAction* ChatPane::action(const char* name, const QString& text, const QString& keys,
                          const std::function<void()>& work) {
    auto* made = new QAction(text, this);
    made->setObjectName(name);
    made->setShortcut(QKeySequence(keys));
    made->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(made, &QAction::triggered, this, work);
    addAction(made);
    menuButton_->menu()->addAction(made);
    return made;
}

void ChatPane::makeActions() {
    using Act = TranscriptView::Act;
    QMenu* menu = menuButton_->menu();
    action("chatNew", tr("&New conversation"), "Ctrl+Shift+N", [this] { beginConversation(); });
    action("chatFind", tr("&Find a conversation…"), "Ctrl+Shift+F", [this] {
        listButton_->setChecked(true);
        list_->focusSearch();
    });
    action("chatChooseModel", tr("Choose the &model…"), "Ctrl+Shift+M", [this] { lane(0)->picker()->popUp(); });
    menu->addSeparator();
    needAnswer_ << action("chatRegenerate", tr("&Regenerate the last answer"), "Ctrl+Shift+R", [this] {
        actOnLast(Role::Assistant, Act::Regenerate);
    }) << action("chatContinue", tr("C&ontinue the last answer"), "Ctrl+Shift+G", [this] {
        actOnLast(Role::Assistant, Act::Continue);
    }) << action("chatEditAnswer", tr("Edit the last &answer"), "Ctrl+Shift+A", [this] {
        actOnLast(Role::Assistant, Act::Edit);
    }) << action("chatCopy", tr("&Copy the last answer"), "Ctrl+Shift+C", [this] {
        actOnLast(Role::Assistant, Act::Copy);
    });
    needQuestion_ << action("chatEdit", tr("&Edit the last question"), "Ctrl+Shift+E",
                            [this] { actOnLast(Role::User, Act::Edit); });
    needConversation_ << action("chatPreviousBranch", tr("&Previous branch"), "Alt+Left", [this] { stepBranch(-1); })
                      << action("chatNextBranch", tr("Ne&xt branch"), "Alt+Right", [this] { stepBranch(1); })
                      << action("chatDeleteMessage", tr("Delete the last &message"), "Ctrl+Shift+Backspace", [this] {
                             if (const auto path = lane(0)->tree().path(); !path.empty())
                                 act(0, Act::Remove, path.back()->id);
                         });
    menu->addSeparator();
    needConversation_ << action("chatRename", tr("Rename the conversation…"), "F2", [this] {
        renameConversation(lane(0)->conversation().id, QString::fromStdString(lane(0)->conversation().title));
    }) << action("chatExport", tr("E&xport the conversation…"), "Ctrl+Shift+S", [this] {
        exportConversation();
    }) << action("chatDelete", tr("&Delete the conversation"), "Ctrl+Shift+Del", [this] {
        removeConversation(lane(0)->conversation().id);
    });
    menu->addSeparator();
    action("chatSettings", tr("Se&ttings"), "Ctrl+Shift+O", [this] { optionsButton_->toggle(); });
    action("chatSideBySide", tr("Side &by side"), "Ctrl+Shift+B", [this] { compareButton_->toggle(); });
    action("chatProbabilities", tr("Token &probabilities"), "Ctrl+Shift+P",
           [this] { options_->setProbabilities(!options_->probabilities()); });
}

void ChatPane::connectLane(ChatLane* lane) {
    connect(lane, &ChatLane::actionWanted, this, &ChatPane::act);
    connect(lane, &ChatLane::busyChanged, this, &ChatPane::updateState);
    connect(lane, &ChatLane::templateKnown, this, [this](const QString& name) { options_->setTemplateName(name); });
    connect(lane, &ChatLane::answerStored, this, [this] {
        if (stack_->currentWidget() == list_) list_->reload();
    });
    connect(lane->picker(), &ModelPicker::changed, this, [this] {
        updateState();
        keepLater_.start();
    });
    connect(lane->transcript(), &TranscriptView::copyWanted, this, &ChatPane::copy);
}

bool ChatPane::eventFilter(QObject* watched, QEvent* event) {
    if (watched != input_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    switch (key->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if ((key->modifiers() & Qt::ShiftModifier) != 0) break;
            send();
            return true;
        case Qt::Key_Escape:
            if (busy()) host_->stop();
            else if (editing_.message != 0) endEditing();
            else break;
            return true;
        case Qt::Key_Up:
            if (!input_->toPlainText().isEmpty() || busy()) break;
            actOnLast(Role::User, TranscriptView::Act::Edit);
            return true;
        default: break;
    }
    return QWidget::eventFilter(watched, event);
}

// The composer grows with what is written, up to eight lines.
void ChatPane::fitInput() {
    const int lines = std::clamp(input_->document()->blockCount() + (input_->toPlainText().size() > 60 ? 1 : 0), 2, 8);
    input_->setFixedHeight(input_->fontMetrics().lineSpacing() * lines + 14);
}

void ChatPane::showOptions(bool on) {
    optionsArea_->setVisible(on);
    optionsArea_->setMinimumHeight(on ? std::min(options_->sizeHint().height(), 230) : 0);
    optionsButton_->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
}

void ChatPane::showList(bool on) {
    listButton_->setChecked(on);
    stack_->setCurrentWidget(on ? static_cast<QWidget*>(list_) : splitter_);
    if (on) {
        list_->reload();
        list_->focusSearch();
    } else {
        input_->setFocus();
    }
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
