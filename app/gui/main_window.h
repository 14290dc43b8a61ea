// The window: run list at the left, the pages of what is selected at the right, chat beside them. It builds and owns
// the models, the threads that feed them, the pages and those who act on them, and joins them; what is done lies with
// them.
#pragma once

#include <QMainWindow>
#include <memory>

#include "app/gui/window_state.h"
#include "app/services/train_worker.h"
#include "core/base/workspace.h"
#include "core/store/run_store.h"
#include "ui/theme/theme.h"

class QLabel;
class QSplitter;
class QTabWidget;

namespace tritlab {

class Banner;
class Calibrator;
class ChartsPage;
class ChatController;
class ChatDock;
class CheckpointsPage;
class ComparePage;
class DraftKeeper;
class EventImport;
class FileOpener;
class LogPage;
class ModelImport;
class Page;
class RunActions;
class RunForm;
class RunLauncher;
class RunListModel;
class RunNotices;
class RunPanel;
class RunQueue;
class RunWarnings;
class SeriesCache;
class StoreActions;
class StoreChanges;
class StoreReader;
class StoreWatcher;
class WindowClosing;

struct WindowOptions {
    Workspace workspace;
    bool demo = true;                  // an empty workspace trains the demo at once
    bool keepSettings = true;          // geometry, theme and columns are read and written
    TrainWorker::EngineLoader engine;  // loadEngine where empty
    bool desktop = false;              // notifications, and no sleep while a run is trained
    QString modelScript = {};          // fetches the real model; the installed one where empty (ModelSetup)
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
    // configs into the form, text as a new run's data, models into the chat
    void openFiles(const QStringList& files);
    void raiseWindow(const QStringList& files);  // a second start handed them over
    void leave();  // closes without a question: a run that goes is stopped with a checkpoint first

Q_SIGNALS:
    void opened();  // the store is open and the list shows what is in it

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void makeServices();
    void makePages();
    void makeChat();
    void makeControllers();
    void makeStatusBar();
    void makeToolBar();
    void makeMenus();
    void makeRunMenu();
    void makeEditMenu();
    void makeViewMenu();
    void makeThemeMenu(QMenu* view);
    void connectStore();
    void connectControllers();
    void setQueue(RunQueue* queue);
    [[nodiscard]] WindowState::Parts stateParts();
    void onStoreReady();
    void onRunsChanged(const std::vector<RunSummary>& changes);
    void onSelection();
    void showState();
    void showMessage(const QString& text);
    void offerRealModel();

    WindowOptions options_;
    std::unique_ptr<WindowState> state_;
    RunListModel* runs_ = nullptr;
    StoreActions* actions_;
    StoreChanges* changes_;
    DraftKeeper* drafts_;
    StoreReader* reader_;
    SeriesCache* series_;
    StoreWatcher* watcher_ = nullptr;
    std::unique_ptr<RunQueue> queue_;
    std::unique_ptr<Calibrator> calibrator_;
    ChatController* chat_;
    RunLauncher* launcher_;
    RunActions* runActions_;
    RunNotices* notices_;
    WindowClosing* closing_;
    EventImport* eventImport_ = nullptr;
    ModelImport* modelImport_;
    FileOpener* opener_;
    RunPanel* panel_;
    QSplitter* splitter_;
    QTabWidget* tabs_;
    Banner* banner_;
    RunWarnings* warnings_;
    ChartsPage* charts_;
    CheckpointsPage* checkpoints_;
    ComparePage* compare_;
    LogPage* log_;
    std::vector<Page*> pagesOfRun_;
    ChatDock* chatDock_;
    QLabel* runningLabel_ = nullptr;
    QLabel* countLabel_;
    QString justStarted_;  // a run of this window whose row has not come yet: it is selected when it does
    bool known_ = false;
};

}  // namespace tritlab
