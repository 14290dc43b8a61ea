// The checkpoints of a run: those on disk and those in the trash, and what can be done with one.
#pragma once

#include <map>

#include "ui/pages/table_page.h"

class QPushButton;
class QToolButton;

namespace tritlab {

class CheckpointsPage : public Page {
    Q_OBJECT
public:
    explicit CheckpointsPage(PageContext context, QWidget* parent = nullptr);

Q_SIGNALS:
    void checkpointWanted(const QString& run);
    void trashWanted(const QString& run, qint64 step, bool trashed);
    void purgeWanted(const QString& run, qint64 step);
    void branchWanted(const QString& run, qint64 step);
    void chatWanted(const QString& run);
    void exportWanted(const QString& run, qint64 step, const QString& folder);  // folder: within the run's own

protected:
    void reload() override;

private:
    void showButtons();
    QPushButton* button(const char* name, const QString& text, const QString& tip);
    [[nodiscard]] qint64 step() const { return table_->currentKey().toLongLong(); }
    std::map<qint64, QString> folders_;  // of the checkpoints that are listed, by step
    TextTableView* table_;
    QToolButton* trash_;
    QPushButton *now_, *chat_, *branch_, *export_, *delete_, *restore_, *purge_;
};

}  // namespace tritlab
