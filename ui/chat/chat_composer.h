// Where a message is written: the input, which grows with its lines, and a bar above it while a message is edited.
// Enter sends, Shift+Enter breaks the line. What is being written belongs to its conversation and is kept while it is
// written; an edit of a message is such a text too.
#pragma once

#include <QWidget>

#include "core/data/chat_template.h"

class QFrame;
class QLabel;
class QPlainTextEdit;

namespace tritlab {

class DraftKeeper;

class ChatComposer : public QWidget {
    Q_OBJECT
public:
    struct Edited {
        int lane = 0;
        qint64 message = 0;  // 0: nothing is edited
        Role role = Role::User;
    };
    struct Draft {
        QString text;
        int lane = 0;
        qint64 message = 0;  // that it edits; 0: none
    };

    ChatComposer(DraftKeeper* drafts, QWidget* parent);
    [[nodiscard]] QString text() const;
    void suggest(const QString& text);  // into an empty input
    void setReadOnly(bool on);
    void setAnswering(bool on) { answering_ = on; }  // Escape then stops the answer
    [[nodiscard]] const Edited& edited() const { return edited_; }
    void edit(const Edited& edited, const QString& text);  // its text, to be written anew
    void endEditing();

    // Drafts go by their conversation; 0: one that has not begun. Between leave() and open() nothing is kept.
    [[nodiscard]] Draft draftOf(qint64 conversation) const;
    void leave();  // what is in the input stays kept where it belongs
    void open(qint64 conversation, const QString& text);
    void sent(qint64 conversation);  // it is a message now, of this conversation: the input is empty again
    // Takes the text out, to go to a conversation that begins now; nothing where a text waits for that one already.
    QString takeAlong();

Q_SIGNALS:
    void sendWanted();
    void stopWanted();
    void editLastWanted();
    void firstLetterWritten();
    void changed();  // the text, or what is edited

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void makeEditBar();
    void fitInput();
    void keep();
    DraftKeeper* drafts_;
    QFrame* editBar_;
    QLabel* editText_;
    QPlainTextEdit* input_;
    Edited edited_;
    qint64 conversation_ = -1;  // whose text is in the input; -1: of none
    bool answering_ = false;
};

}  // namespace tritlab
