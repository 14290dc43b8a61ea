#include "ui/pages/table_page.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <algorithm>

namespace tritlab {

TextTableView::TextTableView(const QString& name, const QString& accessibleName, QWidget* parent)
    : QWidget(parent), model_(new TextTableModel(this)), filter_(new QSortFilterProxyModel(this)) {
    filter_->setSourceModel(model_);
    filter_->setFilterKeyColumn(-1);
    filter_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    filter_->setSortRole(TextTableModel::SortRole);
    words_ = new QLineEdit(this);
    words_->setObjectName(name + "Filter");
    words_->setPlaceholderText(tr("Filter"));
    words_->setAccessibleName(tr("Filter: %1").arg(accessibleName));
    words_->setClearButtonEnabled(true);
    words_->setMaximumWidth(260);
    view_ = new QTableView(this);
    view_->setObjectName(name);
    view_->setAccessibleName(accessibleName);
    view_->setModel(filter_);
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view_->setShowGrid(false);
    view_->setAlternatingRowColors(true);
    view_->setWordWrap(false);
    view_->setTabKeyNavigation(false);
    view_->setFrameShape(QFrame::NoFrame);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(view_->fontMetrics().height() + 8);
    view_->horizontalHeader()->setStretchLastSection(true);
    view_->horizontalHeader()->setHighlightSections(false);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy = new QAction(tr("Copy"), view_);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    view_->addAction(copy);
    connect(copy, &QAction::triggered, this, &TextTableView::copySelection);
    empty_ = new QLabel(this);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->hide();
    tools_ = new QHBoxLayout;
    tools_->addWidget(words_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(tools_);
    layout->addWidget(empty_, 1);
    layout->addWidget(view_, 1);
    connect(model_, &QAbstractItemModel::modelReset, this, [this] { sized_ = false; });  // other columns, other widths
    connect(words_, &QLineEdit::textChanged, filter_, &QSortFilterProxyModel::setFilterFixedString);
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this] { Q_EMIT currentKeyChanged(currentKey()); });
}

void TextTableView::setSortable() {
    view_->setSortingEnabled(true);
    filter_->sort(-1);
    view_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
}

QString TextTableView::currentKey() const { return view_->currentIndex().data(TextTableModel::KeyRole).toString(); }

void TextTableView::setCurrentKey(const QString& key) {
    const QModelIndex at = filter_->mapFromSource(model_->index(model_->rowOf(key), 0));
    if (at.isValid()) view_->setCurrentIndex(at);
}

void TextTableView::setEmptyText(const QString& text) { empty_->setText(text); }

void TextTableView::refresh() {
    const bool empty = model_->rowCount() == 0;
    empty_->setVisible(empty && !empty_->text().isEmpty());
    view_->setVisible(!empty || empty_->text().isEmpty());
    if (!empty && !std::exchange(sized_, true)) {
        view_->resizeColumnsToContents();
        for (int column = 0; column + 1 < model_->columnCount(); ++column)
            view_->setColumnWidth(column, std::clamp(view_->columnWidth(column) + 8, 48, 320));
    }
}

void TextTableView::fitColumns() {
    sized_ = false;
    refresh();
}

void TextTableView::copySelection() const {
    QModelIndexList rows = view_->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    QStringList lines;
    for (const QModelIndex& row : rows) {
        QStringList cells;
        for (int column = 0; column < filter_->columnCount(); ++column)
            cells << row.siblingAtColumn(column).data().toString();
        lines << cells.join('\t');
    }
    if (!lines.isEmpty()) QGuiApplication::clipboard()->setText(lines.join('\n'));
}

}  // namespace tritlab
