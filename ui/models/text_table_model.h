// A table of words for the pages (config, log, samples, checkpoints, layers): set as a whole, told to views as
// differences.
#pragma once

#include <QAbstractTableModel>
#include <QColor>
#include <QVariant>
#include <vector>

namespace tritlab {

struct TableCell {
    QString text;
    QVariant sort;  // by the text where invalid
    QColor color;   // of the text; the palette's where invalid
    QString toolTip;
    bool right = false;  // numbers stand at the right
    bool operator==(const TableCell&) const = default;
};

struct TableRow {
    QString key;  // what the row is about, KeyRole
    std::vector<TableCell> cells;
    bool operator==(const TableRow&) const = default;
};

class TextTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role { KeyRole = Qt::UserRole, SortRole };
    explicit TextTableModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    // Rows with the same key at the same place are updated; from the first other key on, rows are removed and inserted.
    void setTable(const QStringList& headers, std::vector<TableRow> rows);
    void appendRows(std::vector<TableRow> rows);
    [[nodiscard]] const std::vector<TableRow>& rows() const { return rows_; }
    [[nodiscard]] int rowOf(const QString& key) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QStringList headers_;
    std::vector<TableRow> rows_;
};

}  // namespace tritlab
