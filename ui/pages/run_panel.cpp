#include "ui/pages/run_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/models/run_list_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

void ProgressDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
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
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter, option.fontMetrics.elidedText(text, Qt::ElideRight, words.width()));
    painter->restore();
}

RunPanel::RunPanel(RunListModel* model, QWidget* parent) : QWidget(parent), model_(model), filter_(new RunFilterModel(this)) {
    setObjectName("runPanel");
    filter_->setSourceModel(model);
    words_ = new QLineEdit(this);
    words_->setObjectName("runFilter");
    words_->setPlaceholderText(tr("Filter runs"));
    words_->setAccessibleName(tr("Filter runs"));
    words_->setToolTip(tr("Words of the name, state or tags, all of which must occur (Ctrl+F)"));
    words_->setClearButtonEnabled(true);
    trash_ = new QToolButton(this);
    trash_->setObjectName("showTrash");
    trash_->setIcon(lineIcon(IconShape::Trash));
    trash_->setCheckable(true);
    trash_->setAutoRaise(true);
    trash_->setToolTip(tr("Show the trash"));
    trash_->setAccessibleName(tr("Show the trash"));
    table_ = new QTableView(this);
    table_->setObjectName("runTable");
    table_->setAccessibleName(tr("Runs"));
    table_->setModel(filter_);
    table_->setItemDelegateForColumn(RunListModel::Progress, new ProgressDelegate(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setEditTriggers(QAbstractItemView::EditKeyPressed);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setSortingEnabled(true);
    table_->sortByColumn(RunListModel::Created, Qt::DescendingOrder);
    table_->setContextMenuPolicy(Qt::ActionsContextMenu);
    table_->setIconSize(QSize(10, 14));
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 14);
    QHeaderView* header = table_->horizontalHeader();
    header->setHighlightSections(false);
    header->setStretchLastSection(false);
    header->setSectionsMovable(true);
    const int unit = table_->fontMetrics().horizontalAdvance('0');
    const std::pair<int, int> widths[] = {{RunListModel::Name, 17}, {RunListModel::State, 10}, {RunListModel::Progress, 15},
                                          {RunListModel::Loss, 7}, {RunListModel::BitsPerByte, 7}, {RunListModel::Speed, 7},
                                          {RunListModel::BestEval, 10}, {RunListModel::Perplexity, 11}, {RunListModel::Eta, 11},
                                          {RunListModel::Tokens, 9}, {RunListModel::Created, 19}};
    for (const auto& [column, characters] : widths) table_->setColumnWidth(column, characters * unit);
    for (const int column : {RunListModel::Perplexity, RunListModel::Eta, RunListModel::Created, RunListModel::Tokens})
        table_->setColumnHidden(column, true);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, [this, header](const QPoint& at) {
        QMenu menu;
        for (int column = 1; column < RunListModel::ColumnCount; ++column) {
            QAction* action = menu.addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
            action->setCheckable(true);
            action->setChecked(!table_->isColumnHidden(column));
            connect(action, &QAction::toggled, table_, [this, column](bool on) { table_->setColumnHidden(column, !on); });
        }
        menu.exec(header->mapToGlobal(at));
    });
    empty_ = new QLabel(this);
    empty_->setObjectName("runsEmpty");
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);

    auto* top = new QHBoxLayout;
    top->addWidget(words_, 1);
    top->addWidget(trash_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(top);
    layout->addWidget(empty_, 1);
    layout->addWidget(table_, 1);

    connect(words_, &QLineEdit::textChanged, filter_, &RunFilterModel::setWords);
    connect(trash_, &QToolButton::toggled, this, [this](bool on) {
        filter_->setShowTrash(on);
        showEmpty();
        Q_EMIT selectionChanged();
    });
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunPanel::selectionChanged);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(filter_, signal, this, &RunPanel::showEmpty);
    showEmpty();
}

void RunPanel::showEmpty() {
    const bool empty = filter_->rowCount() == 0;
    empty_->setText(trash_->isChecked()      ? tr("The trash is empty.")
                    : !words_->text().isEmpty() ? tr("No run has all of these words.")
                                                : tr("No runs yet.\nStart one with New run (Ctrl+N)."));
    empty_->setVisible(empty);
    table_->setVisible(!empty);
}

QString RunPanel::currentRun() const {
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    if (rows.isEmpty()) return {};
    const QModelIndex current = table_->currentIndex();
    const bool inside = current.isValid() && table_->selectionModel()->isRowSelected(current.row());
    return (inside ? current : rows.first()).data(RunListModel::IdRole).toString();
}

QStringList RunPanel::selectedRuns() const {
    QStringList ids;
    for (const QModelIndex& row : table_->selectionModel()->selectedRows()) ids << row.data(RunListModel::IdRole).toString();
    return ids;
}

bool RunPanel::showsTrash() const { return trash_->isChecked(); }

void RunPanel::setCurrentRun(const QString& id) {
    const QModelIndex at = filter_->mapFromSource(model_->indexOf(id));
    if (!at.isValid()) return;
    table_->setCurrentIndex(at);
    table_->selectRow(at.row());
}

void RunPanel::editName() {
    const QModelIndex at = filter_->mapFromSource(model_->indexOf(currentRun()));
    if (at.isValid()) table_->edit(at);
}

void RunPanel::focusFilter() { words_->setFocus(Qt::ShortcutFocusReason); }

}  // namespace tritlab
