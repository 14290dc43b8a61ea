#include "ui/chat/transcript_view.h"

#include <QDesktopServices>
#include <QFontDatabase>
#include <QHelpEvent>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextDocumentFragment>
#include <QTextFrame>
#include <QToolTip>
#include <QUuid>
#include <algorithm>
#include <cmath>

#include "ui/chat/markdown.h"
#include "ui/chat/thinking.h"
#include "ui/chat/token_notes.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

constexpr std::size_t shownAtOnce = 40;  // messages that are laid out in one go
constexpr int noteProperty = QTextFormat::UserProperty + 1;

QColor mixed(const QColor& a, const QColor& b, double share) {
    const auto part = [share](int x, int y) { return static_cast<int>(x + (y - x) * share); };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

// Behind a token: nothing for a sure one, the deeper the less likely it was, on a logarithmic scale down to one in a
// thousand.
QColor doubtColor(float probability, bool dark) {
    QColor color = ternaryColor(1, dark);
    const double doubt = std::clamp(-std::log10(std::max(static_cast<double>(probability), 1e-3)) / 3.0, 0.0, 1.0);
    color.setAlphaF(static_cast<float>(0.75 * doubt));
    return color;
}

}  // namespace

TranscriptView::TranscriptView(QWidget* parent)
    : QTextBrowser(parent), scheme_("act-" + QUuid::createUuid().toString(QUuid::Id128)) {
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setUndoRedoEnabled(false);
    document()->setDocumentMargin(10);
    connect(this, &QTextBrowser::anchorClicked, this, &TranscriptView::onLink);
}

void TranscriptView::showItems(std::vector<Item> items) {
    streaming_ = false;
    hint_.clear();
    const bool longer = items.size() > items_.size() && !items_.empty() && items.front().id == items_.front().id;
    items_ = std::move(items);
    if (!longer || first_ >= items_.size()) first_ = items_.size() > shownAtOnce ? items_.size() - shownAtOnce : 0;
    redraw(first_);
    toEnd();
}

void TranscriptView::showHint(const QString& text) {
    items_.clear();
    starts_.clear();
    first_ = 0;
    streaming_ = false;
    hint_ = text;
    const QColor muted = mixed(palette().color(QPalette::Text), palette().color(QPalette::Base), 0.4);
    setHtml(QString("<p style='color:%1'>%2</p>").arg(muted.name(), text.toHtmlEscaped()));
}

void TranscriptView::setMarkdown(bool on) {
    if (std::exchange(markdown_, on) != on) redraw(first_);
}

void TranscriptView::setProbabilities(bool on) {
    if (std::exchange(probabilities_, on) != on) redraw(first_);
}

void TranscriptView::begin(Item item) {
    if (!items_.empty() && items_.back().id == item.id) items_.pop_back();  // an answer that goes on
    items_.push_back(std::move(item));
    streaming_ = true;
    redraw(items_.size() - 1);
    toEnd();
}

void TranscriptView::append(const QString& text, const std::vector<TokenNote>& notes) {
    if (!streaming_) return;
    Item& item = items_.back();
    item.text += text;
    item.notes.insert(item.notes.end(), notes.begin(), notes.end());
    const bool following = atBottom();
    QTextCursor cursor = atEnd();
    if (probabilities_ && !notes.empty()) drawTokens(cursor, notes);
    else cursor.insertText(text, plain());
    if (following) toEnd();
}

void TranscriptView::finish(Item item) {
    if (!streaming_) return;
    streaming_ = false;
    const bool following = atBottom();
    items_.back() = std::move(item);
    redraw(items_.size() - 1);
    if (following) toEnd();
}

void TranscriptView::toEnd() { verticalScrollBar()->setValue(verticalScrollBar()->maximum()); }

bool TranscriptView::atBottom() const { return verticalScrollBar()->value() >= verticalScrollBar()->maximum() - 8; }

// Who reads the end goes on reading it, whatever opens below.
void TranscriptView::resizeEvent(QResizeEvent* event) {
    const bool following = atBottom();
    QTextBrowser::resizeEvent(event);
    if (following) toEnd();
}

QTextCursor TranscriptView::atEnd() const {
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    return cursor;
}

QTextCharFormat TranscriptView::plain() const {
    QTextCharFormat format;
    format.setForeground(palette().color(QPalette::Text));
    return format;
}

QTextCharFormat TranscriptView::small() const {
    QTextCharFormat format;
    format.setForeground(mixed(palette().color(QPalette::Text), palette().color(QPalette::Base), 0.4));
    format.setFontPointSize(std::max(6.0, font().pointSizeF() * 0.85));
    return format;
}

// Lays the items out anew from one on; what stands before it is left alone.
void TranscriptView::redraw(std::size_t from) {
    if (items_.empty()) {
        if (hint_.isEmpty()) clear();
        else showHint(QString(hint_));
        return;
    }
    const int scrolled = verticalScrollBar()->value();
    from = std::max(from, first_);
    const std::size_t kept = std::min(from - first_, starts_.size());
    if (kept == 0) {
        clear();
        codes_.clear();
        if (first_ > 0) {
            QTextCursor cursor = atEnd();
            link(cursor, tr("Show %n earlier message(s)", nullptr, static_cast<int>(first_)), Act::Earlier, 0, {});
        }
    } else if (kept < starts_.size()) {
        QTextCursor cursor(document());
        cursor.setPosition(starts_[kept] - 1);
        cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
        cursor.removeSelectedText();
    }
    starts_.resize(kept);
    for (std::size_t i = first_ + kept; i < items_.size(); ++i) draw(items_[i]);
    verticalScrollBar()->setValue(scrolled);
}

void TranscriptView::draw(const Item& item) {
    drawHead(item);
    QTextCursor cursor = atEnd();
    QTextBlockFormat body;
    body.setTopMargin(2);
    cursor.insertBlock(body, plain());
    drawBody(cursor, item);
    if (!(streaming_ && &item == &items_.back())) drawFoot(item);
}

void TranscriptView::drawHead(const Item& item) {
    QTextCursor cursor = atEnd();
    QTextBlockFormat block;
    block.setTopMargin(document()->isEmpty() ? 0 : 12);
    if (document()->isEmpty()) cursor.setBlockFormat(block);
    else cursor.insertBlock(block, QTextCharFormat());
    starts_.push_back(cursor.position());
    QTextCharFormat name;
    name.setForeground(item.role == Role::User ? palette().color(QPalette::Link) : ternaryColor(1, isDark(palette())));
    name.setFontWeight(QFont::DemiBold);
    cursor.insertText(item.name, name);
}

void TranscriptView::drawBody(QTextCursor& cursor, const Item& item) {
    if (probabilities_ && !item.notes.empty()) return drawTokens(cursor, item.notes);
    if (item.role != Role::Assistant || streaming_) return cursor.insertText(item.text, plain());
    const ThinkingParts parts = thinkingParts(item.text);
    if (!parts.thought.isEmpty()) drawThought(cursor, item, parts.thought);
    if (markdown_) drawMarkdown(parts.said);
    else atEnd().insertText(parts.said, plain());
}

void TranscriptView::drawThought(QTextCursor& cursor, const Item& item, const QString& thought) {
    const bool open = openThoughts_.contains(item.id);
    const auto words = static_cast<int>(thought.split(QRegularExpression("\\s+"), Qt::SkipEmptyParts).size());
    link(cursor, QString(QChar(open ? 0x25be : 0x25b8)) + ' ' + tr("Thinking, %n word(s)", nullptr, words),
         Act::Thinking, item.id, open ? tr("Fold it") : tr("Show what the model thought before it spoke"));
    if (open) {
        cursor.insertBlock();
        cursor.insertText(thought, small());
    }
    cursor.insertBlock(QTextBlockFormat(), plain());
}

void TranscriptView::drawTokens(QTextCursor& cursor, const std::vector<TokenNote>& notes) {
    const bool dark = isDark(palette());
    for (const TokenNote& note : notes) {
        QTextCharFormat format = plain();
        if (!note.alternatives.empty()) {
            format.setBackground(doubtColor(note.probability, dark));
            format.setProperty(noteProperty, noteToolTip(note));
        }
        cursor.insertText(note.text, format);
    }
}

void TranscriptView::drawMarkdown(const QString& text) {
    const auto parts = markdownParts(text);
    // A text without any of Markdown's signs keeps every blank.
    static const QRegularExpression signs("[*_`#>\\[\\]|~]|^\\s*[-+]\\s|^\\s*\\d+[.)]\\s",
                                          QRegularExpression::MultilineOption);
    for (const MarkdownPart& part : parts) {
        QTextCursor cursor = atEnd();
        if (part.code) {
            drawCode(part.language, part.text);
        } else if (!part.text.contains(signs)) {
            cursor.insertText(parts.size() > 1 ? part.text.trimmed() : part.text, plain());
        } else {
            const auto features =
                QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub) | QTextDocument::MarkdownNoHTML;
            cursor.insertFragment(QTextDocumentFragment::fromMarkdown(withHardBreaks(part.text), features));
        }
    }
}

void TranscriptView::drawCode(const QString& language, const QString& code) {
    QTextFrameFormat frame;
    frame.setBackground(mixed(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.06));
    frame.setBorder(1);
    frame.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    frame.setBorderBrush(mixed(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.2));
    frame.setPadding(6);
    frame.setTopMargin(4);
    frame.setBottomMargin(4);
    QTextCursor cursor = atEnd();
    cursor.insertFrame(frame);
    if (!language.isEmpty()) cursor.insertText(language + "   ", small());
    codes_.push_back(code);
    link(cursor, tr("Copy code"), Act::CopyCode, static_cast<qint64>(codes_.size()) - 1, tr("Copy this block"));
    QTextCharFormat format = plain();
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    format.setFontFamilies(fixed.families());
    format.setFontFixedPitch(true);
    cursor.insertBlock(QTextBlockFormat(), format);
    QString lines = code;
    cursor.insertText(lines.replace('\n', QChar::LineSeparator), format);
}

void TranscriptView::drawFoot(const Item& item) {
    QTextCursor cursor = atEnd();
    QTextBlockFormat block;
    block.setTopMargin(2);
    // A frame of code leaves an empty block behind it.
    if (cursor.block().length() == 1 && !item.text.isEmpty()) cursor.setBlockFormat(block);
    else cursor.insertBlock(block, QTextCharFormat());
    if (!item.warning.isEmpty()) {
        QTextCharFormat warning = small();
        warning.setForeground(badColor(isDark(palette())));
        cursor.insertText(item.warning + '\n', warning);
    }
    if (!item.info.isEmpty()) cursor.insertText(item.info + '\n', small());
    const auto gap = [&] { cursor.insertText("  ", small()); };
    if (item.branches > 1) {
        link(cursor, QString(QChar(0x2039)), Act::Previous, item.id, tr("The branch before"));
        cursor.insertText(QString(" %1/%2 ").arg(item.branch + 1).arg(item.branches), small());
        link(cursor, QString(QChar(0x203a)), Act::Next, item.id, tr("The next branch"));
        gap();
    }
    link(cursor, tr("Copy"), Act::Copy, item.id, tr("Copy the text of this message"));
    gap();
    link(cursor, tr("Edit"), Act::Edit, item.id, tr("Write it anew: a branch of the conversation, the old one stays"));
    if (item.role == Role::Assistant) {
        gap();
        link(cursor, tr("Regenerate"), Act::Regenerate, item.id,
             tr("Another answer to the same question, as a branch"));
        gap();
        link(cursor, tr("Continue"), Act::Continue, item.id, tr("Go on where this answer ended"));
    } else if (!item.answered) {
        gap();
        link(cursor, tr("Answer"), Act::Answer, item.id, tr("Let the model answer this"));
    }
    gap();
    link(cursor, tr("Delete"), Act::Remove, item.id,
         tr("Delete this message and what follows it; Undo brings it back"));
}

void TranscriptView::link(QTextCursor& cursor, const QString& text, Act act, qint64 id, const QString& tip) {
    QTextCharFormat format = small();
    format.setAnchor(true);
    format.setAnchorHref(QString("%1:%2/%3").arg(scheme_).arg(static_cast<int>(act)).arg(id));
    const QColor muted = mixed(palette().color(QPalette::Text), palette().color(QPalette::Base), 0.35);
    format.setForeground(mixed(palette().color(QPalette::Link), muted, 0.45));
    format.setProperty(noteProperty, tip.toHtmlEscaped());
    cursor.insertText(text, format);
}

void TranscriptView::onLink(const QUrl& url) {
    if (url.scheme() != scheme_) {
        if (url.scheme() == "http" || url.scheme() == "https") QDesktopServices::openUrl(url);
        return;
    }
    const Act act = static_cast<Act>(url.path().section('/', 0, 0).toInt());
    const qint64 id = url.path().section('/', 1).toLongLong();
    if (act == Act::Earlier) {
        first_ = first_ > shownAtOnce ? first_ - shownAtOnce : 0;
        starts_.clear();
        redraw(first_);
        verticalScrollBar()->setValue(0);
        return;
    }
    if (act == Act::CopyCode) {
        if (id >= 0 && static_cast<std::size_t>(id) < codes_.size())
            Q_EMIT copyWanted(codes_[static_cast<std::size_t>(id)]);
        return;
    }
    if (act == Act::Thinking) {
        if (!openThoughts_.erase(id)) openThoughts_.insert(id);
        const auto found = std::ranges::find(items_, id, &Item::id);
        redraw(static_cast<std::size_t>(found - items_.begin()));
        return;
    }
    Q_EMIT actionWanted(act, id);
}

QString TranscriptView::alternativesAt(const QPoint& position) const {
    QTextCursor cursor = cursorForPosition(position);
    const QRect rect = cursorRect(cursor);
    if (position.y() < rect.top() - 2 || position.y() > rect.bottom() + 2) return {};
    // A cursor stands between two characters and has the format of the one before it.
    if (position.x() >= rect.left() && !cursor.atBlockEnd()) cursor.movePosition(QTextCursor::NextCharacter);
    else if (position.x() > rect.left() + 4) return {};
    return cursor.charFormat().stringProperty(noteProperty);
}

bool TranscriptView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString tip = alternativesAt(help->pos());
        if (tip.isEmpty()) QToolTip::hideText();
        else QToolTip::showText(help->globalPos(), tip, viewport());
        return true;
    }
    return QTextBrowser::viewportEvent(event);
}

void TranscriptView::changeEvent(QEvent* event) {
    if ((event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) && !scheme_.isEmpty()) {
        starts_.clear();
        redraw(first_);
    }
    QTextBrowser::changeEvent(event);
}

QVariant TranscriptView::loadResource(int type, const QUrl& name) {
    Q_UNUSED(type);
    Q_UNUSED(name);
    return {};
}

}  // namespace tritlab
