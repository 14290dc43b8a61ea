// The checkpoints of a run: those on disk, with a mark on the damaged ones, and those in the trash; and what can be
// done with one.
#pragma once

#include <map>

#include "core/base/stop_token.h"
#include "core/checkpoint/integrity.h"
#include "core/store/run_store.h"
#include "ui/pages/table_page.h"
#include "ui/services/task_thread.h"

class QPushButton;
class QToolButton;

namespace tritlab {

class CheckpointsPage : public Page {
    Q_OBJECT
public:
    explicit CheckpointsPage(PageContext context, QWidget* parent = nullptr);
    ~CheckpointsPage() override;

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
    using Damages = std::map<StepIndex, FileDamage>;
    void showRows();
    void compare();
    void showButtons();
    [[nodiscard]] TableCell markOf(const CheckpointInfo& checkpoint, StepIndex newestGood) const;
    QPushButton* button(const char* name, const QString& text, const QString& tip);
    [[nodiscard]] qint64 step() const { return table_->currentKey().toLongLong(); }
    std::map<qint64, QString> folders_;        // of the checkpoints that are listed, by step
    std::vector<CheckpointInfo> checkpoints_;  // of run_, as shown
    std::map<StepIndex, double> losses_;
    QString run_;
    Damages damages_;       // of run_'s, as far as they have been compared
    StopToken stop_;        // of the comparison that is running
    bool changed_ = false;  // since it began
    TextTableView* table_;
    QToolButton* trash_;
    QPushButton *now_, *chat_, *branch_, *export_, *delete_, *restore_, *purge_;
    TaskThread thread_;  // reads the files, which may be large
};

}  // namespace tritlab
