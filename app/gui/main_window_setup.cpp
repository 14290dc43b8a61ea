// The window's actions, pages, menus and what connects them.
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QSplitter>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolBar>
#include <QVBoxLayout>

#include "app/gui/banner.h"
#include "app/gui/chat_controller.h"
#include "app/gui/main_window.h"
#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "ui/chat/chat_pane.h"
#include "ui/models/run_list_model.h"
#include "ui/models/series_cache.h"
#include "ui/pages/charts_page.h"
#include "ui/pages/checkpoints_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/config_page.h"
#include "ui/pages/log_page.h"
#include "ui/pages/run_panel.h"
#include "ui/pages/samples_page.h"
#include "ui/pages/weights_page.h"
#include "ui/services/draft_keeper.h"
#include "ui/services/store_reader.h"
#include "ui/theme/icons.h"

namespace tritlab {

void MainWindow::makeActions() {
    const auto make = [this](const char* name, const QString& text, IconShape shape, const QKeySequence& keys,
                             const QString& tip) {
        auto* action = new QAction(lineIcon(shape), text, this);
        action->setObjectName(name);
        action->setShortcut(keys);
        action->setToolTip(keys.isEmpty() ? tip : tr("%1 (%2)").arg(tip, keys.toString(QKeySequence::NativeText)));
        action->setStatusTip(tip);
        return action;
    };
    newAction_ = make("newRun", tr("&New run"), IconShape::Add, QKeySequence::New, tr("Configure and start a run"));
    stopAction_ = make("stopRun", tr("&Stop"), IconShape::Stop, QKeySequence("Ctrl+."),
                       tr("Stop the selected runs, with a checkpoint"));
    resumeAction_ = make("resumeRun", tr("&Resume"), IconShape::Resume, QKeySequence("Ctrl+R"),
                         tr("Go on with the selected runs from their last checkpoint"));
    chatAction_ = make("toggleChat", tr("&Chat"), IconShape::Chat, QKeySequence("Ctrl+T"), tr("Talk to a model"));
    renameAction_ = make("renameRun", tr("Re&name"), IconShape::Copy, QKeySequence("F2"), tr("Rename the run"));
    trashAction_ = make("trashRun", tr("Move to &trash"), IconShape::Trash, QKeySequence("Del"),
                        tr("Move the selected runs to the trash"));
    duplicateAction_ = make("duplicateRun", tr("&Duplicate…"), IconShape::Copy, QKeySequence("Ctrl+D"),
                            tr("A new run from this one's config"));
    demoAction_ = make("startDemo", tr("Train the &demo"), IconShape::Resume, {},
                       tr("A small BitNet on the built-in text, in minutes"));
    renameAction_->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    trashAction_->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    renameAction_->setIcon({});
    chatAction_->setCheckable(true);
    connect(newAction_, &QAction::triggered, this, [this] { openForm(); });
    connect(stopAction_, &QAction::triggered, this, &MainWindow::stopSelected);
    connect(resumeAction_, &QAction::triggered, this, &MainWindow::resumeSelected);
    connect(trashAction_, &QAction::triggered, this, &MainWindow::trashSelected);
    connect(duplicateAction_, &QAction::triggered, this, &MainWindow::duplicateSelected);
    connect(renameAction_, &QAction::triggered, this, [this] { panel_->editName(); });
    connect(demoAction_, &QAction::triggered, this, &MainWindow::startDemo);

    auto* bar = addToolBar(tr("Main"));
    bar->setObjectName("mainToolBar");
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize(QSize(18, 18));
    bar->addActions({newAction_, stopAction_, resumeAction_});
    bar->addSeparator();
    bar->addAction(chatAction_);
    auto* gap = new QWidget(bar);
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(gap);
    runningLabel_ = new QLabel(bar);
    runningLabel_->setObjectName("runningLabel");
    runningLabel_->setTextFormat(Qt::RichText);
    runningLabel_->setContentsMargins(8, 0, 10, 0);
    bar->addWidget(runningLabel_);
}

void MainWindow::makePages() {
    const PageContext context{runs_, reader_, series_};
    panel_ = new RunPanel(runs_, this);
    panel_->table()->addActions({stopAction_, resumeAction_, duplicateAction_, renameAction_, trashAction_});
    tabs_ = new QTabWidget(this);
    tabs_->setObjectName("pages");
    tabs_->setDocumentMode(true);
    charts_ = new ChartsPage(context, tabs_);
    auto* checkpoints = new CheckpointsPage(context, tabs_);
    compare_ = new ComparePage(context, tabs_);
    pagesOfRun_ = {charts_,
                   new WeightsPage(context, tabs_),
                   new SamplesPage(context, tabs_),
                   new ConfigPage(context, tabs_),
                   checkpoints,
                   new LogPage(context, tabs_),
                   compare_};
    const QString titles[] = {tr("Charts"),      tr("Weights"), tr("Samples"), tr("Config"),
                              tr("Checkpoints"), tr("Log"),     tr("Compare")};
    for (std::size_t i = 0; i < pagesOfRun_.size(); ++i) tabs_->addTab(pagesOfRun_[i], titles[i]);
    connect(checkpoints, &CheckpointsPage::checkpointWanted, this, [this](const QString& run) {
        actions_->run(tr("ask for a checkpoint"), [id = run.toStdString()](StoreWriter& writer) {
            writer.sendCommand(id, RunCommand::Checkpoint);
        });
    });
    connect(compare_, &ComparePage::runPicked, this, &MainWindow::selectRun);
    banner_ = new Banner(this);
    banner_->hide();
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(banner_);
    column->addWidget(tabs_, 1);
    splitter_ = new QSplitter(Qt::Horizontal, this);
    splitter_->setObjectName("mainSplitter");
    splitter_->setChildrenCollapsible(false);
    splitter_->addWidget(panel_);
    splitter_->addWidget(right);
    splitter_->setStretchFactor(1, 1);
    splitter_->setSizes({panel_->usualWidth(), 1280 - panel_->usualWidth()});
    setCentralWidget(splitter_);

    chat_ = new ChatController(options_.workspace, actions_, runs_, this);
    chatPane_ = new ChatPane(runs_, reader_, chat_, drafts_, this);
    QAction* undo = chat_->undoStack()->createUndoAction(chatPane_, tr("&Undo"));
    undo->setObjectName("chatUndo");
    undo->setShortcut(QKeySequence::Undo);
    QAction* redo = chat_->undoStack()->createRedoAction(chatPane_, tr("Re&do"));
    redo->setObjectName("chatRedo");
    redo->setShortcut(QKeySequence::Redo);
    for (QAction* action : {undo, redo}) action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    chatPane_->addActions({undo, redo});
    chatDock_ = new QDockWidget(tr("Chat"), this);
    chatDock_->setObjectName("chatDock");
    chatDock_->setWidget(chatPane_);
    chatDock_->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable |
                           QDockWidget::DockWidgetFloatable);
    addDockWidget(Qt::RightDockWidgetArea, chatDock_);
    chatDock_->hide();
    connect(chatPane_, &ChatPane::roomWanted, this,
            [this](int width) { resizeDocks({chatDock_}, {width}, Qt::Horizontal); });
    connect(chatPane_, &ChatPane::presetsChanged, this, [this] {
        if (settings_) chatPane_->save(*settings_);
    });
    connect(chatAction_, &QAction::triggered, this, &MainWindow::showChat);
    connect(chatDock_->toggleViewAction(), &QAction::toggled, chatAction_, &QAction::setChecked);
    connect(banner_, &Banner::chatWanted, this, [this] {
        chatPane_->setModelRun(demoRun_);
        showChat(true);
    });
    connect(banner_, &Banner::stopWanted, this, [this] { requestStop(demoRun_); });
    countLabel_ = new QLabel(this);
    countLabel_->setObjectName("countLabel");
    countLabel_->setContentsMargins(0, 0, 10, 0);
    statusBar()->addPermanentWidget(countLabel_);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::makeMenus() {
    QMenu* run = menuBar()->addMenu(tr("&Run"));
    run->addActions({newAction_, duplicateAction_, demoAction_});
    run->addSeparator();
    run->addActions({stopAction_, resumeAction_, renameAction_, trashAction_});
    run->addSeparator();
    QAction* quit = run->addAction(tr("&Quit"), this, &QWidget::close);
    quit->setShortcut(QKeySequence::Quit);
    quit->setObjectName("quit");
    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addAction(chatAction_);
    QAction* filter = view->addAction(tr("&Filter runs"), panel_, &RunPanel::focusFilter);
    filter->setShortcut(QKeySequence::Find);
    view->addSeparator();
    for (int i = 0; i < tabs_->count(); ++i) {
        QAction* page = view->addAction(tabs_->tabText(i), this, [this, i] { tabs_->setCurrentIndex(i); });
        page->setShortcut(QKeySequence(QString("Ctrl+%1").arg(i + 1)));
        page->setObjectName("page" + QString::number(i + 1));
    }
    view->addSeparator();
    QMenu* theme = view->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(this);
    const std::pair<ThemeChoice, QString> choices[] = {
        {ThemeChoice::System, tr("&System")}, {ThemeChoice::Light, tr("&Light")}, {ThemeChoice::Dark, tr("&Dark")}};
    for (const auto& [choice, text] : choices) {
        QAction* action = theme->addAction(text, this, [this, choice = choice] { setTheme(choice); });
        action->setObjectName("theme:" + themeKey(choice));
        action->setCheckable(true);
        action->setChecked(choice == theme_);
        group->addAction(action);
    }
    QMenu* chat = menuBar()->addMenu(tr("&Chat"));
    chat->addAction(chatAction_);
    chat->addSeparator();
    chat->addActions(chatPane_->actions());
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    QAction* keys = help->addAction(tr("&Keyboard shortcuts"), this, [this] {
        QString rows;
        for (const QAction* action : findChildren<QAction*>()) {
            if (action->shortcut().isEmpty() || action->text().isEmpty()) continue;
            rows += QString("<tr><td>%1&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                        .arg(action->shortcut().toString(QKeySequence::NativeText),
                             action->text().remove('&').remove(QChar(0x2026)).toHtmlEscaped());
        }
        QMessageBox box(
            QMessageBox::NoIcon, tr("Keyboard shortcuts"),
            "<table>" + rows + "</table><p>" +
                tr("Charts: drag zooms, Shift-drag pans, the wheel zooms at the cursor, a double click follows "
                   "again.") +
                "<p>" + tr("Scatter: Left and Right go from run to run, Enter selects it.") + "<p>" +
                tr("Parallel coordinates: Left and Right choose an axis, Up and Down brush it (Shift: the brush's "
                   "upper edge, Ctrl: "
                   "its lower one), Escape takes the brush away, Page Up and Page Down go from run to run."),
            QMessageBox::Close, this);
        box.setObjectName("shortcutList");
        box.exec();
    });
    keys->setShortcut(QKeySequence("F1"));
    help->addAction(tr("&About TritLab"), this, [this] {
        QMessageBox::about(
            this, tr("About TritLab"),
            tr("<b>TritLab %1</b><p>A laboratory for BitNet b1.58 language models: train, watch, compare and talk to "
               "them.<p>Workspace: %2<p>GPL-3.0-or-later. Qt, QCustomPlot, LibTorch, sentencepiece, SQLite.")
                .arg(QApplication::applicationVersion(), QString::fromStdString(options_.workspace.root().string())));
    });
}

void MainWindow::connectModels() {
    connect(actions_, &StoreActions::ready, this, &MainWindow::onStoreReady);
    connect(actions_, &StoreActions::failed, this, [this](const QString& what, const QString& message) {
        showMessage(tr("Could not %1: %2").arg(what, message));
    });
    connect(reader_, &StoreReader::failed, this, &MainWindow::showMessage);
    connect(drafts_, &DraftKeeper::failed, this, &MainWindow::showMessage);
    connect(panel_, &RunPanel::selectionChanged, this, &MainWindow::onSelection);
    connect(runs_, &RunListModel::visibilityChanged, this, [this] { charts_->setVisibleRuns(runs_->visibleRuns()); });
}

}  // namespace tritlab
