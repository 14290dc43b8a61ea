// What can be done to a run's checkpoints from their page, beyond branching and talking to one: ask for one now,
// export, move to the trash and back (with undo), delete for ever.
#pragma once

#include <QObject>

#include "core/base/workspace.h"

class QWidget;

namespace tritlab {

class CheckpointsPage;
class RunListModel;
class StoreActions;
class StoreChanges;

class CheckpointActions : public QObject {
    Q_OBJECT
public:
    struct Tools {
        QWidget* window;  // of its dialogs
        Workspace workspace;
        RunListModel* runs;
        StoreActions* actions;
        StoreChanges* changes;
    };
    // Does what is asked for in `page`.
    CheckpointActions(Tools tools, CheckpointsPage* page, QObject* parent);

private:
    void write(const QString& run);
    void openExport(const QString& run, qint64 step, const QString& folder);
    void trash(const QString& run, qint64 step, bool trashed);
    void purge(const QString& run, qint64 step);
    Tools tools_;
};

}  // namespace tritlab
