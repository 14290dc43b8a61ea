#include "ui/pages/run_delegates.h"

#include <QHeaderView>
#include <QPainter>
#include <QTableView>
#include <algorithm>
#include <utility>

#include "ui/models/run_filter_model.h"
#include "ui/models/run_list_model.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

// The same picture whether the row is selected or not, with a rim in the row's text colour: a swatch in the highlight's
// own colour would vanish in it.
QIcon swatch(const QColor& color, const QColor& rim, const QSize& size, qreal scale) {
    QPixmap pixmap(size * scale);
    pixmap.setDevicePixelRatio(scale);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(rim, 1));
    painter.setBrush(color);
    painter.drawRoundedRect(QRectF(0.5, 0.5, size.width() - 1.0, size.height() - 1.0), 2, 2);
    painter.end();
    QIcon icon;
    for (const QIcon::Mode mode : {QIcon::Normal, QIcon::Selected, QIcon::Active, QIcon::Disabled})
        icon.addPixmap(pixmap, mode);
    return icon;
}

}  // namespace

void RunDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    const QVariant color = index.data(Qt::DecorationRole);
    if (color.userType() != QMetaType::QColor) return;
    const bool selected = option->state & QStyle::State_Selected;
    QColor rim = option->palette.color(selected ? QPalette::HighlightedText : QPalette::Base);
    rim.setAlpha(selected ? 220 : 0);
    option->icon = swatch(color.value<QColor>(), rim, option->decorationSize,
                          option->widget != nullptr ? option->widget->devicePixelRatioF() : 1);
}

void RunDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    if (index.data(RunFilterModel::HeadingRole).toBool()) paintHeading(painter, option, index);
    else paintRun(painter, option, index);
}

void RunDelegate::paintRun(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
}

void RunDelegate::paintHeading(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item(option);
    initStyleOption(&item, index);
    item.text.clear();
    item.backgroundBrush = option.palette.brush(QPalette::Button);
    item.widget->style()->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
    // Each cell paints its part of one text that starts in the first column.
    const auto* table = qobject_cast<const QTableView*>(option.widget);
    if (table == nullptr) return;
    const int left = table->columnViewportPosition(0) + 26;
    painter->save();
    painter->setClipRect(option.rect);
    QFont bold(option.font);
    bold.setWeight(QFont::DemiBold);
    painter->setFont(bold);
    painter->setPen(
        option.palette.color(option.state & QStyle::State_Selected ? QPalette::HighlightedText : QPalette::Text));
    const QRect words(left, option.rect.top(),
                      std::max(table->viewport()->width(), table->horizontalHeader()->length()) - left,
                      option.rect.height());
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter, index.siblingAtColumn(0).data().toString());
    painter->restore();
}

void ProgressDelegate::paintRun(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item(option);
    initStyleOption(&item, index);
    const QString text = std::exchange(item.text, QString());
    item.widget->style()->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
    const bool dark = isDark(option.palette);
    const auto state = static_cast<RunState>(index.data(RunListModel::StateRole).toInt());
    const QRectF bar(option.rect.left() + 4, option.rect.bottom() - 5, option.rect.width() - 12, 3);
    const bool selected = option.state & QStyle::State_Selected;
    QColor ground = option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
    ground.setAlpha(selected ? 90 : 40);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(ground);
    painter->drawRoundedRect(bar, 1.5, 1.5);
    QRectF done = bar;
    done.setWidth(bar.width() * std::clamp(index.data(RunListModel::ShareRole).toDouble(), 0.0, 1.0));
    painter->setBrush(selected ? option.palette.color(QPalette::HighlightedText) : stateColor(state, dark));
    painter->drawRoundedRect(done, 1.5, 1.5);
    painter->setPen(option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
    painter->setFont(option.font);
    const QRect words = option.rect.adjusted(4, 0, -4, -4);
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(text, Qt::ElideRight, words.width()));
    painter->restore();
}

}  // namespace tritlab
