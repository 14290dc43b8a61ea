// The window: run list at the left, the pages of what is selected at the right, chat beside them. It owns the models
// and the threads that feed them; the pages know nothing of how runs are trained.
#pragma once

#include <QMainWindow>
#include <memory>
#include <set>

#include "app/services/train_worker.h"
#include "core/base/workspace.h"
#include "core/store/run_store.h"
#include "ui/theme/theme.h"

class QDockWidget;
class QLabel;
class QSettings;
class QSplitter;
class QTabWidget;

namespace tritlab {

class Banner;
class Calibrator;
class ChartsPage;
class ChatController;
class ChatPane;
class ComparePage;
class Desktop;
class DraftKeeper;
class Page;
class RunActions;
class RunForm;
class RunListModel;
class RunPanel;
class RunQueue;
class SeriesCache;
struct SweepRun;
class StepMeasure;
class StoreActions;
class StoreChanges;
class StoreReader;
class StoreWatcher;

struct WindowOptions {
    Workspace workspace;
    bool demo = true;                  // an empty workspace trains the demo at once
    bool keepSettings = true;          // geometry, theme and columns are read and written
    TrainWorker::EngineLoader engine;  // loadEngine where empty
    bool desktop = false;              // notifications, and no sleep while a run is trained
};

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(WindowOptions options, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] RunListModel* runs() const { return runs_; }
    [[nodiscard]] RunQueue* queue() const { return queue_.get(); }
    [[nodiscard]] QTabWidget* pages() const { return tabs_; }
    [[nodiscard]] bool settled() const;  // nothing is being read or written
    void setTheme(ThemeChoice choice);
    void selectRun(const QString& id);
    void showChat(bool shown);
    RunForm* openForm(const RunConfig* from = nullptr, const QString& name = {});
    void openConfigFile(const QString& path);
    // configs into the form, text as a new run's data, models into the chat
    void openFiles(const QStringList& files);
    void raiseWindow(const QStringList& files);  // a second start handed them over
    void leave();  // closes without a question: a run that goes is stopped with a checkpoint first
    void startDemo();

Q_SIGNALS:
    void opened();  // the store is open and the list shows what is in it

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void stopThenClose();
    enum class Closing { No, Stop, HandOver };
    void makeActions();
    void makeRunActions();
    void makeRunMenu();
    void showDiskUse();
    void tellWhatOpens(const QStringList& faults);
    void startSweep(const QString& experiment, const std::vector<SweepRun>& runs);
    void openExport(const QString& run, qint64 step, const QString& folder);
    void openBranch(const QString& run, qint64 step);
    void startFromForm(const RunForm* form, const QString& name, const RunConfig& config);
    void connectMeasure(StepMeasure* measure);
    void makePages();
    void makeMenus();
    void connectModels();
    void onStoreReady();
    void onRunsChanged(const std::vector<RunSummary>& changes);
    void onSelection();
    void tellEndElsewhere(const RunSummary& run);
    void notifyRunEnded(const RunSummary& run);
    void onRunEnded(const QString& run, RunState state, const QString& message);
    void showState();
    void showMessage(const QString& text);
    void stopSelected();
    void resumeSelected();
    void trashSelected();
    void duplicateSelected();
    void requestStop(const QString& run);
    void resumeRun(const RunSummary& run);
    void finishClosing();
    bool askHowToClose();
    void restoreSettings();
    void saveSettings();

    WindowOptions options_;
    std::unique_ptr<QSettings> settings_;
    ThemeChoice theme_ = ThemeChoice::System;
    RunListModel* runs_ = nullptr;
    StoreActions* actions_;
    StoreChanges* changes_ = nullptr;
    Desktop* desktop_ = nullptr;     // nullptr: nothing is asked of it
    std::set<QString> trainedHere_;  // runs whose ends the queue tells of
    RunActions* runActions_ = nullptr;
    DraftKeeper* drafts_;
    StoreReader* reader_;
    SeriesCache* series_;
    StoreWatcher* watcher_ = nullptr;
    std::unique_ptr<RunQueue> queue_;
    std::unique_ptr<Calibrator> calibrator_;
    ChatController* chat_;
    RunPanel* panel_;
    QSplitter* splitter_;
    QTabWidget* tabs_;
    Banner* banner_;
    ChartsPage* charts_;
    ComparePage* compare_;
    std::vector<Page*> pagesOfRun_;
    ChatPane* chatPane_;
    QDockWidget* chatDock_;
    QLabel* runningLabel_ = nullptr;
    QLabel* countLabel_;
    QAction *newAction_, *stopAction_, *resumeAction_, *chatAction_, *renameAction_, *trashAction_, *duplicateAction_,
        *demoAction_;
    QString demoRun_;
    QString justStarted_;  // a run of this window whose row has not come yet: it is selected when it does
    double preparing_ = -1;
    bool known_ = false;
    Closing closing_ = Closing::No;
    QString handOver_;
};

}  // namespace tritlab
