#include "ui/pages/run_panel.h"

#include <QCompleter>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSettings>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/config/fields.h"
#include "ui/models/run_filter_model.h"
#include "ui/models/run_groups.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/page_parts.h"
#include "ui/pages/run_delegates.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

RunPanel::RunPanel(RunListModel* model, StoreReader* reader, QWidget* parent)
    : QWidget(parent), model_(model), filter_(new RunFilterModel(this)) {
    setObjectName("runPanel");
    setMinimumWidth(210);  // a name, and words enough of a query to see what it is
    filter_->setSourceModel(model);
    filter_->setReader(reader);
    words_ = new QLineEdit(this);
    words_->setObjectName("runFilter");
    words_->setPlaceholderText(tr("Words, or loss < 2 and tag:good"));
    words_->setAccessibleName(tr("Filter runs"));
    words_->setToolTip(tr(
        "Words of the name or a tag, or a query: lr &gt; 1e-4 and state = finished and tag:good.<br>Every setting of a "
        "run is a key, and every metric, such as loss, eval_loss, bits_per_byte, flip_rate, tokens; also created and "
        "starred (Ctrl+F)."));
    words_->setClearButtonEnabled(true);
    wrong_ = new QLabel(this);
    wrong_->setObjectName("queryError");
    wrong_->setWordWrap(true);
    wrong_->hide();
    view_ = new QToolButton(this);
    view_->setObjectName("runView");
    view_->setText(tr("&View"));
    view_->setAutoRaise(true);
    view_->setPopupMode(QToolButton::InstantPopup);
    view_->setToolTip(tr("Columns of the list, and what groups its runs"));
    trash_ = new QToolButton(this);
    trash_->setObjectName("showTrash");
    trash_->setIcon(lineIcon(IconShape::Trash));
    trash_->setCheckable(true);
    trash_->setAutoRaise(true);
    trash_->setShortcut(QKeySequence("Ctrl+Shift+T"));
    trash_->setToolTip(tr("Show the trash (Ctrl+Shift+T)"));
    trash_->setAccessibleName(tr("Show the trash"));
    makeTable();
    makeViewMenu();
    empty_ = emptyStateLabel("runsEmpty", {}, this);
    empty_->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(empty_, &QLabel::linkActivated, this, &RunPanel::realModelWanted);

    auto* top = new QHBoxLayout;
    top->addWidget(words_, 1);
    top->addWidget(view_);
    top->addWidget(trash_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(top);
    layout->addWidget(wrong_);
    layout->addWidget(empty_, 1);
    layout->addWidget(table_, 1);

    connect(words_, &QLineEdit::textChanged, this, [this](const QString& text) {
        showQueryError(filter_->setQuery(text));
        showEmpty();
    });
    connect(trash_, &QToolButton::toggled, this, [this](bool on) {
        filter_->setShowTrash(on);
        showEmpty();
        Q_EMIT selectionChanged();
    });
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunPanel::selectionChanged);
    connect(table_, &QTableView::activated, this, [this](const QModelIndex& at) { filter_->fold(at); });
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(filter_, signal, this, &RunPanel::showEmpty);
    showEmpty();
}

void RunPanel::makeTable() {
    table_ = new QTableView(this);
    table_->setObjectName("runTable");
    table_->setAccessibleName(tr("Runs"));
    table_->setModel(filter_);
    table_->setItemDelegate(new RunDelegate(table_));
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
    const std::pair<int, int> widths[] = {
        {RunListModel::Name, 18},     {RunListModel::State, 10},      {RunListModel::Progress, 14},
        {RunListModel::Loss, 7},      {RunListModel::BitsPerByte, 7}, {RunListModel::Speed, 7},
        {RunListModel::BestEval, 10}, {RunListModel::Perplexity, 11}, {RunListModel::Eta, 11},
        {RunListModel::Tokens, 9},    {RunListModel::Created, 19},    {RunListModel::DeltaEval, 9},
        {RunListModel::DeltaBits, 9}, {RunListModel::WallTime, 9},    {RunListModel::Tags, 16},
        {RunListModel::Notes, 24}};
    for (const auto& [column, characters] : widths) {
        // Wide enough for its own title with the sort mark, whatever the font.
        const int title = header->fontMetrics().horizontalAdvance(
            model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        table_->setColumnWidth(column,
                               std::max(characters * unit, column == RunListModel::Name ? 0 : title + 2 * unit));
    }
    for (const int column : {RunListModel::Perplexity, RunListModel::Eta, RunListModel::Created, RunListModel::Tokens,
                             RunListModel::DeltaEval, RunListModel::DeltaBits, RunListModel::WallTime,
                             RunListModel::Tags, RunListModel::Notes})
        table_->setColumnHidden(column, true);
}

int RunPanel::usualWidth() const {
    int width = 6 + table_->verticalScrollBar()->sizeHint().width();
    for (const int column : {RunListModel::Name, RunListModel::State, RunListModel::Progress, RunListModel::Loss,
                             RunListModel::BitsPerByte})
        width += table_->columnWidth(column);
    return width;
}

void RunPanel::makeViewMenu() {
    auto* menu = new QMenu(view_);
    menu->setObjectName("runViewMenu");
    view_->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &RunPanel::fillViewMenu);
    QHeaderView* header = table_->horizontalHeader();
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this,
            [this, header](const QPoint& at) { view_->menu()->popup(header->mapToGlobal(at)); });
}

void RunPanel::fillViewMenu() {
    QMenu* menu = view_->menu();
    menu->clear();
    const auto check = [](QAction* action, bool on) {
        action->setCheckable(true);
        action->setChecked(on);
        return action;
    };
    QMenu* groups = menu->addMenu(tr("&Group by"));
    const QString by = QString::fromStdString(filter_->groupBy());
    const auto group = [&](const QString& title, const QString& key) {
        check(groups->addAction(title, this, [this, key] { setGroupBy(key); }), key == by)
            ->setObjectName("groupRuns:" + key);
    };
    group(tr("&Nothing"), grouping::none);
    group(tr("&Experiment"), grouping::experiment);
    group(tr("&All that varies but the seed"), grouping::allButSeed);
    groups->addSeparator();
    for (const std::string& key : varyingFields(model_->runs()))
        group(QString::fromStdString(key), QString::fromStdString(key));
    menu->addSection(tr("Columns"));
    for (int column = 1; column < RunListModel::ColumnCount; ++column) {
        QAction* action = menu->addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        check(action, !table_->isColumnHidden(column));
        connect(action, &QAction::toggled, table_, [this, column](bool on) { table_->setColumnHidden(column, !on); });
    }
    QMenu* settings = menu->addMenu(tr("&Settings of the run"));
    std::map<FieldGroup, QMenu*> sections;
    const std::vector<std::string>& extra = model_->extraColumns();
    for (const Field& field : fields()) {
        QMenu*& section = sections[field.group];
        if (section == nullptr)
            section = settings->addMenu(QCoreApplication::translate("Field", groupLabel(field.group)));
        const QString key = QString::fromStdString(field.key);
        const bool shown = std::find(extra.begin(), extra.end(), field.key) != extra.end();
        check(section->addAction(key, this, [this, key, shown] { showColumn(key, !shown); }), shown);
    }
}

void RunPanel::showColumn(const QString& key, bool shown) {
    std::vector<std::string> keys = model_->extraColumns();
    std::erase(keys, key.toStdString());
    if (shown) keys.push_back(key.toStdString());
    model_->setExtraColumns(keys);
    if (!shown) return;
    const int column = model_->columnCount() - 1;
    table_->setColumnWidth(column, std::clamp(table_->fontMetrics().horizontalAdvance(key) + 24, 70, 220));
    table_->setColumnHidden(column, false);
    table_->scrollTo(filter_->index(0, column));
}

void RunPanel::setGroupBy(const QString& by) { filter_->setGroupBy(by.toStdString()); }

void RunPanel::showQueryError(const QString& error) {
    wrong_->setText(error);
    wrong_->setVisible(!error.isEmpty());
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, badColor(isDark(palette())));
    wrong_->setPalette(colors);
}

void RunPanel::showEmpty() {
    const bool empty = filter_->rowCount() == 0;
    empty_->setText(!words_->text().isEmpty() ? tr("No run matches.")
                    : trash_->isChecked()     ? tr("The trash is empty.")
                                              : tr("No runs yet.<br>Start one with New run (Ctrl+N), or<br>"
                                                       "<a href=\"model\">talk to a real model</a>."));
    empty_->setVisible(empty);
    table_->setVisible(!empty);
}

QString RunPanel::currentRun() const {
    const QStringList selected = selectedRuns();
    const QString current = table_->currentIndex().data(RunListModel::IdRole).toString();
    return selected.contains(current) ? current : selected.value(0);
}

QStringList RunPanel::selectedRuns() const {
    QStringList ids;
    for (const QModelIndex& row : table_->selectionModel()->selectedRows()) {
        for (const QString& id : row.data(RunFilterModel::MembersRole).toStringList()) {
            if (!ids.contains(id)) ids << id;
        }
    }
    return ids;
}

bool RunPanel::showsTrash() const { return trash_->isChecked(); }

void RunPanel::setCurrentRun(const QString& id) {
    const QModelIndex at = filter_->mapFromSource(model_->indexOf(id));
    if (!at.isValid()) return;
    table_->setCurrentIndex(at);
    table_->selectRow(at.row());
}

void RunPanel::setQuery(const QString& query) { words_->setText(query); }

void RunPanel::editName() {
    const QModelIndex at = filter_->mapFromSource(model_->indexOf(currentRun()));
    if (at.isValid()) table_->edit(at);
}

void RunPanel::focusFilter() { words_->setFocus(Qt::ShortcutFocusReason); }

void RunPanel::save(QSettings& settings) const {
    QStringList extra;
    for (const std::string& key : model_->extraColumns()) extra << QString::fromStdString(key);
    settings.setValue("fieldColumns", extra);
    settings.setValue("columns", table_->horizontalHeader()->saveState());
    settings.setValue("groupBy", QString::fromStdString(filter_->groupBy()));
}

void RunPanel::restore(const QSettings& settings) {
    std::vector<std::string> extra;
    for (const QString& key : settings.value("fieldColumns").toStringList()) {
        if (findField(key.toStdString()) != nullptr) extra.push_back(key.toStdString());
    }
    model_->setExtraColumns(extra);
    if (settings.contains("columns")) table_->horizontalHeader()->restoreState(settings.value("columns").toByteArray());
    setGroupBy(settings.value("groupBy").toString());
}

}  // namespace tritlab
