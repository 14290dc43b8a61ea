// How rows of the run list are painted: headings across all columns, the run's colour as a swatch that stays visible on
// a selected row, progress as a slim bar.
#pragma once

#include <QStyledItemDelegate>

namespace tritlab {

class RunDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
    virtual void paintRun(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

private:
    void paintHeading(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
};

class ProgressDelegate : public RunDelegate {
public:
    using RunDelegate::RunDelegate;

protected:
    void paintRun(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace tritlab
