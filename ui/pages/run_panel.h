// The run list at the left: a table over RunListModel, a query box, a menu of columns and groups, the trash.
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QMenu;
class QSettings;
class QTableView;
class QToolButton;

namespace tritlab {

class RunFilterModel;
class RunListModel;
class StoreReader;

class RunPanel : public QWidget {
    Q_OBJECT
public:
    RunPanel(RunListModel* model, StoreReader* reader, QWidget* parent = nullptr);
    [[nodiscard]] QTableView* table() const { return table_; }
    [[nodiscard]] RunFilterModel* filter() const { return filter_; }
    [[nodiscard]] QString currentRun() const;
    [[nodiscard]] QStringList selectedRuns() const;  // a selected heading stands for its runs
    [[nodiscard]] bool showsTrash() const;
    void setCurrentRun(const QString& id);
    void setQuery(const QString& query);
    void editName();
    void focusFilter();
    void showColumn(const QString& key, bool shown);  // a key of a query as a column of its own
    void save(QSettings& settings) const;
    void restore(const QSettings& settings);
    [[nodiscard]] int usualWidth() const;  // of the columns up to bits/B, all of them seen

Q_SIGNALS:
    void selectionChanged();
    void realModelWanted();  // of a list that is empty yet

private:
    void makeTable();
    void makeViewMenu();
    void fillViewMenu();
    void setGroupBy(const QString& by);
    void showQueryError(const QString& error);
    void showEmpty();
    RunListModel* model_;
    RunFilterModel* filter_;
    QLineEdit* words_;
    QLabel* wrong_;
    QToolButton* view_;
    QToolButton* trash_;
    QTableView* table_;
    QLabel* empty_;
};

}  // namespace tritlab
