// The run list at the left: a table over RunListModel, a filter box, the trash.
#pragma once

#include <QStyledItemDelegate>
#include <QWidget>

class QLabel;
class QLineEdit;
class QTableView;
class QToolButton;

namespace tritlab {

class RunFilterModel;
class RunListModel;

// The progress column as a slim bar with its text beside it.
class ProgressDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

class RunPanel : public QWidget {
    Q_OBJECT
public:
    explicit RunPanel(RunListModel* model, QWidget* parent = nullptr);
    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] QString currentRun() const;
    [[nodiscard]] QStringList selectedRuns() const;
    [[nodiscard]] bool showsTrash() const;
    void setCurrentRun(const QString& id);
    void editName();
    void focusFilter();

Q_SIGNALS:
    void selectionChanged();

private:
    void showEmpty();
    RunListModel* model_;
    RunFilterModel* filter_;
    QLineEdit* words_;
    QToolButton* trash_;
    QTableView* table_;
    QLabel* empty_;
};

}  // namespace tritlab
