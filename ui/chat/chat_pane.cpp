#include "ui/chat/chat_pane.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QTextBlock>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/base/number.h"
#include "ui/models/run_list_model.h"
#include "ui/models/store_reader.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

ChatPane::ChatPane(RunListModel* runs, StoreReader* reader, QWidget* parent) : QWidget(parent), runs_(runs), reader_(reader) {
    setObjectName("chatPane");
    makeHead();
    transcript_ = new QTextBrowser(this);
    transcript_->setObjectName("transcript");
    transcript_->setAccessibleName(tr("Conversation"));
    transcript_->setFrameShape(QFrame::NoFrame);
    transcript_->document()->setDocumentMargin(10);
    makeOptions();
    input_ = new QPlainTextEdit(this);
    input_->setObjectName("chatInput");
    input_->setAccessibleName(tr("Message"));
    input_->setPlaceholderText(tr("Write a message. Enter sends, Shift+Enter breaks the line."));
    input_->setTabChangesFocus(true);
    input_->setFixedHeight(input_->fontMetrics().height() * 3 + 18);
    input_->installEventFilter(this);
    send_ = new QPushButton(lineIcon(IconShape::Send), tr("Send"), this);
    send_->setObjectName("chatSend");
    stop_ = new QPushButton(lineIcon(IconShape::Stop), tr("Stop"), this);
    stop_->setObjectName("chatStop");
    optionsButton_ = new QToolButton(this);
    optionsButton_->setObjectName("chatOptions");
    optionsButton_->setText(tr("Sampling"));
    optionsButton_->setCheckable(true);
    optionsButton_->setAutoRaise(true);
    optionsButton_->setArrowType(Qt::RightArrow);
    optionsButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    status_ = new QLabel(this);
    status_->setObjectName("chatStatus");
    status_->setWordWrap(true);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* row = new QHBoxLayout;
    row->addWidget(optionsButton_);
    row->addStretch(1);
    row->addWidget(stop_);
    row->addWidget(send_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 6, 6);
    layout->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->addWidget(model_, 1);
    auto* head2 = new QHBoxLayout;
    head2->addWidget(conversations_, 1);
    auto* fresh = new QToolButton(this);
    fresh->setObjectName("newConversation");
    fresh->setIcon(lineIcon(IconShape::Add));
    fresh->setAutoRaise(true);
    fresh->setToolTip(tr("New conversation"));
    fresh->setAccessibleName(tr("New conversation"));
    head2->addWidget(fresh);
    layout->addLayout(head);
    layout->addLayout(head2);
    layout->addWidget(transcript_, 1);
    layout->addWidget(status_);
    layout->addWidget(input_);
    layout->addWidget(optionsBox_);
    layout->addLayout(row);
    connect(send_, &QPushButton::clicked, this, &ChatPane::send);
    connect(stop_, &QPushButton::clicked, this, &ChatPane::stopWanted);
    connect(fresh, &QToolButton::clicked, this, &ChatPane::beginConversation);
    connect(optionsButton_, &QToolButton::toggled, this, [this](bool on) {
        optionsBox_->setVisible(on);
        optionsButton_->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
    });
    connect(runs_, &RunListModel::visibilityChanged, this, &ChatPane::showModels);
    connect(conversations_, &QComboBox::activated, this, [this](int index) {
        const auto id = conversations_->itemData(index).toLongLong();
        if (id == 0) beginConversation();
        else openConversation(id);
    });
    showModels();
    setBusy(false);
    redraw();
}

void ChatPane::makeHead() {
    model_ = new QComboBox(this);
    model_->setObjectName("chatModel");
    model_->setAccessibleName(tr("Model to talk to"));
    model_->setToolTip(tr("The run whose latest weights answer, or a model folder"));
    model_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    model_->setMinimumContentsLength(12);
    conversations_ = new QComboBox(this);
    conversations_->setObjectName("conversations");
    conversations_->setAccessibleName(tr("Conversations"));
    conversations_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    conversations_->setMinimumContentsLength(12);
    conversations_->addItem(tr("New conversation"), 0);
    connect(model_, &QComboBox::activated, this, [this](int index) {
        if (model_->itemData(index).toString() != "choose") return;
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Model folder"));
        model_->setCurrentIndex(0);
        if (folder.isEmpty()) return;
        model_->insertItem(model_->count() - 1, folder.section('/', -1), folder);
        model_->setCurrentIndex(model_->count() - 2);
    });
}

void ChatPane::makeOptions() {
    optionsBox_ = new QWidget(this);
    optionsBox_->setObjectName("chatOptionsBox");
    optionsBox_->hide();
    auto* form = new QFormLayout(optionsBox_);
    form->setContentsMargins(0, 0, 0, 0);
    const auto line = [this](const char* name, const QString& label, const QString& text) {
        auto* edit = new QLineEdit(text, optionsBox_);
        edit->setObjectName(name);
        edit->setAccessibleName(label);
        return edit;
    };
    const auto spin = [this](const char* name, const QString& label, int least, int most, int value) {
        auto* box = new QSpinBox(optionsBox_);
        box->setObjectName(name);
        box->setAccessibleName(label);
        box->setRange(least, most);
        box->setValue(value);
        return box;
    };
    temperature_ = line("temperature", tr("Temperature"), "0.8");
    topP_ = line("topP", tr("Top-p"), "1");
    topK_ = spin("topK", tr("Top-k"), 0, 100000, 40);
    topK_->setSpecialValueText(tr("off"));
    maxTokens_ = spin("maxTokens", tr("Most tokens"), 1, 8192, 160);
    seed_ = spin("chatSeed", tr("Seed"), 0, 1000000000, 1);
    raw_ = new QCheckBox(tr("Continue the text as it stands"), optionsBox_);
    raw_->setObjectName("rawCompletion");
    raw_->setToolTip(tr("Without the template that the model was trained with"));
    form->addRow(tr("Temperature"), temperature_);
    form->addRow(tr("Top-k"), topK_);
    form->addRow(tr("Top-p"), topP_);
    form->addRow(tr("Most tokens"), maxTokens_);
    form->addRow(tr("Seed"), seed_);
    form->addRow(raw_);
}

GenerationOptions ChatPane::options() const {
    GenerationOptions options;
    options.sampling.temperature = parseReal(temperature_->text().toStdString()).value_or(0.8);
    options.sampling.topP = parseReal(topP_->text().toStdString()).value_or(1.0);
    options.sampling.topK = topK_->value();
    options.sampling.seed = static_cast<std::uint64_t>(seed_->value());
    options.maxTokens = maxTokens_->value();
    return options;
}

bool ChatPane::raw() const { return raw_->isChecked(); }

QString ChatPane::model() const {
    const QString chosen = model_->currentData().toString();
    return chosen == "choose" ? QString() : chosen;
}

void ChatPane::setModelRun(const QString& run) {
    const int at = model_->findData("run:" + run);
    if (at >= 0) model_->setCurrentIndex(at);
}

void ChatPane::showModels() {
    const QString chosen = model_->currentData().toString();
    const QSignalBlocker quiet(model_);
    QStringList folders;
    for (int i = 0; i < model_->count(); ++i) {
        const QString each = model_->itemData(i).toString();
        if (!each.startsWith("run:") && each != "choose") folders << each;
    }
    model_->clear();
    const auto& runs = runs_->runs();
    for (auto it = runs.rbegin(); it != runs.rend(); ++it) {
        if (!it->trashed) model_->addItem(QString::fromStdString(it->name), "run:" + QString::fromStdString(it->id));
    }
    for (const QString& folder : folders) model_->addItem(folder.section('/', -1), folder);
    model_->addItem(tr("Choose a model folder…"), "choose");
    const int at = model_->findData(chosen);
    model_->setCurrentIndex(at >= 0 && chosen != "choose" ? at : 0);
    setBusy(busy_);
    if (history_.empty() && !busy_) redraw();
}

void ChatPane::suggest(const QString& prompt) {
    if (input_->toPlainText().isEmpty()) input_->setPlainText(prompt);
}

void ChatPane::send() {
    const QString text = input_->toPlainText().trimmed();
    if (text.isEmpty() || busy_ || model().isEmpty()) return;
    for (const QLineEdit* field : {temperature_, topP_}) {
        if (const auto value = parseReal(field->text().toStdString()); !value || *value < 0) {
            onFailed(tr("%1 is no number: \"%2\". Write it like 0.8.").arg(field->accessibleName(), field->text()));
            return;
        }
    }
    input_->clear();
    if (history_.empty()) transcript_->clear();
    appendBlock(tr("You"), text, palette().color(QPalette::Highlight));
    streamed_.clear();
    setBusy(true);
    status_->setText(tr("sending…"));
    Q_EMIT sent(text);
    history_.push_back({Role::User, text.toStdString()});
}

void ChatPane::beginConversation() {
    if (busy_) Q_EMIT stopWanted();
    conversation_ = lastMessage_ = 0;
    history_.clear();
    conversations_->setCurrentIndex(0);
    status_->clear();
    redraw();
    input_->setFocus();
}

void ChatPane::openConversation(std::int64_t id) {
    if (busy_) return;
    reader_->ask(
        this, [id](RunStore& store) { return store.messages(id); },
        [this, id](const std::vector<StoredMessage>& messages) {
            conversation_ = id;
            history_.clear();
            lastMessage_ = 0;
            for (const StoredMessage& message : messages) {
                const Role role = message.role == "assistant" ? Role::Assistant : message.role == "system" ? Role::System : Role::User;
                history_.push_back({role, message.text});
                lastMessage_ = message.id;
            }
            redraw();
        });
}

void ChatPane::reloadConversations() {
    reader_->ask(
        this, [](RunStore& store) { return store.conversations(); },
        [this](const std::vector<Conversation>& conversations) {
            const QSignalBlocker quiet(conversations_);
            conversations_->clear();
            conversations_->addItem(tr("New conversation"), 0);
            for (const Conversation& each : conversations) {
                conversations_->addItem(QString::fromStdString(each.title), static_cast<qlonglong>(each.id));
            }
            conversations_->setCurrentIndex(std::max(0, conversations_->findData(static_cast<qlonglong>(conversation_))));
        });
}

void ChatPane::onBegan(std::int64_t conversation, std::int64_t question) {
    const bool fresh = conversation_ != conversation;
    conversation_ = conversation;
    lastMessage_ = question;
    if (fresh) reloadConversations();
}

void ChatPane::onStatus(const QString& text) { status_->setText(text); }

void ChatPane::onToken(const QString& text) {
    if (!streaming_) {
        appendBlock(tr("Model"), QString(), ternaryColor(1, isDark(palette())));
        streaming_ = true;
    }
    streamed_ += text;
    QScrollBar* bar = transcript_->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum() - 4;
    QTextCursor cursor(transcript_->document());
    cursor.movePosition(QTextCursor::End);
    cursor.insertText(text);
    if (atEnd) bar->setValue(bar->maximum());
}

void ChatPane::onAnswered(const GenerationResult& result, std::int64_t message) {
    lastMessage_ = message;
    history_.push_back({Role::Assistant, result.text});
    setBusy(false);
    redraw();
    status_->setText(tr("%1 tokens · %2 tok/s · first after %3 s · context %4 of %5")
                         .arg(result.tokens.size())
                         .arg(result.tokensPerSecond, 0, 'f', 1)
                         .arg(result.firstTokenSeconds, 0, 'f', 2)
                         .arg(result.contextUsed)
                         .arg(result.contextLength));
}

void ChatPane::onFailed(const QString& message) {
    setBusy(false);
    status_->setText(QString("<span style='color:%1'>%2</span>").arg(badColor(isDark(palette())).name(), message.toHtmlEscaped()));
}

void ChatPane::setBusy(bool busy) {
    busy_ = busy;
    if (!busy) streaming_ = false;
    send_->setEnabled(!busy && !model().isEmpty());
    stop_->setEnabled(busy);
}

void ChatPane::appendBlock(const QString& who, const QString& text, const QColor& color) {
    QTextCursor cursor(transcript_->document());
    cursor.movePosition(QTextCursor::End);
    QTextBlockFormat block;
    block.setTopMargin(transcript_->document()->isEmpty() ? 0 : 10);
    QTextCharFormat name;
    name.setForeground(color);
    name.setFontWeight(QFont::DemiBold);
    if (transcript_->document()->isEmpty()) cursor.setBlockFormat(block);
    else cursor.insertBlock(block);
    cursor.insertText(who, name);
    QTextCharFormat plain;
    plain.setForeground(palette().color(QPalette::Text));
    QTextBlockFormat body;
    body.setTopMargin(2);
    cursor.insertBlock(body, plain);
    cursor.insertText(text, plain);
    transcript_->verticalScrollBar()->setValue(transcript_->verticalScrollBar()->maximum());
}

void ChatPane::redraw() {
    transcript_->clear();
    if (history_.empty()) {
        showHint();
        return;
    }
    for (const Message& message : history_) {
        const bool user = message.role == Role::User;
        appendBlock(user ? tr("You") : message.role == Role::System ? tr("System") : tr("Model"), QString::fromStdString(message.text),
                    user ? palette().color(QPalette::Highlight) : ternaryColor(1, isDark(palette())));
    }
}

void ChatPane::showHint() {
    const QString text = model().isEmpty()
                             ? tr("There is no model yet. Start a run: its weights can be talked to as soon as it trains.")
                             : tr("Ask %1 something. A run that trains answers with its latest weights.")
                                   .arg(model_->currentText());
    transcript_->setHtml(QString("<p style='color:%1'>%2</p>")
                             .arg(palette().color(QPalette::PlaceholderText).name(), text.toHtmlEscaped()));
}

bool ChatPane::eventFilter(QObject* watched, QEvent* event) {
    if (watched == input_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if ((key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) && !(key->modifiers() & Qt::ShiftModifier)) {
            send();
            return true;
        }
        if (key->key() == Qt::Key_Escape && busy_) {
            Q_EMIT stopWanted();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ChatPane::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && !busy_ && transcript_ != nullptr) redraw();
    QWidget::changeEvent(event);
}

}  // namespace tritlab
