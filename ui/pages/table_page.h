// A page that is mostly one table: filter box, copy, and the table itself.
#pragma once

#include "ui/models/text_table_model.h"
#include "ui/pages/page.h"

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTableView;
class QHBoxLayout;

namespace tritlab {

// A view over a TextTableModel with the house's looks; copying takes the selected rows as tab-separated text.
class TextTableView : public QWidget {
    Q_OBJECT
public:
    TextTableView(const QString& name, const QString& accessibleName, QWidget* parent);
    [[nodiscard]] TextTableModel* model() const { return model_; }
    [[nodiscard]] QTableView* view() const { return view_; }
    [[nodiscard]] QHBoxLayout* tools() const { return tools_; }  // right of the filter box
    [[nodiscard]] QString currentKey() const;
    void setCurrentKey(const QString& key);
    void setEmptyText(const QString& text);
    void refresh();  // after the model was set: the empty text, column widths the first time
    void setSortable();
    void fitColumns();  // to what is in them now
    void copySelection() const;

Q_SIGNALS:
    void currentKeyChanged(const QString& key);

private:
    TextTableModel* model_;
    QSortFilterProxyModel* filter_;
    QLineEdit* words_;
    QTableView* view_;
    QLabel* empty_;
    QHBoxLayout* tools_;
    bool sized_ = false;
};

}  // namespace tritlab
