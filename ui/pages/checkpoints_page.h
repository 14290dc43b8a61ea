// The checkpoints of a run that are on disk.
#pragma once

#include "ui/pages/table_page.h"

class QPushButton;

namespace tritlab {

class CheckpointsPage : public Page {
    Q_OBJECT
public:
    explicit CheckpointsPage(PageContext context, QWidget* parent = nullptr);

Q_SIGNALS:
    void checkpointWanted(const QString& run);
    void deleteWanted(const QString& run, qint64 step);

protected:
    void reload() override;

private:
    void showButtons();
    TextTableView* table_;
    QPushButton* now_;
    QPushButton* delete_;
};

}  // namespace tritlab
