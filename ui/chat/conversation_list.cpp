#include "ui/chat/conversation_list.h"

#include <QDateTime>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QTableView>
#include <QVBoxLayout>
#include <set>

#include "ui/chat/chat_values.h"
#include "ui/models/text_table_model.h"
#include "ui/services/store_reader.h"

namespace tritlab {

namespace {

constexpr std::int64_t max = 500;

QString when(std::int64_t ms) {
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(ms);
    return time.date() == QDate::currentDate() ? time.toString("HH:mm") : time.toString("yyyy-MM-dd");
}

// Of two that were held side by side, the first stands for both.
std::vector<TableRow> rowsOf(const std::vector<Conversation>& list) {
    std::vector<TableRow> rows;
    std::set<std::string> pairs;
    for (const Conversation& each : list) {
        const std::string pair = each.settings.is_object() ? each.settings.value("pair", std::string()) : std::string();
        if (!pair.empty() && !pairs.insert(pair).second) continue;
        QString title = QString::fromStdString(each.title);
        if (!pair.empty()) title = ConversationList::tr("%1 (side by side)").arg(title);
        QString tip = QString::fromStdString(each.title) + '\n' + QString::fromStdString(each.model);
        if (!each.found.empty()) tip += '\n' + QString::fromStdString(each.found).left(300);
        TableCell name, time;
        name.text = title;
        name.toolTip = tip;
        time.text = when(each.changedMs);
        time.right = true;
        rows.push_back({QString::number(each.id), {name, time}});
    }
    return rows;
}

}  // namespace

ConversationList::ConversationList(StoreReader* reader, QWidget* parent) : QWidget(parent), reader_(reader) {
    setObjectName("conversationListPage");
    search_ = new QLineEdit(this);
    search_->setObjectName("conversationSearch");
    search_->setAccessibleName(tr("Search conversations"));
    search_->setPlaceholderText(tr("Search titles and messages"));
    search_->setClearButtonEnabled(true);
    search_->installEventFilter(this);
    model_ = new TextTableModel(this);
    table_ = new QTableView(this);
    table_->setObjectName("conversationList");
    table_->setAccessibleName(tr("Conversations"));
    table_->setModel(model_);
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setTabKeyNavigation(false);
    table_->horizontalHeader()->hide();
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    table_->installEventFilter(this);
    empty_ = new QLabel(this);
    empty_->setObjectName("conversationsEmpty");
    empty_->setWordWrap(true);
    empty_->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(search_);
    layout->addWidget(empty_);
    layout->addWidget(table_, 1);
    typing_.setSingleShot(true);
    typing_.setInterval(150);
    connect(&typing_, &QTimer::timeout, this, &ConversationList::reload);
    connect(search_, &QLineEdit::textChanged, &typing_, qOverload<>(&QTimer::start));
    connect(table_, &QTableView::clicked, this, [this](const QModelIndex&) { Q_EMIT opened(current()); });
}

void ConversationList::reload() {
    std::vector<std::string> words;
    for (const QString& word : search_->text().split(' ', Qt::SkipEmptyParts)) words.push_back(word.toStdString());
    reader_->ask(
        this, [words](RunStore& store) { return store.conversations(words, max); },
        [this](const std::vector<Conversation>& list) { show(list); });
}

void ConversationList::show(const std::vector<Conversation>& list) {
    const qint64 chosen = current();
    model_->setTable({tr("Conversation"), tr("When")}, rowsOf(list));
    QHeaderView* header = table_->horizontalHeader();
    header->setSectionResizeMode(0, QHeaderView::Stretch);
    header->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    const int row = chosen != 0 ? model_->rowOf(QString::number(chosen)) : -1;
    if (model_->rowCount() > 0) table_->setCurrentIndex(model_->index(std::max(row, 0), 0));
    empty_->setText(search_->text().isEmpty() ? tr("No conversation yet. The first message begins one.")
                                              : tr("No conversation holds all of these words."));
    empty_->setVisible(list.empty());
}

void ConversationList::focusSearch() {
    search_->setFocus();
    search_->selectAll();
}

qint64 ConversationList::current() const {
    const QModelIndex index = table_->currentIndex();
    return index.isValid() ? index.data(TextTableModel::KeyRole).toLongLong() : 0;
}

bool ConversationList::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
            case Qt::Key_Return:
            case Qt::Key_Enter:
                if (current() != 0) Q_EMIT opened(current());
                return true;
            case Qt::Key_Escape: Q_EMIT closed(); return true;
            case Qt::Key_Down:
                if (watched != search_) break;
                table_->setFocus();
                return true;
            case Qt::Key_Delete:
                if (watched != table_ || current() == 0) break;
                Q_EMIT removeWanted(current());
                return true;
            case Qt::Key_F2:
                if (watched != table_ || current() == 0) break;
                Q_EMIT renameWanted(
                    current(),
                    table_->currentIndex().siblingAtColumn(0).data(Qt::ToolTipRole).toString().section('\n', 0, 0));
                return true;
            default: break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace tritlab
