#include "app/gui/checkpoint_actions.h"

#include <QMessageBox>
#include <utility>

#include "app/gui/export_dialog.h"
#include "app/gui/store_change.h"
#include "app/services/store_actions.h"
#include "core/base/error.h"
#include "core/store/checkpoint_trash.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/checkpoints_page.h"

namespace tritlab {

CheckpointActions::CheckpointActions(Tools tools, CheckpointsPage* page, QObject* parent)
    : QObject(parent), tools_(std::move(tools)) {
    connect(page, &CheckpointsPage::checkpointWanted, this, &CheckpointActions::write);
    connect(page, &CheckpointsPage::exportWanted, this, &CheckpointActions::openExport);
    connect(page, &CheckpointsPage::trashWanted, this, &CheckpointActions::trash);
    connect(page, &CheckpointsPage::purgeWanted, this, &CheckpointActions::purge);
}

void CheckpointActions::write(const QString& run) {
    tools_.actions->run(tr("ask for a checkpoint"), [id = run.toStdString()](StoreWriter& writer) {
        writer.sendCommand(id, RunCommand::Checkpoint);
    });
}

void CheckpointActions::openExport(const QString& run, qint64 step, const QString& folder) {
    const RunSummary* known = tools_.runs->run(run);
    const QString name = tr("%1, step %2").arg(known != nullptr ? QString::fromStdString(known->name) : run).arg(step);
    try {
        const auto checkpoint = tools_.workspace.run(run.toStdString()) / folder.toStdString();
        (new ExportDialog(checkpoint, name, tools_.window))->show();
    } catch (const Error& error) {
        QMessageBox::warning(tools_.window, tr("Export %1").arg(name), QString::fromStdString(error.what()));
    }
}

void CheckpointActions::trash(const QString& run, qint64 step, bool trashed) {
    const auto go = [id = run.toStdString(), step](bool away) {
        return [id, step, away](StoreWriter& writer) {
            if (away) trashCheckpoint(writer, id, step);
            else restoreCheckpoint(writer, id, step);
        };
    };
    tools_.changes->apply(
        trashed ? tr("delete the checkpoint of step %1").arg(step) : tr("restore the checkpoint of step %1").arg(step),
        go(trashed), go(!trashed));
}

void CheckpointActions::purge(const QString& run, qint64 step) {
    const auto answer = QMessageBox::question(tools_.window, tr("Delete checkpoint"),
                                              tr("Delete the checkpoint of step %1 for ever?").arg(step));
    if (answer != QMessageBox::Yes) return;
    tools_.actions->run(tr("delete the checkpoint"), [id = run.toStdString(), step](StoreWriter& writer) {
        purgeCheckpoint(writer.workspace(), id, step);
    });
}

}  // namespace tritlab
