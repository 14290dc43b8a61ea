// The chat template beside the chat: the model's own, a family's or one that is written here, as Jinja text, and what
// it makes of the conversation, token by token.
#pragma once

#include <QDialog>
#include <QTimer>
#include <functional>

#include "ui/chat/chat_values.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QTextBrowser;

namespace tritlab {

class TemplateDialog : public QDialog {
    Q_OBJECT
public:
    using Preview = std::function<void(const PromptPreview&)>;
    // Renders the conversation with a template (empty: the model's own) on another thread; then `done` on this one.
    using Ask = std::function<void(const ChatTemplateText& text, Preview done)>;

    TemplateDialog(const ChatTemplateText& chosen, Ask ask, QWidget* parent);
    // Empty: the model's own.
    [[nodiscard]] ChatTemplateText chosen() const;

private:
    void build();
    void onChoice();
    void onEdited();
    void askAgain();
    void show(const PromptPreview& preview, int version);
    [[nodiscard]] QString sourceOf(const QString& choice) const;
    void setSource(const QString& source);
    Ask ask_;
    QComboBox* choice_;
    QPlainTextEdit* source_;
    QTextBrowser* tokens_;
    QLabel* state_;
    QTimer later_;
    QString own_;           // the model's own text, as soon as it is known
    int version_ = 0;       // of what was asked last
    bool setting_ = false;  // the text is being set, not edited
};

}  // namespace tritlab
