#include "ui/models/text_table_model.h"

#include <algorithm>

namespace tritlab {

void TextTableModel::setTable(const QStringList& headers, std::vector<TableRow> rows) {
    if (headers != headers_) {
        // Other columns make another table: views lay it out anew.
        beginResetModel();
        headers_ = headers;
        rows_ = std::move(rows);
        endResetModel();
        return;
    }
    std::size_t same = 0;
    while (same < rows_.size() && same < rows.size() && rows_[same].key == rows[same].key) {
        if (rows_[same] != rows[same]) {
            rows_[same] = rows[same];
            const int row = static_cast<int>(same);
            Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
        }
        ++same;
    }
    if (same < rows_.size()) {
        beginRemoveRows({}, static_cast<int>(same), static_cast<int>(rows_.size()) - 1);
        rows_.resize(same);
        endRemoveRows();
    }
    appendRows({std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(same)),
                std::make_move_iterator(rows.end())});
}

void TextTableModel::appendRows(std::vector<TableRow> rows) {
    if (rows.empty()) return;
    beginInsertRows({}, static_cast<int>(rows_.size()), static_cast<int>(rows_.size() + rows.size()) - 1);
    std::move(rows.begin(), rows.end(), std::back_inserter(rows_));
    endInsertRows();
}

int TextTableModel::rowOf(const QString& key) const {
    const auto it = std::find_if(rows_.begin(), rows_.end(), [&](const TableRow& row) { return row.key == key; });
    return it == rows_.end() ? -1 : static_cast<int>(it - rows_.begin());
}

int TextTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int TextTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(headers_.size());
}

QVariant TextTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const TableRow& row = rows_[static_cast<std::size_t>(index.row())];
    if (role == KeyRole) return row.key;
    if (static_cast<std::size_t>(index.column()) >= row.cells.size()) return {};
    const TableCell& cell = row.cells[static_cast<std::size_t>(index.column())];
    switch (role) {
        case Qt::DisplayRole: return cell.text;
        case Qt::ToolTipRole: return cell.toolTip.isEmpty() ? QVariant() : QVariant(cell.toolTip);
        case Qt::ForegroundRole: return cell.color.isValid() ? QVariant(cell.color) : QVariant();
        case Qt::TextAlignmentRole: return cell.right ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
        case SortRole: return cell.sort.isValid() ? cell.sort : QVariant(cell.text);
        default: return {};
    }
}

QVariant TextTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Horizontal && section >= 0 && section < headers_.size()) {
        if (role == Qt::DisplayRole) return headers_[section];
        if (role == Qt::TextAlignmentRole) {
            const bool right = !rows_.empty() && static_cast<std::size_t>(section) < rows_.front().cells.size() &&
                               rows_.front().cells[static_cast<std::size_t>(section)].right;
            return QVariant((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        }
        return {};
    }
    return QAbstractTableModel::headerData(section, orientation, role);
}

}  // namespace tritlab
