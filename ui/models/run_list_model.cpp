#include "ui/models/run_list_model.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "core/base/number.h"
#include "ui/plots/tickers.h"
#include "ui/theme/theme.h"

namespace tritlab {

QString stateText(RunState state) {
    switch (state) {
        case RunState::Queued: return RunListModel::tr("queued");
        case RunState::Preparing: return RunListModel::tr("preparing");
        case RunState::Running: return RunListModel::tr("running");
        case RunState::Finished: return RunListModel::tr("finished");
        case RunState::Stopped: return RunListModel::tr("stopped");
        case RunState::Interrupted: return RunListModel::tr("interrupted");
        case RunState::Failed: return RunListModel::tr("failed");
        case RunState::Diverged: return RunListModel::tr("diverged");
    }
    return {};
}

bool isActive(RunState state) { return state == RunState::Running || state == RunState::Preparing; }

bool isResumable(RunState state) { return !isActive(state) && state != RunState::Finished; }

namespace {

double etaSeconds(const RunSummary& run) {
    // By the mean over the whole run: a single step's speed jumps about.
    if (run.state != RunState::Running || run.steps <= 0 || !(run.wallSeconds > 0)) return std::nan("");
    return run.wallSeconds / static_cast<double>(run.steps) * static_cast<double>(run.config.steps - run.steps);
}

double share(const RunSummary& run) {
    return run.config.steps > 0 ? static_cast<double>(run.steps) / static_cast<double>(run.config.steps) : 0;
}

QString number(double value, int digits) {
    return std::isnan(value) ? QString() : std::isinf(value) ? valueText(value) : QString::number(value, 'f', digits);
}

QString human(double value) { return value > 0 ? QString::fromStdString(humanCount(value)) : QString(); }

}  // namespace

QString progressText(const RunSummary& run) {
    if (run.state == RunState::Preparing && !run.progress.empty()) return QString::fromStdString(run.progress);
    const double eta = etaSeconds(run);
    if (!std::isnan(eta)) {
        return RunListModel::tr("%1 % · %2 left")
            .arg(static_cast<int>(share(run) * 100))
            .arg(QString::fromStdString(humanDuration(eta)));
    }
    return RunListModel::tr("%1 %").arg(static_cast<int>(share(run) * 100));
}

void RunListModel::apply(const std::vector<RunSummary>& changes) {
    bool visibility = false;
    for (const RunSummary& change : changes) {
        const auto it = rowOf_.find(change.id);
        if (it != rowOf_.end()) {
            RunSummary& row = rows_[static_cast<std::size_t>(it->second)];
            if (change.revision < row.revision) continue;
            visibility |= row.trashed != change.trashed || row.name != change.name;
            row = change;
            Q_EMIT dataChanged(index(it->second, 0), index(it->second, ColumnCount - 1));
            continue;
        }
        const auto before = [](const RunSummary& a, const RunSummary& b) {
            return std::tie(a.createdMs, a.id) < std::tie(b.createdMs, b.id);
        };
        const auto at = std::upper_bound(rows_.begin(), rows_.end(), change, before);
        const int row = static_cast<int>(at - rows_.begin());
        beginInsertRows({}, row, row);
        rows_.insert(at, change);
        for (std::size_t i = static_cast<std::size_t>(row); i < rows_.size(); ++i) rowOf_[rows_[i].id] = static_cast<int>(i);
        endInsertRows();
        visibility = true;
    }
    if (visibility) Q_EMIT visibilityChanged();
}

void RunListModel::keepOnly(const std::set<std::string>& ids) {
    bool removed = false;
    for (int row = static_cast<int>(rows_.size()) - 1; row >= 0; --row) {
        const std::string id = rows_[static_cast<std::size_t>(row)].id;
        if (ids.contains(id)) continue;
        beginRemoveRows({}, row, row);
        rows_.erase(rows_.begin() + row);
        rowOf_.erase(id);
        for (std::size_t i = static_cast<std::size_t>(row); i < rows_.size(); ++i) rowOf_[rows_[i].id] = static_cast<int>(i);
        endRemoveRows();
        removed = true;
    }
    if (removed) Q_EMIT visibilityChanged();
}

const RunSummary* RunListModel::run(const QString& id) const {
    const auto it = rowOf_.find(id.toStdString());
    return it == rowOf_.end() ? nullptr : &rows_[static_cast<std::size_t>(it->second)];
}

QModelIndex RunListModel::indexOf(const QString& id, int column) const {
    const auto it = rowOf_.find(id.toStdString());
    return it == rowOf_.end() ? QModelIndex() : index(it->second, column);
}

QColor RunListModel::color(const QString& id) const {
    const auto it = rowOf_.find(id.toStdString());
    return runColor(it == rowOf_.end() ? 0 : it->second, dark_);
}

QStringList RunListModel::visibleRuns() const {
    QStringList ids;
    for (const RunSummary& run : rows_) {
        if (!run.trashed && !hidden_.contains(run.id)) ids << QString::fromStdString(run.id);
    }
    return ids;
}

void RunListModel::setRunVisible(const QString& id, bool visible) {
    const QModelIndex at = indexOf(id);
    if (at.isValid()) setData(at, visible ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
}

void RunListModel::paletteChanged(bool dark) {
    dark_ = dark;
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    Q_EMIT visibilityChanged();
}

int RunListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }

int RunListModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant RunListModel::text(const RunSummary& run, int column) const {
    switch (column) {
        case Name: return QString::fromStdString(run.name);
        case State: return stateText(run.state);
        case Progress: return progressText(run);
        case Loss: return number(run.lastLoss, 3);
        case BitsPerByte: return number(run.bitsPerByte, 3);
        case Speed: return human(run.tokensPerSecond);
        case BestEval: return number(run.bestEvalLoss, 3);
        case Perplexity: return number(run.perplexity, 2);
        case Eta: return std::isnan(etaSeconds(run)) ? QString() : QString::fromStdString(humanDuration(etaSeconds(run)));
        case Tokens: return human(static_cast<double>(run.tokens));
        case Created: return QLocale().toString(QDateTime::fromMSecsSinceEpoch(run.createdMs), QLocale::ShortFormat);
        default: return {};
    }
}

QVariant RunListModel::sortKey(const RunSummary& run, int column) const {
    const double infinity = HUGE_VAL;
    const auto real = [infinity](double value) { return std::isnan(value) ? infinity : value; };
    switch (column) {
        case Progress: return share(run);
        case Loss: return real(run.lastLoss);
        case BitsPerByte: return real(run.bitsPerByte);
        case Speed: return real(run.tokensPerSecond);
        case BestEval: return real(run.bestEvalLoss);
        case Perplexity: return real(run.perplexity);
        case Eta: return real(etaSeconds(run));
        case Tokens: return static_cast<qlonglong>(run.tokens);
        case Created: return static_cast<qlonglong>(run.createdMs);
        default: return text(run, column);
    }
}

QString RunListModel::toolTip(const RunSummary& run) const {
    QStringList lines;
    lines << QString("<b>%1</b>").arg(QString::fromStdString(run.name).toHtmlEscaped());
    lines << tr("%1, step %2 of %3").arg(stateText(run.state)).arg(run.steps).arg(run.config.steps);
    if (!run.explanation.empty()) lines << QString::fromStdString(run.explanation).toHtmlEscaped();
    if (!run.bitEqual) lines << tr("resumed with other threads or kernels: not bit-equal");
    lines << tr("id %1").arg(QString::fromStdString(run.id));
    return lines.join("<br>");
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const RunSummary& run = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole: return text(run, index.column());
        case Qt::EditRole: return text(run, index.column());
        case Qt::CheckStateRole:
            if (index.column() == Name) return static_cast<int>(hidden_.contains(run.id) ? Qt::Unchecked : Qt::Checked);
            return {};
        case Qt::DecorationRole:
            if (index.column() == Name) return runColor(index.row(), dark_);
            return {};
        case Qt::ForegroundRole:
            if (index.column() == State) return stateColor(run.state, dark_);
            return {};
        case Qt::TextAlignmentRole:
            if (index.column() >= Loss) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
            return {};
        case Qt::ToolTipRole: return toolTip(run);
        case Qt::AccessibleTextRole:
            return index.column() == Name ? tr("%1, %2").arg(QString::fromStdString(run.name), stateText(run.state))
                                          : text(run, index.column());
        case IdRole: return QString::fromStdString(run.id);
        case SortRole: return sortKey(run, index.column());
        case TrashedRole: return run.trashed;
        case ShareRole: return share(run);
        case StateRole: return static_cast<int>(run.state);
        case WordsRole: {
            QString words = QString::fromStdString(run.name + " " + run.id) + " " + stateText(run.state);
            for (const std::string& tag : run.tags) words += " tag:" + QString::fromStdString(tag);
            return words;
        }
        default: return {};
    }
}

bool RunListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || index.column() != Name) return false;
    const RunSummary& run = rows_[static_cast<std::size_t>(index.row())];
    if (role == Qt::CheckStateRole) {
        if (value.toInt() == Qt::Checked) hidden_.erase(run.id);
        else hidden_.insert(run.id);
        Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
        Q_EMIT visibilityChanged();
        return true;
    }
    if (role == Qt::EditRole) {
        const QString name = value.toString().trimmed();
        if (name.isEmpty() || name == QString::fromStdString(run.name)) return false;
        Q_EMIT renamed(QString::fromStdString(run.id), name);
        return true;
    }
    return false;
}

Qt::ItemFlags RunListModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    if (index.column() == Name) flags |= Qt::ItemIsUserCheckable | Qt::ItemIsEditable;
    return flags;
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return QAbstractTableModel::headerData(section, orientation, role);
    if (role == Qt::DisplayRole) {
        switch (section) {
            case Name: return tr("Run");
            case State: return tr("State");
            case Progress: return tr("Progress");
            case Loss: return tr("Loss");
            case BitsPerByte: return tr("bits/B");
            case Speed: return tr("tok/s");
            case BestEval: return tr("Best eval");
            case Perplexity: return tr("Perplexity");
            case Eta: return tr("Time left");
            case Tokens: return tr("Tokens");
            case Created: return tr("Created");
            default: return {};
        }
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case Loss: return tr("Training loss of the last step, nats a token");
            case BitsPerByte: return tr("Bits per byte on held-out text, last evaluation");
            case Speed: return tr("Tokens a second");
            case BestEval: return tr("Lowest evaluation loss");
            default: return {};
        }
    }
    if (role == Qt::TextAlignmentRole && section >= Loss) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    return QAbstractTableModel::headerData(section, orientation, role);
}

RunFilterModel::RunFilterModel(QObject* parent) : QSortFilterProxyModel(parent) {
    setSortRole(RunListModel::SortRole);
    setDynamicSortFilter(false);
    resort_.setSingleShot(true);
    resort_.setInterval(1000);
    connect(&resort_, &QTimer::timeout, this, [this] { invalidate(); });
}

void RunFilterModel::setSourceModel(QAbstractItemModel* model) {
    QSortFilterProxyModel::setSourceModel(model);
    const auto later = [this] {
        if (!resort_.isActive()) resort_.start();
    };
    connect(model, &QAbstractItemModel::dataChanged, this, later);
    connect(model, &QAbstractItemModel::rowsInserted, this, later);
    // What enters or leaves the trash does so at once.
    if (auto* runs = qobject_cast<RunListModel*>(model)) {
        connect(runs, &RunListModel::visibilityChanged, this, [this] { invalidateFilter(); });
    }
}

void RunFilterModel::setWords(const QString& words) {
    words_ = words.split(' ', Qt::SkipEmptyParts);
    invalidateFilter();
}

void RunFilterModel::setShowTrash(bool trash) {
    trash_ = trash;
    invalidateFilter();
}

bool RunFilterModel::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const QModelIndex at = sourceModel()->index(row, 0, parent);
    if (at.data(RunListModel::TrashedRole).toBool() != trash_) return false;
    if (words_.isEmpty()) return true;
    const QString text = at.data(RunListModel::WordsRole).toString();
    return std::all_of(words_.begin(), words_.end(),
                       [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

bool RunFilterModel::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(sortRole()), b = right.data(sortRole());
    if (a.userType() == QMetaType::Double) return a.toDouble() < b.toDouble();
    return QSortFilterProxyModel::lessThan(left, right);
}

}  // namespace tritlab
