#include "app/gui/main_window.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QLabel>
#include <QMenuBar>
#include <QSplitter>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolBar>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/gui/banner.h"
#include "app/gui/chat_controller.h"
#include "app/gui/chat_dock.h"
#include "app/gui/checkpoint_actions.h"
#include "app/gui/disk_dialog.h"
#include "app/gui/event_import.h"
#include "app/gui/file_opener.h"
#include "app/gui/help_dialogs.h"
#include "app/gui/model_import.h"
#include "app/gui/named_action.h"
#include "app/gui/real_model_dialog.h"
#include "app/gui/run_actions.h"
#include "app/gui/run_launcher.h"
#include "app/gui/run_notices.h"
#include "app/gui/run_status.h"
#include "app/gui/store_change.h"
#include "app/gui/window_closing.h"
#include "app/services/calibrator.h"
#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "app/services/store_watcher.h"
#include "ui/chat/chat_pane.h"
#include "ui/models/run_list_model.h"
#include "ui/models/series_cache.h"
#include "ui/pages/charts_page.h"
#include "ui/pages/checkpoints_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/config_page.h"
#include "ui/pages/log_page.h"
#include "ui/pages/run_panel.h"
#include "ui/pages/run_warnings.h"
#include "ui/pages/samples_page.h"
#include "ui/pages/weights_page.h"
#include "ui/services/draft_keeper.h"
#include "ui/services/store_reader.h"
#include "ui/theme/icons.h"
#include "ui/theme/plurals.h"

namespace tritlab {

namespace {

constexpr QSize usualSize(1280, 800);
constexpr int narrowestPages = 640;  // their tabs and charts need so much beside the chat

// A file of the window's own in its workspace; none where nothing is to be kept.
std::filesystem::path keptFile(const WindowOptions& options, const char* name) {
    return options.keepSettings ? options.workspace.root() / name : std::filesystem::path();
}

}  // namespace

MainWindow::MainWindow(WindowOptions options, QWidget* parent) : QMainWindow(parent), options_(std::move(options)) {
    setObjectName("mainWindow");
    setWindowTitle(tr("TritLab"));
    setWindowIcon(applicationIcon());
    installPlurals();
    state_ = std::make_unique<WindowState>(keptFile(options_, "window.ini"));
    makeServices();
    makePages();
    makeChat();
    makeControllers();
    makeStatusBar();
    makeToolBar();
    makeMenus();
    connectStore();
    connectControllers();
    resize(usualSize);
    state_->restore(stateParts());
    chatDock_->action()->setChecked(!chatDock_->isHidden());
    onSelection();
    showState();
    actions_->open();
}

MainWindow::~MainWindow() {
    // Threads end before the models that they feed: training first (it may write), then those who follow the store.
    setQueue(nullptr);
    queue_.reset();
    calibrator_.reset();
    chat_->close();
    delete watcher_;
}

void MainWindow::makeServices() {
    if (!options_.engine) options_.engine = []() -> Engine& { return loadEngine(); };
    runs_ = new RunListModel(this);
    runs_->paletteChanged(isDark(palette()));
    actions_ = new StoreActions(options_.workspace, this);
    changes_ = new StoreChanges(actions_, this);
    reader_ = new StoreReader(options_.workspace, this);
    drafts_ = new DraftKeeper(keptFile(options_, "drafts.json"), this);
    calibrator_ = std::make_unique<Calibrator>(options_.engine);
    series_ = new SeriesCache(reader_, this);
}

void MainWindow::makePages() {
    const PageContext context{runs_, reader_, series_};
    panel_ = new RunPanel(runs_, reader_, this);
    tabs_ = new QTabWidget(this);
    tabs_->setObjectName("pages");
    tabs_->setDocumentMode(true);
    charts_ = new ChartsPage(context, tabs_);
    checkpoints_ = new CheckpointsPage(context, tabs_);
    compare_ = new ComparePage(context, tabs_);
    log_ = new LogPage(context, tabs_);
    pagesOfRun_ = {charts_,
                   new WeightsPage(context, tabs_),
                   new SamplesPage(context, tabs_),
                   new ConfigPage(context, tabs_),
                   checkpoints_,
                   log_,
                   compare_};
    const QString titles[] = {tr("Charts"),      tr("Weights"), tr("Samples"), tr("Config"),
                              tr("Checkpoints"), tr("Log"),     tr("Compare")};
    for (std::size_t i = 0; i < pagesOfRun_.size(); ++i) tabs_->addTab(pagesOfRun_[i], titles[i]);
    banner_ = new Banner(this);
    banner_->hide();
    warnings_ = new RunWarnings(reader_, this);
    connect(warnings_, &RunWarnings::counted, this, [this](int warnings) {
        const int log = tabs_->indexOf(log_);
        tabs_->setTabText(log, warnings > 0 ? tr("Log · %n warning(s)", nullptr, warnings) : tr("Log"));
    });
    connect(warnings_, &RunWarnings::logWanted, this, [this] { tabs_->setCurrentWidget(log_); });
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(banner_);
    column->addWidget(warnings_);
    column->addWidget(tabs_, 1);
    splitter_ = new QSplitter(Qt::Horizontal, this);
    splitter_->setObjectName("mainSplitter");
    splitter_->setChildrenCollapsible(false);
    splitter_->addWidget(panel_);
    splitter_->addWidget(right);
    splitter_->setStretchFactor(1, 1);
    splitter_->setSizes({panel_->usualWidth(), usualSize.width() - panel_->usualWidth()});
    setCentralWidget(splitter_);
}

void MainWindow::makeChat() {
    chat_ = new ChatController(options_.workspace, actions_, runs_, this);
    chatDock_ = new ChatDock(new ChatPane(runs_, reader_, chat_, drafts_, this), chat_->undoStack(), this);
    connect(chatDock_->pane(), &ChatPane::presetsChanged, this, [this] { state_->saveChat(*chatDock_->pane()); });
    // The pages keep room for their tabs and charts; the list, which scrolls, gives way, but never grows by it.
    connect(chatDock_, &ChatDock::revealed, this, [this](int width) {
        const int left = this->width() - width;
        const int list = std::min(splitter_->sizes().front(), std::max(left - narrowestPages, panel_->minimumWidth()));
        splitter_->setSizes({list, left});
    });
}

// Those who act on runs, and on the window itself.
void MainWindow::makeControllers() {
    launcher_ = new RunLauncher({this, options_.workspace, runs_, panel_, actions_, drafts_, calibrator_.get()}, this);
    const RunLauncher::Actions& launch = launcher_->actions();
    panel_->table()->addActions({launch.stop, launch.resume, launch.duplicate});
    runActions_ = new RunActions({this, options_.workspace, runs_, panel_, reader_, actions_, changes_}, this);
    new CheckpointActions({this, options_.workspace, runs_, actions_, changes_}, checkpoints_, this);
    notices_ = new RunNotices(this, runs_, reader_, options_.desktop);
    closing_ = new WindowClosing(this, runs_);
    opener_ = new FileOpener(this);
    eventImport_ = new EventImport(this, actions_);
    modelImport_ = new ModelImport(this, actions_, chat_->activationQuestion());
}

void MainWindow::makeStatusBar() {
    countLabel_ = new QLabel(this);
    countLabel_->setObjectName("countLabel");
    countLabel_->setContentsMargins(0, 0, 10, 0);
    statusBar()->addPermanentWidget(countLabel_);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::makeToolBar() {
    auto* bar = addToolBar(tr("Main"));
    bar->setObjectName("mainToolBar");
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize(QSize(18, 18));
    const RunLauncher::Actions& launch = launcher_->actions();
    bar->addActions({launch.newRun, launch.stop, launch.resume});
    bar->addSeparator();
    bar->addActions({runActions_->compareAction(), chatDock_->action()});
    auto* gap = new QWidget(bar);
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(gap);
    runningLabel_ = new QLabel(bar);
    runningLabel_->setObjectName("runningLabel");
    runningLabel_->setTextFormat(Qt::RichText);
    runningLabel_->setContentsMargins(8, 0, 10, 0);
    bar->addWidget(runningLabel_);
}

void MainWindow::makeMenus() {
    makeRunMenu();
    makeEditMenu();
    makeViewMenu();
    QMenu* chat = menuBar()->addMenu(tr("&Chat"));
    chat->addAction(chatDock_->action());
    chat->addSeparator();
    chat->addActions(chatDock_->pane()->actions());
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    QAction* real = namedAction(this, "realModel", tr("&Talk to a real model…"), QKeySequence(),
                                tr("Fetches SmolLM2-135M-Instruct, after asking, and opens it in the chat"));
    connect(real, &QAction::triggered, this, &MainWindow::offerRealModel);
    help->addAction(real);
    QAction* keys = help->addAction(tr("&Keyboard shortcuts"), this, [this] { showShortcuts(this); });
    keys->setShortcut(QKeySequence("F1"));
    help->addAction(tr("&About TritLab"), this, [this] { showAbout(this, options_.workspace.root()); });
}

void MainWindow::makeRunMenu() {
    const RunLauncher::Actions& launch = launcher_->actions();
    QMenu* run = menuBar()->addMenu(tr("&Run"));
    run->addActions({launch.newRun, launch.duplicate, launch.demo});
    run->addSeparator();
    run->addActions({modelImport_->action(), eventImport_->action()});
    run->addSeparator();
    run->addActions({launch.stop, launch.resume, runActions_->renameAction(), runActions_->trashAction()});
    run->addSeparator();
    QAction* quit = run->addAction(tr("&Quit"), this, &QWidget::close);
    quit->setShortcut(QKeySequence::Quit);
    quit->setObjectName("quit");
}

void MainWindow::makeEditMenu() {
    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = changes_->stack()->createUndoAction(this, tr("&Undo"));
    QAction* redo = changes_->stack()->createRedoAction(this, tr("&Redo"));
    undo->setObjectName("undo");
    redo->setObjectName("redo");
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcut(QKeySequence("Ctrl+Shift+Z"));
    // the chat has its own
    for (QAction* action : {undo, redo}) action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    splitter_->addActions({undo, redo});
    edit->addActions({undo, redo});
    edit->addSeparator();
    runActions_->addTo(edit);
    edit->addSeparator();
    QAction* disk = edit->addAction(tr("Disk &use…"), this, [this] { (new DiskDialog(runs_, reader_, this))->show(); });
    disk->setObjectName("diskUse");
    disk->setShortcut(QKeySequence("Ctrl+Shift+U"));
}

void MainWindow::makeViewMenu() {
    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addAction(chatDock_->action());
    QAction* filter = view->addAction(tr("&Filter runs"), panel_, &RunPanel::focusFilter);
    filter->setShortcut(QKeySequence::Find);
    view->addSeparator();
    for (int i = 0; i < tabs_->count(); ++i) {
        QAction* page = view->addAction(tabs_->tabText(i), this, [this, i] { tabs_->setCurrentIndex(i); });
        page->setShortcut(QKeySequence(QString("Ctrl+%1").arg(i + 1)));
        page->setObjectName("page" + QString::number(i + 1));
    }
    view->addSeparator();
    makeThemeMenu(view);
}

void MainWindow::makeThemeMenu(QMenu* view) {
    QMenu* theme = view->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(this);
    const std::pair<ThemeChoice, QString> choices[] = {
        {ThemeChoice::System, tr("&System")}, {ThemeChoice::Light, tr("&Light")}, {ThemeChoice::Dark, tr("&Dark")}};
    for (const auto& [choice, text] : choices) {
        QAction* action = theme->addAction(text, this, [this, choice = choice] { setTheme(choice); });
        action->setObjectName("theme:" + themeKey(choice));
        action->setCheckable(true);
        action->setChecked(choice == state_->theme());
        group->addAction(action);
    }
}

void MainWindow::connectStore() {
    connect(actions_, &StoreActions::ready, this, &MainWindow::onStoreReady);
    connect(actions_, &StoreActions::failed, this, [this](const QString& what, const QString& message) {
        showMessage(tr("Could not %1: %2").arg(what, message));
    });
    connect(reader_, &StoreReader::failed, this, &MainWindow::showMessage);
    connect(drafts_, &DraftKeeper::failed, this, &MainWindow::showMessage);
    connect(runs_, &RunListModel::visibilityChanged, this, [this] { charts_->setVisibleRuns(runs_->visibleRuns()); });
    connect(runs_, &RunListModel::renamed, runActions_, &RunActions::rename);
    connect(panel_, &RunPanel::selectionChanged, this, &MainWindow::onSelection);
    connect(compare_, &ComparePage::runPicked, this, &MainWindow::selectRun);
}

void MainWindow::connectControllers() {
    connect(launcher_, &RunLauncher::statusMessage, this, &MainWindow::showMessage);
    connect(launcher_, &RunLauncher::added, this, [this](const QString& run) { justStarted_ = run; });
    connect(launcher_, &RunLauncher::demoBegins, this, [this](const RunConfig& config) {
        banner_->begin(config);
        showChat(true);
        chatDock_->pane()->suggest(tr("In the beginning"));
    });
    connect(launcher_, &RunLauncher::demoAdded, banner_, &Banner::setRun);
    connect(banner_, &Banner::chatWanted, chatDock_, &ChatDock::talkToRun);
    connect(banner_, &Banner::stopWanted, launcher_, &RunLauncher::stop);
    connect(runActions_, &RunActions::statusMessage, this, &MainWindow::showMessage);
    connect(runActions_, &RunActions::branchWanted, launcher_, &RunLauncher::openBranch);
    connect(runActions_, &RunActions::compareWanted, this, [this] { tabs_->setCurrentWidget(compare_); });
    connect(checkpoints_, &CheckpointsPage::branchWanted, launcher_, &RunLauncher::openBranch);
    connect(checkpoints_, &CheckpointsPage::chatWanted, chatDock_, &ChatDock::talkToRun);
    connect(notices_, &RunNotices::statusMessage, this, &MainWindow::showMessage);
    connect(notices_, &RunNotices::clicked, this, [this] { raiseWindow({}); });
    connect(closing_, &WindowClosing::statusMessage, this, &MainWindow::showMessage);
    connect(opener_, &FileOpener::configFound, launcher_, &RunLauncher::openConfigFile);
    connect(opener_, &FileOpener::textFound, launcher_, &RunLauncher::openData);
    connect(opener_, &FileOpener::modelFound, chatDock_, &ChatDock::talkToModel);
    connect(opener_, &FileOpener::eventsFound, eventImport_, &EventImport::open);
    connect(modelImport_, &ModelImport::chatWanted, chatDock_, &ChatDock::talkToModel);
    connect(modelImport_, &ModelImport::eventsWanted, eventImport_, &EventImport::open);
    connect(modelImport_, &ModelImport::imported, this, [this](const QString& run) { justStarted_ = run; });
    connect(modelImport_, &ModelImport::statusMessage, this, &MainWindow::showMessage);
    connect(panel_, &RunPanel::realModelWanted, this, &MainWindow::offerRealModel);
    connect(eventImport_, &EventImport::statusMessage, this, &MainWindow::showMessage);
}

void MainWindow::setQueue(RunQueue* queue) {
    launcher_->setQueue(queue);
    runActions_->setQueue(queue);
    notices_->setQueue(queue);
    closing_->setQueue(queue);
}

void MainWindow::onStoreReady() {
    queue_ = std::make_unique<RunQueue>(actions_, options_.engine);
    setQueue(queue_.get());
    connect(queue_.get(), &RunQueue::progressed, banner_,
            [this](const QString& run, const QString&, double done) { banner_->onProgressed(run, done); });
    connect(queue_.get(), &RunQueue::progressed, this, [this](const QString&, const QString& what, double done) {
        statusBar()->showMessage(done >= 0 ? tr("%1: %2 %").arg(what).arg(static_cast<int>(done * 100)) : what, 4000);
    });
    connect(queue_.get(), &RunQueue::waitingChanged, this, [this] {
        runs_->setQueue(queue_->waitingRuns());
        onSelection();
    });
    connect(queue_.get(), &RunQueue::started, this, &MainWindow::onSelection);
    connect(queue_.get(), &RunQueue::ended, this, [this] {
        onSelection();
        showState();
    });
    chat_->open(chatDock_->pane());
    watcher_ = new StoreWatcher(options_.workspace, actions_->writer(), this);
    connect(watcher_, &StoreWatcher::runsChanged, this, &MainWindow::onRunsChanged);
    connect(watcher_, &StoreWatcher::runsPresent, runs_, &RunListModel::keepOnly);
    connect(watcher_, &StoreWatcher::failed, this, &MainWindow::showMessage);
    watcher_->start();
}

void MainWindow::onRunsChanged(const std::vector<RunSummary>& changes) {
    notices_->onRunsChanged(changes);
    runs_->apply(changes);
    for (const RunSummary& run : changes) {
        series_->update(run);
        for (Page* page : pagesOfRun_) {
            if (page != charts_) page->runChanged(QString::fromStdString(run.id));  // charts follow the series
        }
        banner_->onRunChanged(run);
        warnings_->onRunChanged(QString::fromStdString(run.id));
    }
    if (!justStarted_.isEmpty() && runs_->run(justStarted_) != nullptr)
        selectRun(std::exchange(justStarted_, QString()));
    if (!std::exchange(known_, true)) {
        if (!runs_->runs().empty()) selectRun(QString::fromStdString(runs_->runs().back().id));
        else if (options_.demo) launcher_->startDemo();
        Q_EMIT opened();
    } else if (panel_->currentRun().isEmpty() && !changes.empty()) {
        selectRun(QString::fromStdString(changes.back().id));
    }
    onSelection();
    showState();
}

void MainWindow::onSelection() {
    const QString current = panel_->currentRun();
    const QStringList selected = panel_->selectedRuns();
    for (Page* page : pagesOfRun_) page->setRuns(current, selected);
    warnings_->setRun(current);
    chatDock_->pane()->followRun(current);
    launcher_->updateActions();
    runActions_->update();
}

void MainWindow::showState() {
    runningLabel_->setText(runningText(*runs_, isDark(palette())));
    countLabel_->setText(runCountText(*runs_, queue_ ? queue_->waiting() : 0));
}

void MainWindow::showMessage(const QString& text) { statusBar()->showMessage(text, 30000); }

void MainWindow::offerRealModel() {
    const QString script = options_.modelScript.isEmpty() ? ModelSetup::installedScript() : options_.modelScript;
    auto* dialog = new RealModelDialog(script, this);
    connect(dialog, &RealModelDialog::chatWanted, chatDock_, &ChatDock::talkToModel);
    dialog->open();
}

bool MainWindow::settled() const { return known_ && reader_->idle() && series_->idle() && actions_->idle(); }

void MainWindow::setTheme(ThemeChoice choice) {
    state_->setTheme(choice);
    if (QAction* action = findChild<QAction*>("theme:" + themeKey(choice))) action->setChecked(true);
}

void MainWindow::selectRun(const QString& id) { panel_->setCurrentRun(id); }

void MainWindow::showChat(bool shown) { chatDock_->reveal(shown); }

RunForm* MainWindow::openForm(const RunConfig* from, const QString& name) { return launcher_->openForm(from, name); }

void MainWindow::openFiles(const QStringList& files) { opener_->open(files); }

void MainWindow::raiseWindow(const QStringList& files) {
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
    QApplication::alert(this);
    openFiles(files);
}

void MainWindow::leave() { closing_->leave(); }

WindowState::Parts MainWindow::stateParts() { return {this, panel_, tabs_, chatDock_->pane()}; }

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!closing_->mayClose()) return event->ignore();
    state_->save(stateParts());
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && runs_ != nullptr) {
        runs_->paletteChanged(isDark(palette()));
        if (runningLabel_ != nullptr) showState();
    }
    QMainWindow::changeEvent(event);
}

}  // namespace tritlab
