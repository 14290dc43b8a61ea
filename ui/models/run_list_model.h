// The run list: an item model over RunSummary values. apply() takes what changed and tells views exactly that; it never
// resets.
#pragma once

#include <QAbstractTableModel>
#include <set>
#include <unordered_map>
#include <vector>

#include "core/store/run_store.h"

namespace tritlab {

QString stateText(RunState state);
bool isActive(RunState state);     // a process works on it
bool hasEnded(RunState state);     // however; a queued one has not
bool isResumable(RunState state);  // stopped, interrupted, failed, diverged or queued
QString progressText(const RunSummary& run);

class RunListModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Name,
        State,
        Progress,
        Loss,
        BitsPerByte,
        Speed,
        BestEval,
        Perplexity,
        Eta,
        Tokens,
        Created,
        DeltaEval,
        DeltaBits,
        WallTime,
        Tags,
        Notes,
        ColumnCount
    };  // then a column for each of the config's fields that were asked for
    enum Role { IdRole = Qt::UserRole, SortRole, TrashedRole, ShareRole, StateRole };

    explicit RunListModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    // Inserts or updates each; older revisions than the one that is shown are ignored.
    void apply(const std::vector<RunSummary>& changes);
    // Drops the rows of runs that are no longer in the store (purged).
    void keepOnly(const std::set<std::string>& ids);

    [[nodiscard]] const RunSummary* run(const QString& id) const;
    [[nodiscard]] const std::vector<RunSummary>& runs() const { return rows_; }
    [[nodiscard]] QModelIndex indexOf(const QString& id, int column = 0) const;
    [[nodiscard]] QColor color(const QString& id) const;
    [[nodiscard]] QStringList visibleRuns() const;  // ids whose box is checked, in order of creation
    void setRunsVisible(const QStringList& ids, bool visible);
    // Columns for keys of a query (core/store/query.h), every config field among them.
    void setExtraColumns(const std::vector<std::string>& keys);
    [[nodiscard]] const std::vector<std::string>& extraColumns() const { return extra_; }
    [[nodiscard]] const RunSummary* baseline() const;  // null: none is set
    void setQueue(const QStringList& ids);             // runs that wait in this window, in their order

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    void paletteChanged(bool dark);  // colours anew

Q_SIGNALS:
    void visibilityChanged();
    void renamed(const QString& id, const QString& name);  // the person edited the name; the store has the last word

private:
    [[nodiscard]] QVariant text(const RunSummary& run, int column) const;
    [[nodiscard]] QVariant sortKey(const RunSummary& run, int column) const;
    [[nodiscard]] QString delta(const RunSummary& run, double RunSummary::*value) const;
    [[nodiscard]] QString toolTip(const RunSummary& run) const;
    void allChanged();
    std::vector<RunSummary> rows_;  // in order of creation
    std::unordered_map<std::string, int> rowOf_;
    std::set<std::string> hidden_;
    std::vector<std::string> extra_;
    QStringList queue_;
    bool dark_ = false;
};

}  // namespace tritlab
