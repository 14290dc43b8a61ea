// What a workspace takes of the disk: each run, the database, tokenizers and the token cache, which can be emptied.
#pragma once

#include <QDialog>

#include "core/base/workspace.h"

class QLabel;
class QPushButton;

namespace tritlab {

class RunListModel;
class StoreReader;
class TextTableView;

class DiskDialog : public QDialog {
    Q_OBJECT
public:
    DiskDialog(RunListModel* runs, StoreReader* reader, QWidget* parent = nullptr);

private:
    void look();
    void emptyCache();
    RunListModel* runs_;
    StoreReader* reader_;
    TextTableView* table_;
    QLabel* sum_;
    QPushButton* empty_;
};

}  // namespace tritlab
