// Has runs trained: from the form (a single run, a branch of another one, a sweep), as the demo, and those that are in
// the store already, again. Stops them, too. Owns the form and the actions that begin all this.
#pragma once

#include <QObject>
#include <vector>

#include "core/base/workspace.h"
#include "core/config/run_config.h"

class QAction;
class QWidget;

namespace tritlab {

class Calibrator;
class DraftKeeper;
class RunForm;
class RunListModel;
class RunPanel;
class RunQueue;
class StepMeasure;
class StoreActions;
struct SweepRun;

struct LauncherTools {
    QWidget* window;
    Workspace workspace;
    RunListModel* runs;
    RunPanel* panel;  // whose selection is resumed, stopped, duplicated
    StoreActions* actions;
    DraftKeeper* drafts;
    Calibrator* calibrator;
};

class RunLauncher : public QObject {
    Q_OBJECT
public:
    RunLauncher(LauncherTools tools, QObject* parent);
    void setQueue(RunQueue* queue);  // nullptr, as it is before the store is open: nothing is trained
    struct Actions {
        QAction *newRun, *stop, *resume, *duplicate, *demo;
    };
    [[nodiscard]] const Actions& actions() const { return actions_; }
    void updateActions();  // which of them the selection allows

    RunForm* openForm(const RunConfig* from = nullptr, const QString& name = {});  // with another run's config
    void openConfigFile(const QString& path);                                      // in the form
    void openData(const QStringList& paths);                                       // as the form's text
    void openBranch(const QString& run, qint64 step);  // the form of a run that goes on from a checkpoint of another
    void startDemo();
    void stop(const QString& run);  // whichever process trains it, with a checkpoint

Q_SIGNALS:
    void statusMessage(const QString& message);
    void added(const QString& run);  // to the store, to be trained here: its row comes soon
    void demoBegins(const tritlab::RunConfig& config);
    void demoAdded(const QString& run);  // after demoBegins()

private:
    void makeActions();
    void onAdded(const QString& run);
    void connectMeasure(StepMeasure* measure);
    void startFromForm(const QString& name, const RunConfig& config);
    void startSweep(const QString& experiment, const std::vector<SweepRun>& runs);
    void stopSelected();
    void resumeSelected();
    void duplicateSelected();
    LauncherTools tools_;
    RunQueue* queue_ = nullptr;
    RunForm* form_ = nullptr;  // made when it is first wanted; the window's
    Actions actions_{};
    bool demoBegun_ = false;  // and not in the store yet
};

}  // namespace tritlab
