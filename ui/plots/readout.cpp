#include "ui/plots/readout.h"

#include <QPaintEvent>
#include <QPainter>
#include <algorithm>
#include <utility>

namespace tritlab {

namespace {
constexpr int gap = 10, margin = 6;
constexpr std::size_t maxRows = 24;
}  // namespace

Readout::Readout(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void Readout::show(const QString& head, std::vector<ReadoutPart> parts) {
    head_ = head;
    parts_ = std::move(parts);
    update();
}

QString Readout::text() const {
    QStringList words;
    if (!head_.isEmpty()) words << head_;
    for (const ReadoutPart& part : parts_) words << (part.value.isEmpty() ? part.name : part.value);
    return words.join(' ');
}

QSize Readout::sizeHint() const { return {60, fontMetrics().height()}; }

// From the right, as many as fit; the rest is in the box at the cursor.
void Readout::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QFontMetrics metrics = fontMetrics();
    const auto textOf = [](const ReadoutPart& part) { return part.value.isEmpty() ? part.name : part.value; };
    const int headWidth = head_.isEmpty() ? 0 : metrics.horizontalAdvance(head_) + gap;
    int room = width() - headWidth;
    std::size_t shown = 0;
    for (; shown < parts_.size(); ++shown) {
        const int need = metrics.horizontalAdvance(textOf(parts_[shown])) + gap;
        if (need > room) break;
        room -= need;
    }
    int x = room;
    const int base = (height() + metrics.ascent() - metrics.descent()) / 2;
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(x, base, head_);
    x += headWidth;
    for (std::size_t i = 0; i < shown; ++i) {
        painter.setPen(parts_[i].color);
        painter.drawText(x, base, textOf(parts_[i]));
        x += metrics.horizontalAdvance(textOf(parts_[i])) + gap;
    }
}

ValueBox::ValueBox(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void ValueBox::show(const QString& head, std::vector<ReadoutPart> parts, int x, const QRect& room) {
    head_ = head;
    const std::size_t rows = std::min(
        maxRows, static_cast<std::size_t>(std::max(0, (room.height() - 2 * margin) / fontMetrics().height() - 1)));
    if (parts.size() > rows) parts.resize(rows);
    parts_ = std::move(parts);
    setVisible(!parts_.empty());
    if (parts_.empty()) return;
    const QFontMetrics metrics = fontMetrics();
    int width = metrics.horizontalAdvance(head_);
    for (const ReadoutPart& part : parts_)
        width = std::max(width, 12 + std::min(metrics.horizontalAdvance(part.name), 180) + gap +
                                    metrics.horizontalAdvance(part.value));
    const QSize size(width + 2 * margin, static_cast<int>(parts_.size() + 1) * metrics.height() + 2 * margin);
    const int left = x + gap + size.width() <= room.right() ? x + gap : std::max(room.left(), x - gap - size.width());
    setGeometry(left, room.top() + 4, size.width(), size.height());
    update();
}

void ValueBox::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QColor background = palette().color(QPalette::Base);
    background.setAlpha(235);
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(background);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    const QFontMetrics metrics = fontMetrics();
    int base = margin + metrics.ascent();
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(margin, base, head_);
    for (const ReadoutPart& part : parts_) {
        base += metrics.height();
        painter.fillRect(margin, base - metrics.ascent() / 2 - 3, 7, 7, part.color);
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(margin + 12, base, metrics.elidedText(part.name, Qt::ElideMiddle, 180));
        painter.drawText(width() - margin - metrics.horizontalAdvance(part.value), base, part.value);
    }
}

}  // namespace tritlab
