// What the window does to runs that are in the store: trash, undo, branches, deleted checkpoints.
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSplitter>
#include <QTabWidget>
#include <QToolBar>
#include <QUndoStack>

#include "app/gui/export_dialog.h"
#include "app/gui/main_window.h"
#include "app/gui/run_actions.h"
#include "app/gui/store_change.h"
#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "core/base/error.h"
#include "core/store/branch.h"
#include "core/store/checkpoint_trash.h"
#include "ui/chat/chat_pane.h"
#include "ui/forms/run_form.h"
#include "ui/forms/sweep_editor.h"
#include "ui/models/run_groups.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/checkpoints_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/run_panel.h"

namespace tritlab {

void MainWindow::makeRunActions() {
    changes_ = new StoreChanges(actions_, this);
    runActions_ = new RunActions({this, options_.workspace, runs_, panel_, reader_, actions_, changes_}, this);
    findChild<QToolBar*>("mainToolBar")->insertAction(chatAction_, runActions_->compareAction());
    connect(runActions_, &RunActions::statusMessage, this, &MainWindow::showMessage);
    connect(runActions_, &RunActions::branchWanted, this, &MainWindow::openBranch);
    connect(runActions_, &RunActions::compareWanted, this, [this] { tabs_->setCurrentWidget(compare_); });
    connect(runs_, &RunListModel::renamed, runActions_, &RunActions::rename);
    auto* checkpoints = tabs_->findChild<CheckpointsPage*>();
    connect(checkpoints, &CheckpointsPage::branchWanted, this, &MainWindow::openBranch);
    connect(checkpoints, &CheckpointsPage::chatWanted, this, [this](const QString& run) {
        chatPane_->setModelRun(run);
        showChat(true);
    });
    connect(checkpoints, &CheckpointsPage::exportWanted, this, &MainWindow::openExport);
    connect(checkpoints, &CheckpointsPage::trashWanted, this, [this](const QString& run, qint64 step, bool trashed) {
        const auto go = [id = run.toStdString(), step](bool away) {
            return [id, step, away](StoreWriter& writer) {
                if (away) trashCheckpoint(writer, id, step);
                else restoreCheckpoint(writer, id, step);
            };
        };
        changes_->apply(trashed ? tr("delete the checkpoint of step %1").arg(step)
                                : tr("restore the checkpoint of step %1").arg(step),
                        go(trashed), go(!trashed));
    });
    connect(checkpoints, &CheckpointsPage::purgeWanted, this, [this](const QString& run, qint64 step) {
        const auto answer = QMessageBox::question(this, tr("Delete checkpoint"),
                                                  tr("Delete the checkpoint of step %1 for ever?").arg(step));
        if (answer != QMessageBox::Yes) return;
        actions_->run(tr("delete the checkpoint"), [id = run.toStdString(), step](StoreWriter& writer) {
            purgeCheckpoint(writer.workspace(), id, step);
        });
    });
}

void MainWindow::openExport(const QString& run, qint64 step, const QString& folder) {
    const RunSummary* known = runs_->run(run);
    const QString name = tr("%1, step %2").arg(known != nullptr ? QString::fromStdString(known->name) : run).arg(step);
    try {
        (new ExportDialog(options_.workspace.run(run.toStdString()) / folder.toStdString(), name, this))->show();
    } catch (const Error& error) {
        QMessageBox::warning(this, tr("Export %1").arg(name), QString::fromStdString(error.what()));
    }
}

void MainWindow::makeRunMenu() {
    QMenu* edit = new QMenu(tr("&Edit"), this);
    menuBar()->insertMenu(menuBar()->actions().value(1), edit);
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
    QAction* disk = edit->addAction(tr("Disk &use…"), this, &MainWindow::showDiskUse);
    disk->setObjectName("diskUse");
    disk->setShortcut(QKeySequence("Ctrl+Shift+U"));
}

void MainWindow::trashSelected() { runActions_->trash(panel_->selectedRuns(), !panel_->showsTrash()); }

void MainWindow::startSweep(const QString& experiment, const std::vector<SweepRun>& runs) {
    if (!queue_) return;
    for (const SweepRun& run : runs)
        queue_->add(QString::fromStdString(run.name), run.config, {experimentTag(experiment)});
    showMessage(tr("Queued: %n run(s) of %1. Group the list by experiment to see them together.", nullptr,
                   static_cast<int>(runs.size()))
                    .arg(experiment));
}

void MainWindow::openBranch(const QString& run, qint64 step) {
    const RunSummary* parent = runs_->run(run);
    if (parent == nullptr) return;
    const QString name = QString::fromStdString(parent->name);
    openForm(&parent->config, name)->setBranch(run, name, step);
}

void MainWindow::startFromForm(const RunForm* form, const QString& name, const RunConfig& config) {
    if (!queue_) return;
    const auto branch = form->branch();
    if (!branch) {
        queue_->add(name, config);
        return;
    }
    actions_->ask(
        tr("branch the run"), this,
        [name = name.toStdString(), config, branch = *branch](StoreWriter& writer) {
            return branchRun(writer, branch.run.toStdString(), branch.step, name, config);
        },
        [this, config](const std::string& id) {
            justStarted_ = QString::fromStdString(id);
            queue_->resume(justStarted_, config, true);
        });
}

}  // namespace tritlab
