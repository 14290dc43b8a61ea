#include "ui/chat/template_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QSplitter>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "core/data/chat_families.h"
#include "ui/chat/token_notes.h"
#include "ui/theme/theme.h"

namespace tritlab {
namespace {

constexpr const char* ownKey = "own";
constexpr const char* writtenKey = "written";

// Every second token stands on a ground of its own, so that their borders show; special tokens are framed by weight.
QString tokensHtml(const std::vector<PromptPreview::Token>& tokens, const QPalette& palette) {
    QColor ground = palette.color(QPalette::Highlight);
    ground.setAlphaF(0.18F);
    const QString style =
        QString("background-color: rgba(%1, %2, %3, 46);").arg(ground.red()).arg(ground.green()).arg(ground.blue());
    QString html;
    bool tinted = false;
    for (const PromptPreview::Token& token : tokens) {
        QString text = visibleToken(token.text).toHtmlEscaped();
        if (token.special) text = "<b>" + text + "</b>";
        html += tinted ? QString("<span style='%1'>%2</span>").arg(style, text) : text;
        if (token.text.contains('\n')) html += "<br>";
        tinted = !tinted;
    }
    return html;
}

}  // namespace

TemplateDialog::TemplateDialog(const ChatTemplateText& chosen, Ask ask, QWidget* parent)
    : QDialog(parent), ask_(std::move(ask)) {
    setObjectName("templateDialog");
    setWindowTitle(tr("Chat template"));
    build();
    const QString source = QString::fromStdString(chosen.source);
    int index = source.isEmpty() ? choice_->findData(ownKey) : choice_->findData(writtenKey);
    for (const ChatFamily& family : chatFamilies())
        if (source == family.source) index = choice_->findData(family.key);
    choice_->setCurrentIndex(index);
    if (!source.isEmpty()) setSource(source);
    connect(choice_, &QComboBox::currentIndexChanged, this, &TemplateDialog::onChoice);
    connect(source_, &QPlainTextEdit::textChanged, this, &TemplateDialog::onEdited);
    later_.setSingleShot(true);
    later_.setInterval(250);
    connect(&later_, &QTimer::timeout, this, &TemplateDialog::askAgain);
    askAgain();
}

void TemplateDialog::build() {
    choice_ = new QComboBox(this);
    choice_->setObjectName("templateChoice");
    choice_->setAccessibleName(tr("Template"));
    choice_->addItem(tr("The model's own"), ownKey);
    for (const ChatFamily& family : chatFamilies()) choice_->addItem(family.title, family.key);
    choice_->addItem(tr("Written here"), writtenKey);
    source_ = new QPlainTextEdit(this);
    source_->setObjectName("templateSource");
    source_->setAccessibleName(tr("Jinja text"));
    source_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    source_->setTabChangesFocus(true);
    source_->setPlaceholderText(tr("This model brings no Jinja text: choose a family above, or write one here"));
    tokens_ = new QTextBrowser(this);
    tokens_->setObjectName("templateTokens");
    tokens_->setAccessibleName(tr("The conversation as the model reads it"));
    tokens_->setFont(source_->font());
    state_ = new QLabel(this);
    state_->setObjectName("templateState");
    state_->setWordWrap(true);
    state_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("Use it"), QDialogButtonBox::AcceptRole)->setObjectName("templateUse");
    buttons->addButton(QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* parts = new QSplitter(Qt::Vertical, this);
    parts->setChildrenCollapsible(false);
    parts->addWidget(source_);
    parts->addWidget(tokens_);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(choice_);
    layout->addWidget(parts, 1);
    layout->addWidget(state_);
    layout->addWidget(buttons);
    resize(640, 520);
}

QString TemplateDialog::sourceOf(const QString& choice) const {
    if (choice == ownKey) return own_;
    const ChatFamily* family = findChatFamily(choice.toStdString());
    return family != nullptr ? QString(family->source) : source_->toPlainText();
}

void TemplateDialog::setSource(const QString& source) {
    setting_ = true;
    source_->setPlainText(source);
    setting_ = false;
}

void TemplateDialog::onChoice() {
    setSource(sourceOf(choice_->currentData().toString()));
    askAgain();
}

void TemplateDialog::onEdited() {
    if (setting_) return;
    const QSignalBlocker still(choice_);
    choice_->setCurrentIndex(choice_->findData(writtenKey));
    later_.start();
}

ChatTemplateText TemplateDialog::chosen() const {
    const QString choice = choice_->currentData().toString();
    if (choice == ownKey) return {};
    const std::string source = source_->toPlainText().toStdString();
    return {source, choice == writtenKey ? std::string("chat") : choice_->currentText().toStdString()};
}

void TemplateDialog::askAgain() {
    const int version = ++version_;
    state_->setText(tr("rendering…"));
    ask_(chosen(), [self = QPointer(this), version](const PromptPreview& preview) {
        if (self) self->show(preview, version);
    });
}

void TemplateDialog::show(const PromptPreview& preview, int version) {
    if (version != version_) return;  // asked anew meanwhile
    own_ = preview.own;
    if (choice_->currentData() == ownKey && source_->toPlainText() != own_) setSource(own_);
    if (!preview.error.isEmpty()) {
        state_->setText(QString("<span style='color:%1'>%2</span>")
                            .arg(badColor(isDark(palette())).name(), preview.error.toHtmlEscaped()));
        return;  // what was rendered last stays to be compared
    }
    tokens_->setHtml(tokensHtml(preview.tokens, palette()));
    const auto count = static_cast<int>(preview.tokens.size());
    state_->setText(preview.note.isEmpty() ? tr("%n token(s)", nullptr, count)
                                           : tr("%n token(s)", nullptr, count) + " · " + preview.note);
}

}  // namespace tritlab
