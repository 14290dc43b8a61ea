// A conversation as a document: messages with what can be done to each, an answer while it streams, token
// probabilities. Only the newest messages of a long one are laid out until the person asks for the earlier ones.
#pragma once

#include <QTextBrowser>
#include <set>
#include <vector>

#include "ui/chat/chat_values.h"

namespace tritlab {

class TranscriptView : public QTextBrowser {
    Q_OBJECT
public:
    enum class Act { Copy, CopyCode, Edit, Regenerate, Continue, Remove, Previous, Next, Answer, Earlier, Thinking };
    struct Item {
        qint64 id = 0;
        Role role = Role::User;
        QString name, text;
        QString info;                  // small, below: figures of an answer
        QString warning;               // what went wrong with it
        std::vector<TokenNote> notes;  // that make up the text, or none
        int branch = 0, branches = 1;  // which of its siblings, from 0
        bool answered = true;          // a question that has an answer below it
    };

    explicit TranscriptView(QWidget* parent = nullptr);
    void showItems(std::vector<Item> items);
    void showHint(const QString& text);
    void setMarkdown(bool on);
    void setProbabilities(bool on);
    [[nodiscard]] const std::vector<Item>& items() const { return items_; }

    // An answer that streams stands behind the others until finish() puts the whole one in its place.
    void begin(Item item);
    void append(const QString& text, const std::vector<TokenNote>& notes);
    void finish(Item item);
    [[nodiscard]] bool streaming() const { return streaming_; }
    // The likeliest tokens at a place of the viewport: empty where there are none.
    [[nodiscard]] QString alternativesAt(const QPoint& position) const;
    QVariant loadResource(int type, const QUrl& name) override;  // an answer loads nothing

Q_SIGNALS:
    void actionWanted(tritlab::TranscriptView::Act act, qint64 message);  // CopyCode, Earlier and Thinking apart
    void copyWanted(const QString& text);

protected:
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void redraw(std::size_t from);
    void draw(const Item& item);
    void drawHead(const Item& item);
    void drawBody(QTextCursor& cursor, const Item& item);
    void drawTokens(QTextCursor& cursor, const std::vector<TokenNote>& notes);
    void drawMarkdown(const QString& text);
    void drawThought(QTextCursor& cursor, const Item& item, const QString& thought);
    void drawCode(const QString& language, const QString& code);
    void drawFoot(const Item& item);
    void link(QTextCursor& cursor, const QString& text, Act act, qint64 id, const QString& tip);
    void onLink(const QUrl& url);
    void toEnd();
    [[nodiscard]] bool atBottom() const;
    [[nodiscard]] QTextCursor atEnd() const;
    [[nodiscard]] QTextCharFormat plain() const;
    [[nodiscard]] QTextCharFormat small() const;
    std::vector<Item> items_;
    std::vector<int> starts_;        // where each drawn item begins, from first_ on
    std::set<qint64> openThoughts_;  // of messages whose thinking is shown; the others' is folded
    std::vector<QString> codes_;     // of the code blocks, by the number in their links
    std::size_t first_ = 0;
    QString scheme_;  // of our own links: a model's text cannot know it
    QString hint_;
    bool markdown_ = true, probabilities_ = false, streaming_ = false;
};

}  // namespace tritlab
