#include "ui/theme/flow_layout.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QWidget>
#include <algorithm>

namespace tritlab {

FlowLayout::FlowLayout(QWidget* parent) : QLayout(parent) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(6);
}

FlowLayout::~FlowLayout() {
    for (QLayoutItem* item : items_) delete item;
}

void FlowLayout::addLabelled(const QString& text, QWidget* buddy) {
    auto* pair = new QWidget(parentWidget());
    auto* label = new QLabel(text, pair);
    label->setBuddy(buddy);
    auto* row = new QHBoxLayout(pair);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(label);
    row->addWidget(buddy);
    addWidget(pair);
}

void FlowLayout::addItem(QLayoutItem* item) { items_.push_back(item); }

QLayoutItem* FlowLayout::itemAt(int index) const {
    return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)] : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index) {
    QLayoutItem* item = itemAt(index);
    if (item != nullptr) items_.erase(items_.begin() + index);
    return item;
}

QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const QLayoutItem* item : items_) size = size.expandedTo(item->minimumSize());
    return size;
}

QSize FlowLayout::sizeHint() const {
    QSize size;
    for (const QLayoutItem* item : items_) {
        if (!item->isEmpty()) {
            const QSize hint = item->sizeHint();
            size = QSize(size.width() + (size.width() > 0 ? spacing() : 0) + hint.width(),
                         std::max(size.height(), hint.height()));
        }
    }
    return size;
}

void FlowLayout::setGeometry(const QRect& area) {
    QLayout::setGeometry(area);
    arrange(area, true);
}

int FlowLayout::arrange(const QRect& area, bool place) const {
    int y = area.y();
    std::size_t first = 0;
    while (first < items_.size()) {
        int width = 0, height = 0;
        std::size_t end = first;
        for (; end < items_.size(); ++end) {  // as many as fit, one at least
            if (items_[end]->isEmpty()) continue;
            const QSize size = items_[end]->sizeHint();
            const int wider = width + (width > 0 ? spacing() : 0) + size.width();
            if (width > 0 && wider > area.width()) break;
            width = wider;
            height = std::max(height, size.height());
        }
        if (place) {
            int x = area.x();
            bool pushed = false;
            for (std::size_t i = first; i < end; ++i) {
                if (items_[i]->isEmpty()) continue;
                if (i >= right_ && !pushed) {
                    x += std::max(0, area.width() - width);
                    pushed = true;
                }
                const QSize size = items_[i]->sizeHint();
                const QRect at(x, y + (height - size.height()) / 2, std::min(size.width(), area.width()),
                               size.height());
                items_[i]->setGeometry(QStyle::visualRect(parentWidget()->layoutDirection(), area, at));
                x += size.width() + spacing();
            }
        }
        y += height + (end < items_.size() ? spacing() : 0);
        first = end;
    }
    return y - area.y();
}

}  // namespace tritlab
