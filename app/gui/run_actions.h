// What can be done to the selected runs beyond starting and stopping: rename, star, baseline, tags, notes, trash,
// purge, export, branch, the order of the queue, comparing. Everything but a purge can be undone.
#pragma once

#include <QList>
#include <QObject>
#include <vector>

#include "core/store/run_store.h"

class QAction;
class QMenu;
class QWidget;

namespace tritlab {

class RunListModel;
class RunPanel;
class RunQueue;
class StoreActions;
class StoreChanges;
class StoreReader;

struct RunTools {
    QWidget* window;
    Workspace workspace;
    RunListModel* runs;
    RunPanel* panel;
    StoreReader* reader;
    StoreActions* actions;
    StoreChanges* changes;
};

class RunActions : public QObject {
    Q_OBJECT
public:
    RunActions(RunTools tools, QObject* parent);
    void setQueue(RunQueue* queue) { queue_ = queue; }
    [[nodiscard]] QAction* compareAction() const { return compare_; }
    [[nodiscard]] QAction* renameAction() const { return rename_; }
    [[nodiscard]] QAction* trashAction() const { return trash_; }
    void addTo(QMenu* menu) const;  // all but renaming and the trash
    void update();                  // which of them the selection allows

    void rename(const QString& run, const QString& name);
    void trash(const QStringList& runs, bool trashed);
    void purge(const QStringList& runs);  // asks first, and says how much disk it frees

Q_SIGNALS:
    void statusMessage(const QString& message);
    void compareWanted();
    void branchWanted(const QString& run, qint64 step);

private:
    QAction* make(const char* name, const QString& text, const QString& keys, const QString& tip,
                  void (RunActions::*what)());
    [[nodiscard]] std::vector<RunSummary> selected() const;
    void editName();
    void trashSelected();
    void star();
    void baseline();
    void editTags();
    void editNotes();
    void exportRuns();
    void branch();
    void purgeSelected();
    void compare();
    void earlier();
    void later();
    void reorder(int places);
    RunTools tools_;
    RunQueue* queue_ = nullptr;
    QList<QAction*> all_;
    QAction *rename_, *trash_, *star_, *baseline_, *tags_, *notes_, *branch_, *compare_, *export_, *earlier_, *later_,
        *purge_;
};

}  // namespace tritlab
