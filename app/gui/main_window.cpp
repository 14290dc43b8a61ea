// What the window does: follows the store, starts and stops runs, asks the chat, closes.
#include "app/gui/main_window.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QHeaderView>
#include <QLabel>
#include <QSettings>
#include <QSplitter>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>
#include <cmath>

#include "app/gui/banner.h"
#include "app/gui/chat_controller.h"
#include "app/gui/desktop.h"
#include "app/gui/run_actions.h"
#include "app/services/calibrator.h"
#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "app/services/store_watcher.h"
#include "core/base/error.h"
#include "core/base/number.h"
#include "core/config/fields.h"
#include "ui/chat/chat_pane.h"
#include "ui/models/run_list_model.h"
#include "ui/models/series_cache.h"
#include "ui/pages/charts_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/run_panel.h"
#include "ui/services/draft_keeper.h"
#include "ui/services/store_reader.h"
#include "ui/theme/icons.h"
#include "ui/theme/plurals.h"

namespace tritlab {

MainWindow::MainWindow(WindowOptions options, QWidget* parent) : QMainWindow(parent), options_(std::move(options)) {
    setObjectName("mainWindow");
    setWindowTitle(tr("TritLab"));
    setWindowIcon(applicationIcon());
    installPlurals();
    if (!options_.engine) options_.engine = []() -> Engine& { return loadEngine(); };
    if (options_.keepSettings) {
        settings_ = std::make_unique<QSettings>(
            QString::fromStdString((options_.workspace.root() / "window.ini").string()), QSettings::IniFormat);
        theme_ = themeFromKey(settings_->value("theme").toString());
        applyTheme(theme_);
    }
    runs_ = new RunListModel(this);
    runs_->paletteChanged(isDark(palette()));
    actions_ = new StoreActions(options_.workspace, this);
    reader_ = new StoreReader(options_.workspace, this);
    drafts_ = new DraftKeeper(
        options_.keepSettings ? options_.workspace.root() / "drafts.json" : std::filesystem::path(), this);
    calibrator_ = std::make_unique<Calibrator>(options_.engine);
    series_ = new SeriesCache(reader_, this);
    makeActions();
    makePages();
    makeRunActions();
    makeMenus();
    makeRunMenu();
    connectModels();
    setAcceptDrops(true);
    resize(1280, 800);
    restoreSettings();
    onSelection();
    showState();
    actions_->open();
}

MainWindow::~MainWindow() {
    // Threads end before the models that they feed: training first (it may write), then those who follow the store.
    runActions_->setQueue(nullptr);
    queue_.reset();
    calibrator_.reset();
    chat_->close();
    delete watcher_;
}

void MainWindow::onStoreReady() {
    queue_ = std::make_unique<RunQueue>(actions_, options_.engine);
    connect(queue_.get(), &RunQueue::added, this, [this](const QString& run) {
        justStarted_ = run;
        if (demoRun_ == "pending") demoRun_ = run;
    });
    connect(queue_.get(), &RunQueue::progressed, this, [this](const QString& run, const QString& what, double done) {
        preparing_ = done;
        if (run == demoRun_ && runs_->run(run) != nullptr) banner_->showRun(*runs_->run(run), done);
        statusBar()->showMessage(done >= 0 ? tr("%1: %2 %").arg(what).arg(static_cast<int>(done * 100)) : what, 4000);
    });
    if (options_.desktop) {
        desktop_ = new Desktop(this);
        connect(desktop_, &Desktop::clicked, this, [this] { raiseWindow({}); });
        connect(desktop_, &Desktop::unheard, this, [this] { QApplication::alert(this); });
        connect(queue_.get(), &RunQueue::started, this, [this] { desktop_->keepAwake(true); });
        connect(queue_.get(), &RunQueue::idle, this, [this] { desktop_->keepAwake(false); });
    }
    connect(queue_.get(), &RunQueue::started, calibrator_.get(), &Calibrator::stop);  // both want the compute thread
    connect(queue_.get(), &RunQueue::started, this, [this](const QString& run) { trainedHere_.insert(run); });
    runActions_->setQueue(queue_.get());
    connect(queue_.get(), &RunQueue::waitingChanged, this, [this] {
        runs_->setQueue(queue_->waitingRuns());
        onSelection();
    });
    connect(queue_.get(), &RunQueue::ended, this, &MainWindow::onRunEnded);
    connect(queue_.get(), &RunQueue::idle, this, [this] {
        if (closing_ != Closing::No) finishClosing();
    });
    chat_->open(chatPane_);
    watcher_ = new StoreWatcher(options_.workspace, actions_->writer(), this);
    connect(watcher_, &StoreWatcher::runsChanged, this, &MainWindow::onRunsChanged);
    connect(watcher_, &StoreWatcher::runsPresent, runs_, &RunListModel::keepOnly);
    connect(watcher_, &StoreWatcher::failed, this, &MainWindow::showMessage);
    watcher_->start();
}

void MainWindow::onRunsChanged(const std::vector<RunSummary>& changes) {
    for (const RunSummary& run : changes) tellEndElsewhere(run);
    runs_->apply(changes);
    for (const RunSummary& run : changes) {
        const QString id = QString::fromStdString(run.id);
        series_->update(run);
        for (Page* page : pagesOfRun_) {
            if (page != charts_) page->runChanged(id);  // charts follow the series
        }
        if (id == demoRun_) banner_->showRun(run, preparing_);
    }
    if (!justStarted_.isEmpty() && runs_->run(justStarted_) != nullptr)
        selectRun(std::exchange(justStarted_, QString()));
    if (!std::exchange(known_, true)) {
        if (!runs_->runs().empty()) selectRun(QString::fromStdString(runs_->runs().back().id));
        else if (options_.demo) startDemo();
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
    chatPane_->followRun(current);
    bool stoppable = false, resumable = false;
    for (const QString& id : selected) {
        const RunSummary* run = runs_->run(id);
        if (run == nullptr) continue;
        const bool waiting = queue_ && queue_->has(id);
        stoppable |= isActive(run->state) || waiting;
        resumable |= isResumable(run->state) && !waiting && !run->trashed;
    }
    stopAction_->setEnabled(stoppable);
    resumeAction_->setEnabled(resumable);
    renameAction_->setEnabled(selected.size() == 1);
    trashAction_->setEnabled(!selected.isEmpty() && !stoppable);
    trashAction_->setText(panel_->showsTrash() ? tr("Res&tore") : tr("Move to &trash"));
    duplicateAction_->setEnabled(selected.size() == 1);
    runActions_->update();
}

void MainWindow::showState() {
    const RunSummary* active = nullptr;
    int count = 0, shown = 0;
    for (const RunSummary& run : runs_->runs()) {
        if (!run.trashed) ++shown;
        if (!isActive(run.state) || run.trashed) continue;
        ++count;
        active = &run;
    }
    QString text;
    if (active != nullptr) {
        text = QString("<span style='color:%1'>●</span>&nbsp; %2 · %3")
                   .arg(stateColor(active->state, isDark(palette())).name(),
                        QString::fromStdString(active->name).toHtmlEscaped(), progressText(*active));
        if (count > 1) text += tr(" · %1 more running").arg(count - 1);
    }
    runningLabel_->setText(text);
    QString counts = tr("%n run(s)", nullptr, shown);
    if (count > 0) counts += tr(", %1 running").arg(count);
    if (queue_ && queue_->waiting() > 0) counts += tr(", %1 waiting").arg(queue_->waiting());
    countLabel_->setText(counts);
}

void MainWindow::showMessage(const QString& text) { statusBar()->showMessage(text, 30000); }

bool MainWindow::settled() const { return known_ && reader_->idle() && series_->idle() && actions_->idle(); }

void MainWindow::setTheme(ThemeChoice choice) {
    theme_ = choice;
    applyTheme(choice);
    if (QAction* action = findChild<QAction*>("theme:" + themeKey(choice))) action->setChecked(true);
}

void MainWindow::selectRun(const QString& id) { panel_->setCurrentRun(id); }

void MainWindow::showChat(bool shown) {
    const bool was = chatDock_->isVisible();
    chatDock_->setVisible(shown);
    chatAction_->setChecked(shown);
    if (shown && !was) {
        const int width = chatPane_->compares() ? 760 : 380;
        resizeDocks({chatDock_}, {width}, Qt::Horizontal);
        // The pages keep room for their tabs and charts; the list, which scrolls, gives way, but never grows by it.
        const int left = this->width() - width;
        splitter_->setSizes({std::min(splitter_->sizes().front(), std::max(left - 640, panel_->minimumWidth())), left});
        chatPane_->setFocus();
    }
}

void MainWindow::startDemo() {
    if (!queue_) return;
    try {
        const ConfigDraft draft = presetDraft("demo");
        demoRun_ = "pending";
        RunSummary beginning;
        beginning.config = draft.config();
        banner_->showRun(beginning, -1);
        banner_->show();
        queue_->add(tr("demo"), draft.config());
        showChat(true);
        chatPane_->suggest(tr("In the beginning"));
    } catch (const Error& error) {
        showMessage(QString::fromStdString(error.what()));
    }
}

void MainWindow::onRunEnded(const QString& run, RunState state, const QString& message) {
    preparing_ = -1;
    const RunSummary* summary = runs_->run(run);
    const QString name = summary != nullptr ? QString::fromStdString(summary->name) : run;
    showMessage(message.isEmpty() ? tr("%1: %2").arg(name, stateText(state))
                                  : tr("%1: %2. %3").arg(name, stateText(state), message));
    // As the store has it: the row here may be from before. One that failed at once may have no row yet.
    reader_->ask(
        this, [id = run.toStdString()](RunStore& store) { return store.run(id); },
        [this](const std::optional<RunSummary>& ended) {
            if (ended) notifyRunEnded(*ended);
        });
    onSelection();
    showState();
}

// Of runs that another process trains. Those of this window are told of by their queue, however fast they end.
void MainWindow::tellEndElsewhere(const RunSummary& run) {
    const QString id = QString::fromStdString(run.id);
    if (trainedHere_.contains(id)) {
        if (!queue_->has(id)) trainedHere_.erase(id);
        if (!isActive(run.state) || queue_->has(id)) return;  // else another process has taken it up
    }
    const RunSummary* before = runs_->run(id);
    if (before != nullptr && !hasEnded(before->state) && hasEnded(run.state)) notifyRunEnded(run);
}

// The person may be at something else.
void MainWindow::notifyRunEnded(const RunSummary& run) {
    if (isActiveWindow()) return;
    if (desktop_ == nullptr) return QApplication::alert(this);
    const bool good = run.state == RunState::Finished || run.state == RunState::Stopped;
    QString text = QString::fromStdString(run.explanation);
    if (run.state == RunState::Finished && std::isfinite(run.bitsPerByte))
        text = tr("%1 bits per byte held out").arg(run.bitsPerByte, 0, 'f', 3);
    desktop_->notify(tr("%1: %2").arg(QString::fromStdString(run.name), stateText(run.state)), text, !good);
}

void MainWindow::requestStop(const QString& run) {
    if (queue_ && queue_->stop(run)) return;
    actions_->run(tr("stop the run"),
                  [id = run.toStdString()](StoreWriter& writer) { writer.sendCommand(id, RunCommand::Stop); });
}

void MainWindow::stopSelected() {
    for (const QString& id : panel_->selectedRuns()) {
        const RunSummary* run = runs_->run(id);
        if (run != nullptr && (isActive(run->state) || (queue_ && queue_->has(id)))) requestStop(id);
    }
    showMessage(tr("Stopping: a checkpoint is written first."));
}

void MainWindow::resumeRun(const RunSummary& run) {
    if (queue_) queue_->resume(QString::fromStdString(run.id), run.config, run.steps > 0 || !run.parent.empty());
}

void MainWindow::resumeSelected() {
    for (const QString& id : panel_->selectedRuns()) {
        const RunSummary* run = runs_->run(id);
        if (run != nullptr && isResumable(run->state) && !run->trashed) resumeRun(*run);
    }
    onSelection();
}

void MainWindow::duplicateSelected() {
    if (const RunSummary* run = runs_->run(panel_->currentRun()))
        openForm(&run->config, QString::fromStdString(run->name));
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange && runs_ != nullptr) {
        runs_->paletteChanged(isDark(palette()));
        if (runningLabel_ != nullptr) showState();
    }
    QMainWindow::changeEvent(event);
}

}  // namespace tritlab
