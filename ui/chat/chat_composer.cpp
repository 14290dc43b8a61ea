#include "ui/chat/chat_composer.h"

#include <QFrame>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/services/draft_keeper.h"

namespace tritlab {

namespace {

std::string draftName(qint64 conversation) { return "chat-" + std::to_string(conversation); }

}  // namespace

ChatComposer::ChatComposer(DraftKeeper* drafts, QWidget* parent) : QWidget(parent), drafts_(drafts) {
    makeEditBar();
    input_ = new QPlainTextEdit(this);
    input_->setObjectName("chatInput");
    input_->setAccessibleName(tr("Message"));
    input_->setPlaceholderText(tr("Write a message. Enter sends, Shift+Enter breaks the line."));
    input_->setTabChangesFocus(true);
    input_->installEventFilter(this);
    setFocusProxy(input_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(editBar_);
    layout->addWidget(input_);
    connect(input_, &QPlainTextEdit::textChanged, this, [this] {
        fitInput();
        Q_EMIT changed();
        keep();
        if (input_->toPlainText().size() == 1) Q_EMIT firstLetterWritten();
    });
    fitInput();
}

void ChatComposer::makeEditBar() {
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
    connect(cancel, &QPushButton::clicked, this, &ChatComposer::endEditing);
}

QString ChatComposer::text() const { return input_->toPlainText(); }

void ChatComposer::suggest(const QString& text) {
    if (input_->toPlainText().isEmpty()) input_->setPlainText(text);
}

void ChatComposer::setReadOnly(bool on) { input_->setReadOnly(on); }

void ChatComposer::edit(const Edited& edited, const QString& text) {
    edited_ = edited;
    editText_->setText(edited.role == Role::Assistant
                           ? tr("Editing an answer: it becomes a branch, and nothing is asked.")
                           : tr("Editing a question: it becomes a branch with an answer of its own."));
    editBar_->show();
    input_->setPlainText(text);
    input_->moveCursor(QTextCursor::End);
    input_->setFocus();
    Q_EMIT changed();
}

void ChatComposer::endEditing() {
    if (edited_.message != 0) input_->clear();
    edited_ = {};
    editBar_->hide();
    Q_EMIT changed();
}

void ChatComposer::keep() {
    if (conversation_ < 0) return;
    nlohmann::json draft;
    if (const QString text = input_->toPlainText(); !text.isEmpty()) {
        draft = {{"text", text.toStdString()}};
        if (edited_.message != 0) draft["edits"] = {{"lane", edited_.lane}, {"message", edited_.message}};
    }
    drafts_->keep(draftName(conversation_), draft);
}

ChatComposer::Draft ChatComposer::draftOf(qint64 conversation) const {
    const nlohmann::json kept = drafts_->draft(draftName(conversation));
    if (!kept.is_object()) return {};
    try {
        Draft draft;
        draft.text = QString::fromStdString(kept.value("text", std::string()));
        if (const auto edits = kept.find("edits"); edits != kept.end()) {
            draft.lane = edits->value("lane", 0);
            draft.message = edits->value("message", qint64{0});
        }
        return draft;
    } catch (const nlohmann::json::exception&) {
        return {};  // written by another version, or by hand
    }
}

void ChatComposer::leave() {
    conversation_ = -1;
    endEditing();
    input_->clear();
}

void ChatComposer::open(qint64 conversation, const QString& text) {
    input_->setPlainText(text);
    input_->moveCursor(QTextCursor::End);
    conversation_ = conversation;
}

void ChatComposer::sent(qint64 conversation) {
    input_->setReadOnly(false);
    input_->clear();
    endEditing();
    conversation_ = conversation;
}

QString ChatComposer::takeAlong() {
    if (edited_.message != 0 || (conversation_ != 0 && !drafts_->draft(draftName(0)).is_null())) return {};
    const QString text = input_->toPlainText();
    input_->clear();
    return text;
}

bool ChatComposer::eventFilter(QObject* watched, QEvent* event) {
    if (watched != input_ || event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    switch (key->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if ((key->modifiers() & Qt::ShiftModifier) != 0) break;
            Q_EMIT sendWanted();
            return true;
        case Qt::Key_Escape:
            if (answering_) Q_EMIT stopWanted();
            else if (edited_.message != 0) endEditing();
            else break;
            return true;
        case Qt::Key_Up:
            if (!input_->toPlainText().isEmpty() || answering_) break;
            Q_EMIT editLastWanted();
            return true;
        default: break;
    }
    return QWidget::eventFilter(watched, event);
}

// Up to eight lines.
void ChatComposer::fitInput() {
    const int lines = std::clamp(input_->document()->blockCount() + (input_->toPlainText().size() > 60 ? 1 : 0), 2, 8);
    input_->setFixedHeight(input_->fontMetrics().lineSpacing() * lines + 14);
}

}  // namespace tritlab
