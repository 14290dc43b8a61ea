#include "ui/models/run_filter_model.h"

#include <algorithm>
#include <unordered_set>

#include "ui/models/last_values.h"
#include "ui/models/run_groups.h"
#include "ui/models/run_list_model.h"

namespace tritlab {

namespace {

// Numbers before words, and what has no value last, whichever way the column is sorted.
int compareKeys(const QVariant& a, const QVariant& b) {
    const auto isNumber = [](const QVariant& value) { return value.userType() != QMetaType::QString; };
    if (isNumber(a) && isNumber(b)) {
        const double x = a.toDouble(), y = b.toDouble();
        return x < y ? -1 : x > y ? 1 : 0;
    }
    if (isNumber(a) != isNumber(b)) return isNumber(a) ? -1 : 1;
    return QString::localeAwareCompare(a.toString(), b.toString());
}

bool isEmptyKey(const QVariant& key) {
    return key.userType() == QMetaType::QString ? key.toString().isEmpty() : !(key.toDouble() < HUGE_VAL);
}

}  // namespace

RunFilterModel::RunFilterModel(QObject* parent) : QAbstractProxyModel(parent), query_(parseRunQuery("")) {
    later_.setSingleShot(true);
    later_.setInterval(1000);
    connect(&later_, &QTimer::timeout, this, &RunFilterModel::arrange);
}

void RunFilterModel::setSourceModel(QAbstractItemModel* model) {
    beginResetModel();
    QAbstractProxyModel::setSourceModel(model);
    runs_ = qobject_cast<RunListModel*>(model);
    endResetModel();
    connect(model, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex& first, const QModelIndex& last, const QList<int>& roles) {
                for (int row = first.row(); row <= last.row(); ++row) {
                    const QModelIndex left = mapFromSource(sourceModel()->index(row, first.column()));
                    if (left.isValid()) Q_EMIT dataChanged(left, index(left.row(), last.column()), roles);
                }
                if (!later_.isActive()) later_.start();
            });
    connect(model, &QAbstractItemModel::rowsInserted, this, &RunFilterModel::arrange);
    connect(model, &QAbstractItemModel::rowsRemoved, this, &RunFilterModel::arrange);
    // What enters or leaves the trash does so at once.
    connect(runs_, &RunListModel::visibilityChanged, this, &RunFilterModel::arrange);
    connect(model, &QAbstractItemModel::columnsAboutToBeInserted, this,
            [this](const QModelIndex&, int first, int last) { beginInsertColumns({}, first, last); });
    connect(model, &QAbstractItemModel::columnsInserted, this, [this] { endInsertColumns(); });
    connect(model, &QAbstractItemModel::columnsAboutToBeRemoved, this,
            [this](const QModelIndex&, int first, int last) { beginRemoveColumns({}, first, last); });
    connect(model, &QAbstractItemModel::columnsRemoved, this, [this] { endRemoveColumns(); });
    arrange();
}

QString RunFilterModel::setQuery(const QString& query) {
    try {
        query_ = parseRunQuery(query.toStdString());
        series_ = seriesOfQuery(query.toStdString());
    } catch (const QueryError& error) {
        const QString hint = QString::fromStdString(error.hint());
        const QString what =
            tr("Character %1: %2.").arg(error.position() + 1).arg(QString::fromStdString(error.whatHappened()));
        return hint.isEmpty() ? what : what + ' ' + hint + '.';
    }
    arrange();
    return {};
}

void RunFilterModel::setReader(StoreReader* reader) {
    last_ = new LastValues(reader, this);
    connect(last_, &LastValues::changed, this, &RunFilterModel::arrange);
}

bool RunFilterModel::matches(const RunSummary& run) const {
    if (series_.empty() || last_ == nullptr) return query_(run);
    RunSummary filled = run;
    last_->fill(filled, series_);
    return query_(filled);
}

void RunFilterModel::setShowTrash(bool trash) {
    trash_ = trash;
    arrange();
}

void RunFilterModel::setGroupBy(const std::string& by) {
    by_ = by;
    folded_.clear();
    arrange();
}

void RunFilterModel::fold(const QModelIndex& heading) {
    if (!heading.isValid() || !rows_[static_cast<std::size_t>(heading.row())].heading) return;
    const std::string key = rows_[static_cast<std::size_t>(heading.row())].key;
    if (!folded_.erase(key)) folded_.insert(key);
    arrange();
}

void RunFilterModel::sort(int column, Qt::SortOrder order) {
    sortColumn_ = column;
    order_ = order;
    arrange();
}

std::vector<RunFilterModel::Row> RunFilterModel::wanted(std::unordered_map<std::string, Heading>& headings) const {
    struct Found {
        const RunSummary* run;
        QVariant key;
        QString group;
    };
    std::vector<Found> found;
    if (runs_ == nullptr) return {};
    if (last_ != nullptr) last_->read(runs_->runs(), series_);
    std::vector<RunSummary> grouped;
    for (const RunSummary& run : runs_->runs()) {
        if (run.trashed != trash_ || !matches(run)) continue;
        found.push_back({&run, {}, {}});
        if (by_ == grouping::allButSeed) grouped.push_back(run);
    }
    const std::vector<std::string> varying = varyingFields(grouped);
    for (Found& each : found) {
        if (sortColumn_ >= 0 && sortColumn_ < columnCount())
            each.key = runs_->indexOf(QString::fromStdString(each.run->id), sortColumn_).data(RunListModel::SortRole);
        if (!by_.empty()) each.group = groupText(*each.run, by_, varying);
    }
    if (sortColumn_ >= 0) {
        std::stable_sort(found.begin(), found.end(), [this](const Found& a, const Found& b) {
            if (isEmptyKey(a.key) != isEmptyKey(b.key)) return isEmptyKey(b.key);
            const int order = compareKeys(a.key, b.key);
            return order_ == Qt::AscendingOrder ? order < 0 : order > 0;
        });
    }
    std::vector<Row> rows;
    if (by_.empty()) {
        for (const Found& each : found) rows.push_back({false, each.run->id});
        return rows;
    }
    // Groups come in the order of their first run: sorting by a result sorts the groups by their best.
    std::vector<std::string> order;
    for (const Found& each : found) {
        Heading& heading = headings[each.group.toStdString()];
        if (heading.members.isEmpty()) order.push_back(each.group.toStdString());
        heading.members << QString::fromStdString(each.run->id);
    }
    for (const std::string& key : order) {
        Heading& heading = headings[key];
        heading.folded = folded_.contains(key);
        rows.push_back({true, key});
        if (heading.folded) continue;
        for (const QString& id : heading.members) rows.push_back({false, id.toStdString()});
    }
    return rows;
}

void RunFilterModel::arrange() {
    later_.stop();
    std::unordered_map<std::string, Heading> headings;
    const std::vector<Row> target = wanted(headings);
    removeOthers(target);
    reorder(target);
    headings_.swap(headings);
    insertMissing(target);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (!rows_[i].heading) continue;
        const auto before = headings.find(rows_[i].key);
        if (before != headings.end() && before->second == headings_[rows_[i].key]) continue;
        Q_EMIT dataChanged(index(static_cast<int>(i), 0), index(static_cast<int>(i), columnCount() - 1));
    }
}

void RunFilterModel::number() {
    rowOf_.clear();
    for (std::size_t i = 0; i < rows_.size(); ++i) rowOf_[nameOf(rows_[i])] = static_cast<int>(i);
}

void RunFilterModel::removeOthers(const std::vector<Row>& target) {
    std::unordered_set<std::string> names;
    for (const Row& row : target) names.insert(nameOf(row));
    for (int last = static_cast<int>(rows_.size()) - 1; last >= 0; --last) {
        if (names.contains(nameOf(rows_[static_cast<std::size_t>(last)]))) continue;
        int first = last;
        while (first > 0 && !names.contains(nameOf(rows_[static_cast<std::size_t>(first - 1)]))) --first;
        beginRemoveRows({}, first, last);
        rows_.erase(rows_.begin() + first, rows_.begin() + last + 1);
        number();
        endRemoveRows();
        last = first;
    }
}

void RunFilterModel::reorder(const std::vector<Row>& target) {
    std::vector<Row> ordered;
    for (const Row& row : target) {
        if (rowOf_.contains(nameOf(row))) ordered.push_back(row);
    }
    if (ordered == rows_) return;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<std::string> names;
    for (const QModelIndex& each : before) names.push_back(nameOf(rows_[static_cast<std::size_t>(each.row())]));
    rows_ = std::move(ordered);
    number();
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i)
        after << createIndex(rowOf_.at(names[static_cast<std::size_t>(i)]), before[i].column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void RunFilterModel::insertMissing(const std::vector<Row>& target) {
    // What is there stands in the target's order by now: gaps are filled from the front.
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (i < rows_.size() && rows_[i] == target[i]) continue;
        std::size_t end = i + 1;
        while (end < target.size() && !(i < rows_.size() && rows_[i] == target[end])) ++end;
        beginInsertRows({}, static_cast<int>(i), static_cast<int>(end) - 1);
        rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(i), target.begin() + static_cast<std::ptrdiff_t>(i),
                     target.begin() + static_cast<std::ptrdiff_t>(end));
        number();
        endInsertRows();
        i = end - 1;
    }
}

QModelIndex RunFilterModel::mapToSource(const QModelIndex& index) const {
    if (!index.isValid() || static_cast<std::size_t>(index.row()) >= rows_.size()) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    return row.heading || runs_ == nullptr ? QModelIndex()
                                           : runs_->indexOf(QString::fromStdString(row.key), index.column());
}

QModelIndex RunFilterModel::mapFromSource(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    const auto it = rowOf_.find("r" + index.data(RunListModel::IdRole).toString().toStdString());
    return it == rowOf_.end() ? QModelIndex() : createIndex(it->second, index.column());
}

QModelIndex RunFilterModel::index(int row, int column, const QModelIndex& parent) const {
    return hasIndex(row, column, parent) ? createIndex(row, column) : QModelIndex();
}

int RunFilterModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int RunFilterModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || sourceModel() == nullptr ? 0 : sourceModel()->columnCount();
}

QVariant RunFilterModel::headingData(const Row& row, int column, int role) const {
    const auto it = headings_.find(row.key);
    if (it == headings_.end()) return {};
    const QStringList& members = it->second.members;
    const QString name = row.key.empty() ? tr("no experiment") : QString::fromStdString(row.key);
    switch (role) {
        case HeadingRole: return true;
        case MembersRole: return members;
        case Qt::DisplayRole:
            if (column != 0) return {};
            return QString("%1 %2  (%3)")
                .arg(it->second.folded ? QStringLiteral("▸") : QStringLiteral("▾"), name)
                .arg(members.size());
        case Qt::ToolTipRole:
            return tr("%1: %n run(s). Enter or a double click folds and unfolds it.", nullptr,
                      static_cast<int>(members.size()))
                .arg(name);
        case Qt::AccessibleTextRole:
            return tr("Group %1, %n run(s)", nullptr, static_cast<int>(members.size())).arg(name);
        case Qt::CheckStateRole: {
            if (column != 0) return {};
            int shown = 0;
            for (const QString& id : members)
                shown += runs_->indexOf(id).data(Qt::CheckStateRole).toInt() == Qt::Checked;
            return static_cast<int>(shown == 0                ? Qt::Unchecked
                                    : shown == members.size() ? Qt::Checked
                                                              : Qt::PartiallyChecked);
        }
        default: return {};
    }
}

QVariant RunFilterModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    if (row.heading) return headingData(row, index.column(), role);
    if (role == HeadingRole) return false;
    if (role == MembersRole) return QStringList{QString::fromStdString(row.key)};
    return mapToSource(index).data(role);
}

bool RunFilterModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return false;
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    if (!row.heading) return QAbstractProxyModel::setData(index, value, role);
    if (role != Qt::CheckStateRole || index.column() != 0) return false;
    runs_->setRunsVisible(headings_[row.key].members, value.toInt() == Qt::Checked);
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    return true;
}

Qt::ItemFlags RunFilterModel::flags(const QModelIndex& index) const {
    if (!index.isValid() || static_cast<std::size_t>(index.row()) >= rows_.size()) return Qt::NoItemFlags;
    if (!rows_[static_cast<std::size_t>(index.row())].heading) return QAbstractProxyModel::flags(index);
    const Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    return index.column() == 0 ? flags | Qt::ItemIsUserCheckable : flags;
}

QVariant RunFilterModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (sourceModel() == nullptr || orientation == Qt::Vertical)
        return QAbstractItemModel::headerData(section, orientation, role);
    return sourceModel()->headerData(section, orientation, role);
}

}  // namespace tritlab
