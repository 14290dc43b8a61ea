// The runs that the list shows: those that a query finds, sorted, under headings where a field groups them. A flat
// table: a heading is a row of its own, and folding it takes its runs' rows away. Changes are told as differences,
// never as a reset; what a run's progress would alter in the order is done at most once a second.
#pragma once

#include <QAbstractProxyModel>
#include <QTimer>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/store/query.h"

namespace tritlab {

class LastValues;
class RunListModel;
class StoreReader;

class RunFilterModel : public QAbstractProxyModel {
    Q_OBJECT
public:
    // bool; QStringList of run ids (of a run's row: itself)
    enum Role { HeadingRole = Qt::UserRole + 100, MembersRole };

    explicit RunFilterModel(QObject* parent = nullptr);
    void setSourceModel(QAbstractItemModel* model) override;  // a RunListModel
    // Where the last values of series are read that a query asks for; without it no run has them.
    void setReader(StoreReader* reader);
    // A query as core/store/query.h has it. A wrong one leaves the list as it is and gives what is wrong; empty: right.
    QString setQuery(const QString& query);
    void setShowTrash(bool trash);
    void setGroupBy(const std::string& by);  // ui/models/run_groups.h; "" for none
    [[nodiscard]] const std::string& groupBy() const { return by_; }
    void fold(const QModelIndex& heading);  // or unfolds it
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    QModelIndex mapToSource(const QModelIndex& index) const override;
    QModelIndex mapFromSource(const QModelIndex& index) const override;
    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex&) const override { return {}; }
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    bool hasChildren(const QModelIndex& parent = {}) const override { return !parent.isValid() && rowCount() > 0; }
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        bool heading = false;
        std::string key;  // the run's id, or what its group shares
        bool operator==(const Row&) const = default;
    };
    struct Heading {
        QStringList members;
        bool folded = false;
        bool operator==(const Heading&) const = default;
    };
    [[nodiscard]] std::vector<Row> wanted(std::unordered_map<std::string, Heading>& headings) const;
    [[nodiscard]] bool matches(const RunSummary& run) const;
    void arrange();  // brings the rows to what is wanted, by removals, one move and insertions
    void removeOthers(const std::vector<Row>& target);
    void reorder(const std::vector<Row>& target);
    void insertMissing(const std::vector<Row>& target);
    void number();
    [[nodiscard]] QVariant headingData(const Row& row, int column, int role) const;
    [[nodiscard]] static std::string nameOf(const Row& row) { return (row.heading ? "h" : "r") + row.key; }
    RunListModel* runs_ = nullptr;
    std::vector<Row> rows_;
    std::unordered_map<std::string, int> rowOf_;  // by nameOf
    std::unordered_map<std::string, Heading> headings_;
    std::set<std::string> folded_;
    RunPredicate query_;
    std::vector<std::string> series_;  // that the query asks for
    LastValues* last_ = nullptr;
    std::string by_;
    bool trash_ = false;
    int sortColumn_ = -1;
    Qt::SortOrder order_ = Qt::AscendingOrder;
    QTimer later_;
};

}  // namespace tritlab
