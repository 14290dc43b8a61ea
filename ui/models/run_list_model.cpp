#include "ui/models/run_list_model.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "core/base/number.h"
#include "core/store/query.h"
#include "ui/models/metric_text.h"
#include "ui/models/number_text.h"
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

bool hasEnded(RunState state) { return !isActive(state) && state != RunState::Queued; }

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

bool isFigure(int column) {
    return column >= RunListModel::Loss && column != RunListModel::Tags && column != RunListModel::Notes;
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
            const bool deltas = row.baseline != change.baseline;
            row = change;
            if (deltas) allChanged();
            else Q_EMIT dataChanged(index(it->second, 0), index(it->second, columnCount() - 1));
            continue;
        }
        const auto before = [](const RunSummary& a, const RunSummary& b) {
            return std::tie(a.createdMs, a.id) < std::tie(b.createdMs, b.id);
        };
        const auto at = std::upper_bound(rows_.begin(), rows_.end(), change, before);
        const int row = static_cast<int>(at - rows_.begin());
        beginInsertRows({}, row, row);
        rows_.insert(at, change);
        for (std::size_t i = static_cast<std::size_t>(row); i < rows_.size(); ++i)
            rowOf_[rows_[i].id] = static_cast<int>(i);
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
        for (std::size_t i = static_cast<std::size_t>(row); i < rows_.size(); ++i)
            rowOf_[rows_[i].id] = static_cast<int>(i);
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

void RunListModel::setRunsVisible(const QStringList& ids, bool visible) {
    bool changed = false;
    for (const QString& id : ids) {
        const QModelIndex at = indexOf(id);
        if (!at.isValid()) continue;
        const bool was = !hidden_.contains(id.toStdString());
        if (was == visible) continue;
        if (visible) hidden_.erase(id.toStdString());
        else hidden_.insert(id.toStdString());
        Q_EMIT dataChanged(at, at, {Qt::CheckStateRole});
        changed = true;
    }
    if (changed) Q_EMIT visibilityChanged();
}

void RunListModel::setExtraColumns(const std::vector<std::string>& keys) {
    for (std::size_t i = extra_.size(); i-- > 0;) {
        if (std::find(keys.begin(), keys.end(), extra_[i]) != keys.end()) continue;
        const int column = ColumnCount + static_cast<int>(i);
        beginRemoveColumns({}, column, column);
        extra_.erase(extra_.begin() + static_cast<std::ptrdiff_t>(i));
        endRemoveColumns();
    }
    for (const std::string& key : keys) {
        if (std::find(extra_.begin(), extra_.end(), key) != extra_.end()) continue;
        beginInsertColumns({}, columnCount(), columnCount());
        extra_.push_back(key);
        endInsertColumns();
    }
}

const RunSummary* RunListModel::baseline() const {
    const auto it = std::find_if(rows_.begin(), rows_.end(), [](const RunSummary& run) { return run.baseline; });
    return it == rows_.end() ? nullptr : &*it;
}

void RunListModel::setQueue(const QStringList& ids) {
    if (ids == queue_) return;
    QStringList touched = queue_;
    queue_ = ids;
    for (const QString& id : touched += ids) {
        const QModelIndex at = indexOf(id, State);
        if (at.isValid()) Q_EMIT dataChanged(at, at);
    }
}

void RunListModel::allChanged() {
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void RunListModel::paletteChanged(bool dark) {
    dark_ = dark;
    allChanged();
    Q_EMIT visibilityChanged();
}

int RunListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int RunListModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount + static_cast<int>(extra_.size());
}

// How much more than the baseline: "+0.012", "−0.340".
QString RunListModel::delta(const RunSummary& run, double RunSummary::*value) const {
    const RunSummary* base = baseline();
    if (base == nullptr || base->id == run.id || std::isnan(run.*value) || std::isnan(base->*value)) return {};
    const double difference = run.*value - base->*value;
    return (difference < 0 ? QStringLiteral("−") : QStringLiteral("+")) + number(std::abs(difference), 3);
}

QVariant RunListModel::text(const RunSummary& run, int column) const {
    if (column >= ColumnCount)
        return QString::fromStdString(runQueryValue(run, extra_[static_cast<std::size_t>(column - ColumnCount)]))
            .simplified();
    switch (column) {
        case Name: return QString::fromStdString(run.name);
        case State: {
            const auto place = queue_.indexOf(QString::fromStdString(run.id));
            return place < 0 ? stateText(run.state) : tr("queued · %1").arg(place + 1);
        }
        case Progress: return progressText(run);
        case Loss: return number(run.lastLoss, 3);
        case BitsPerByte: return number(run.bitsPerByte, 3);
        case Speed: return human(run.tokensPerSecond);
        case BestEval: return number(run.bestEvalLoss, 3);
        case Perplexity: return number(run.perplexity, 2);
        case Eta:
            return std::isnan(etaSeconds(run)) ? QString() : QString::fromStdString(humanDuration(etaSeconds(run)));
        case Tokens: return human(static_cast<double>(run.tokens));
        case Created: return QLocale().toString(QDateTime::fromMSecsSinceEpoch(run.createdMs), QLocale::ShortFormat);
        case DeltaEval: return delta(run, &RunSummary::bestEvalLoss);
        case DeltaBits: return delta(run, &RunSummary::bitsPerByte);
        case WallTime: return run.wallSeconds > 0 ? QString::fromStdString(humanDuration(run.wallSeconds)) : QString();
        case Tags: {
            QStringList tags;
            for (const std::string& tag : run.tags) tags << QString::fromStdString(tag);
            return tags.join(", ");
        }
        case Notes: return QString::fromStdString(run.notes).simplified();
        default: return {};
    }
}

QVariant RunListModel::sortKey(const RunSummary& run, int column) const {
    const double infinity = HUGE_VAL;
    const auto real = [infinity](double value) { return std::isnan(value) ? infinity : value; };
    if (column >= ColumnCount) {
        const QString words = text(run, column).toString();
        const auto value = parseReal(words.toStdString());
        return value ? QVariant(*value) : QVariant(words);
    }
    switch (column) {
        case Progress: return share(run);
        case DeltaEval: return real(run.bestEvalLoss);
        case DeltaBits: return real(run.bitsPerByte);
        case WallTime: return run.wallSeconds;
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
    if (run.foreign) lines << tr("trained by another program; its last step is %1").arg(run.steps - 1);
    else lines << tr("%1, step %2 of %3").arg(stateText(run.state)).arg(run.steps).arg(run.config.steps);
    if (!run.explanation.empty()) lines << QString::fromStdString(run.explanation).toHtmlEscaped();
    if (!run.parent.empty())
        lines << tr("branched from %1 at step %2").arg(QString::fromStdString(run.parent)).arg(run.branchStep);
    if (run.starred) lines << tr("★ starred");
    if (run.baseline) lines << tr("◆ baseline: the other runs show their difference to it");
    if (!run.tags.empty()) lines << tr("tags: %1").arg(text(run, Tags).toString().toHtmlEscaped());
    if (!run.notes.empty()) lines << QString::fromStdString(run.notes).toHtmlEscaped().replace('\n', "<br>");
    if (!run.bitEqual) lines << tr("resumed with other threads or kernels: not bit-equal");
    lines << tr("id %1").arg(QString::fromStdString(run.id));
    return lines.join("<br>");
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const RunSummary& run = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            if (index.column() == Name)
                return QString::fromStdString((run.baseline ? "◆ " : "") + std::string(run.starred ? "★ " : "") +
                                              run.name);
            return text(run, index.column());
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
            if (isFigure(index.column())) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
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
        default: return {};
    }
}

bool RunListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || index.column() != Name) return false;
    const RunSummary& run = rows_[static_cast<std::size_t>(index.row())];
    if (role == Qt::CheckStateRole) {
        setRunsVisible({QString::fromStdString(run.id)}, value.toInt() == Qt::Checked);
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
    if (section >= ColumnCount && section < columnCount() && (role == Qt::DisplayRole || role == Qt::ToolTipRole))
        return QString::fromStdString(extra_[static_cast<std::size_t>(section - ColumnCount)]);
    if (role == Qt::DisplayRole) {
        switch (section) {
            case Name: return tr("Run");
            case State: return tr("State");
            case Progress: return tr("Progress");
            case Loss: return shortLabel("loss");
            case BitsPerByte: return shortLabel("bits_per_byte");
            case Speed: return shortLabel("tokens_per_second");
            case BestEval: return metricText(metricNamed("eval_loss").best);
            case Perplexity: return shortLabel("perplexity");
            case Eta: return tr("Time left");
            case Tokens: return shortLabel("tokens");
            case Created: return tr("Created");
            case DeltaEval: return tr("Δ %1").arg(metricText(metricNamed("eval_loss").best));
            case DeltaBits: return tr("Δ %1").arg(shortLabel("bits_per_byte"));
            case WallTime: return tr("Time");
            case Tags: return tr("Tags");
            case Notes: return tr("Notes");
            default: return {};
        }
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case Loss: return metricText(metricNamed("loss").help);
            case BitsPerByte: return metricText(metricNamed("bits_per_byte").help);
            case Speed: return metricText(metricNamed("tokens_per_second").help);
            case BestEval: return metricText(metricNamed("eval_loss").help);
            case DeltaEval: return tr("Best held-out loss against the baseline's; below 0 is better");
            case DeltaBits: return tr("Bits per byte against the baseline's; below 0 is better");
            case WallTime: return metricText(metricNamed("wall_seconds").help);
            default: return {};
        }
    }
    if (role == Qt::TextAlignmentRole && isFigure(section)) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    return QAbstractTableModel::headerData(section, orientation, role);
}

}  // namespace tritlab
