#include "app/gui/run_actions.h"

#include <QAction>
#include <QFileDialog>
#include <QInputDialog>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <algorithm>
#include <set>

#include "app/gui/named_action.h"
#include "app/gui/store_change.h"
#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "core/base/error.h"
#include "core/base/number.h"
#include "core/store/disk_use.h"
#include "core/store/export_csv.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/run_panel.h"
#include "ui/services/store_reader.h"
#include "ui/theme/icons.h"

namespace tritlab {

RunActions::RunActions(RunTools tools, QObject* parent) : QObject(parent), tools_(std::move(tools)) {
    rename_ = make("renameRun", tr("Re&name"), "F2", tr("Rename the run"), &RunActions::editName);
    trash_ = make("trashRun", tr("Move to &trash"), "Del", tr("Move the selected runs to the trash"),
                  &RunActions::trashSelected);
    compare_ = make("compareRuns", tr("Co&mpare"), "Ctrl+M", tr("Tick only the selected runs and compare them"),
                    &RunActions::compare);
    star_ = make("starRun", tr("&Star"), "Ctrl+Shift+S", tr("Star the selected runs, or take the star away"),
                 &RunActions::star);
    baseline_ = make("baselineRun", tr("Set as &baseline"), "Ctrl+Shift+B",
                     tr("The other runs show their difference to it"), &RunActions::baseline);
    tags_ =
        make("tagRuns", tr("Ta&gs…"), "Ctrl+Shift+G", tr("Edit the tags of the selected runs"), &RunActions::editTags);
    notes_ = make("noteRun", tr("N&otes…"), "Ctrl+Shift+O", tr("Edit the notes of the run"), &RunActions::editNotes);
    branch_ = make("branchRun", tr("&Branch…"), "Ctrl+Shift+D",
                   tr("A new run that goes on from the newest checkpoint of this one"), &RunActions::branch);
    export_ = make("exportRuns", tr("&Export…"), "Ctrl+E", tr("Write every point of the selected runs as CSV"),
                   &RunActions::exportRuns);
    earlier_ = make("queueEarlier", tr("&Earlier in the queue"), "Ctrl+Shift+Up",
                    tr("Train the waiting run one place earlier"), &RunActions::earlier);
    later_ = make("queueLater", tr("&Later in the queue"), "Ctrl+Shift+Down",
                  tr("Train the waiting run one place later"), &RunActions::later);
    purge_ = make("purgeRuns", tr("Delete for &ever…"), "Shift+Del",
                  tr("Delete runs in the trash with all their files"), &RunActions::purgeSelected);
    compare_->setShortcutContext(Qt::WindowShortcut);
    compare_->setIcon(lineIcon(IconShape::Charts));
    trash_->setIcon(lineIcon(IconShape::Trash));
    tools_.panel->table()->addActions(all_);
    update();
}

QAction* RunActions::make(const char* name, const QString& text, const QString& keys, const QString& tip,
                          void (RunActions::*what)()) {
    QAction* action = namedAction(tools_.window, name, text, QKeySequence(keys), tip);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);  // in the list: other places use some of these keys too
    connect(action, &QAction::triggered, this, what);
    all_ << action;
    return action;
}

void RunActions::addTo(QMenu* menu) const {
    menu->addActions({compare_, branch_, export_});
    menu->addSeparator();
    menu->addActions({star_, baseline_, tags_, notes_});
    menu->addSeparator();
    menu->addActions({earlier_, later_});
    menu->addSeparator();
    menu->addAction(purge_);
}

std::vector<RunSummary> RunActions::selected() const {
    std::vector<RunSummary> runs;
    for (const QString& id : tools_.panel->selectedRuns()) {
        if (const RunSummary* run = tools_.runs->run(id)) runs.push_back(*run);
    }
    return runs;
}

void RunActions::update() {
    const std::vector<RunSummary> runs = selected();
    const bool some = !runs.empty(), trash = tools_.panel->showsTrash(), one = runs.size() == 1;
    for (QAction* action : {star_, tags_, compare_}) action->setEnabled(some && !trash);
    export_->setEnabled(some);
    for (QAction* action : {baseline_, notes_}) action->setEnabled(one && !trash);
    branch_->setEnabled(one && !trash && runs.front().steps > 0 && !runs.front().foreign);
    baseline_->setText(one && runs.front().baseline ? tr("No &baseline") : tr("Set as &baseline"));
    star_->setText(some && runs.front().starred ? tr("Take the &star away") : tr("&Star"));
    const bool idle = std::none_of(runs.begin(), runs.end(), [](const RunSummary& run) { return isActive(run.state); });
    const bool queued = queue_ != nullptr && std::any_of(runs.begin(), runs.end(), [this](const RunSummary& run) {
                            return queue_->has(QString::fromStdString(run.id));
                        });
    purge_->setEnabled(some && trash && idle);
    rename_->setEnabled(one);
    trash_->setEnabled(some && idle && !queued);
    trash_->setText(trash ? tr("Res&tore") : tr("Move to &trash"));
    const QStringList waiting = queue_ != nullptr ? queue_->waitingRuns() : QStringList();
    const auto place = one ? waiting.indexOf(QString::fromStdString(runs.front().id)) : -1;
    earlier_->setEnabled(place > 0);
    later_->setEnabled(place >= 0 && place + 1 < waiting.size());
}

void RunActions::editName() { tools_.panel->editName(); }

void RunActions::rename(const QString& run, const QString& name) {
    const RunSummary* known = tools_.runs->run(run);
    if (known == nullptr) return;
    tools_.changes->apply(
        tr("rename %1").arg(QString::fromStdString(known->name)),
        [id = known->id, name = name.toStdString()](StoreWriter& writer) { writer.renameRun(id, name); },
        [id = known->id, name = known->name](StoreWriter& writer) { writer.renameRun(id, name); });
}

void RunActions::trash(const QStringList& runs, bool trashed) {
    std::vector<std::string> ids;
    for (const QString& id : runs) ids.push_back(id.toStdString());
    if (ids.empty()) return;
    const auto set = [ids](bool to) {
        return [ids, to](StoreWriter& writer) {
            for (const std::string& id : ids) writer.trash(id, to);
        };
    };
    const int count = static_cast<int>(ids.size());
    tools_.changes->apply(
        trashed ? tr("move %n run(s) to the trash", nullptr, count) : tr("restore %n run(s)", nullptr, count),
        set(trashed), set(!trashed));
}

void RunActions::trashSelected() { trash(tools_.panel->selectedRuns(), !tools_.panel->showsTrash()); }

void RunActions::star() {
    const std::vector<RunSummary> runs = selected();
    if (runs.empty()) return;
    const bool on = !runs.front().starred;
    tools_.changes->apply(
        on ? tr("star") : tr("take the star away"),
        [runs, on](StoreWriter& writer) {
            for (const RunSummary& run : runs) writer.setStarred(run.id, on);
        },
        [runs](StoreWriter& writer) {
            for (const RunSummary& run : runs) writer.setStarred(run.id, run.starred);
        });
}

void RunActions::baseline() {
    const std::vector<RunSummary> runs = selected();
    if (runs.size() != 1) return;
    const RunSummary* known = tools_.runs->baseline();
    const std::string before = known != nullptr ? known->id : std::string(),
                      after = runs.front().baseline ? std::string() : runs.front().id;
    tools_.changes->apply(
        after.empty() ? tr("take the baseline away") : tr("set the baseline"),
        [after](StoreWriter& writer) { writer.setBaseline(after); },
        [before](StoreWriter& writer) { writer.setBaseline(before); });
    if (!after.empty()) tools_.panel->table()->setColumnHidden(RunListModel::DeltaEval, false);
}

void RunActions::editTags() {
    const std::vector<RunSummary> runs = selected();
    if (runs.empty()) return;
    std::set<std::string> common(runs.front().tags.begin(), runs.front().tags.end());
    for (const RunSummary& run : runs)
        std::erase_if(common, [&](const std::string& tag) {
            return std::find(run.tags.begin(), run.tags.end(), tag) == run.tags.end();
        });
    QStringList words;
    for (const std::string& tag : common) words << QString::fromStdString(tag);
    QInputDialog dialog(tools_.window);
    dialog.setObjectName("tagsDialog");
    dialog.setWindowTitle(tr("Tags"));
    dialog.setLabelText(runs.size() == 1
                            ? tr("Tags, with commas between them:")
                            : tr("Tags that all %1 runs have, with commas between them:").arg(runs.size()));
    dialog.setTextValue(words.join(", "));
    if (dialog.exec() != QDialog::Accepted) return;
    std::set<std::string> wanted;
    for (const QString& word : dialog.textValue().split(',')) {
        if (!word.trimmed().isEmpty()) wanted.insert(word.trimmed().toStdString());
    }
    tools_.changes->apply(
        tr("edit tags"),
        [runs, common, wanted](StoreWriter& writer) {
            for (const RunSummary& run : runs) {
                std::set<std::string> tags(run.tags.begin(), run.tags.end());
                for (const std::string& tag : common) tags.erase(tag);
                tags.insert(wanted.begin(), wanted.end());
                writer.setTags(run.id, {tags.begin(), tags.end()});
            }
        },
        [runs](StoreWriter& writer) {
            for (const RunSummary& run : runs) writer.setTags(run.id, run.tags);
        });
}

void RunActions::editNotes() {
    const std::vector<RunSummary> runs = selected();
    if (runs.size() != 1) return;
    QInputDialog dialog(tools_.window);
    dialog.setObjectName("notesDialog");
    dialog.setWindowTitle(tr("Notes"));
    dialog.setOption(QInputDialog::UsePlainTextEditForTextInput);
    dialog.setLabelText(tr("Notes on %1:").arg(QString::fromStdString(runs.front().name)));
    dialog.setTextValue(QString::fromStdString(runs.front().notes));
    if (dialog.exec() != QDialog::Accepted) return;
    tools_.changes->apply(
        tr("edit notes"),
        [id = runs.front().id, text = dialog.textValue().toStdString()](StoreWriter& writer) {
            writer.setNotes(id, text);
        },
        [id = runs.front().id, text = runs.front().notes](StoreWriter& writer) { writer.setNotes(id, text); });
}

void RunActions::exportRuns() {
    const std::vector<RunSummary> runs = selected();
    const QString folder = QFileDialog::getExistingDirectory(tools_.window, tr("Folder for the runs' points"));
    if (runs.empty() || folder.isEmpty()) return;
    tools_.reader->ask(
        this,
        [runs, folder = folder.toStdString()](RunStore& store) {
            std::int64_t points = 0;
            for (const RunSummary& run : runs)
                points += exportCsv(store, run.id, std::filesystem::path(folder) / (run.id + ".csv"));
            return points;
        },
        [this, folder, count = runs.size()](std::int64_t points) {
            Q_EMIT statusMessage(tr("Now in %3: %1 of %2.")
                                     .arg(tr("%n point(s)", nullptr, static_cast<int>(points)),
                                          tr("%n run(s)", nullptr, static_cast<int>(count)), folder));
        });
}

void RunActions::branch() {
    const QString run = tools_.panel->currentRun();
    tools_.reader->ask(
        this, [id = run.toStdString()](RunStore& store) { return store.checkpoints(id); },
        [this, run](const std::vector<CheckpointInfo>& checkpoints) {
            if (checkpoints.empty()) Q_EMIT statusMessage(tr("The run has no checkpoint to branch from."));
            else Q_EMIT branchWanted(run, checkpoints.back().step);
        });
}

void RunActions::compare() {
    const QStringList ids = tools_.panel->selectedRuns();
    if (ids.size() > 1) {
        QStringList others;
        for (const QString& id : tools_.runs->visibleRuns()) {
            if (!ids.contains(id)) others << id;
        }
        tools_.runs->setRunsVisible(others, false);
        tools_.runs->setRunsVisible(ids, true);
    }
    Q_EMIT compareWanted();
}

void RunActions::earlier() { reorder(-1); }

void RunActions::later() { reorder(1); }

void RunActions::reorder(int places) {
    if (queue_ != nullptr) queue_->move(tools_.panel->currentRun(), places);
    update();
}

void RunActions::purgeSelected() { purge(tools_.panel->selectedRuns()); }

void RunActions::purge(const QStringList& runs) {
    if (runs.isEmpty()) return;
    tools_.reader->ask(
        this,
        [runs, workspace = tools_.workspace](RunStore&) {
            std::int64_t bytes = 0;
            for (const QString& id : runs) bytes += runDiskUse(workspace, id.toStdString()).total();
            return bytes;
        },
        [this, runs](std::int64_t bytes) {
            QMessageBox box(QMessageBox::Warning, tr("Delete for ever"),
                            tr("Delete %n run(s) for ever, with checkpoints, points and samples? This frees about %1 "
                               "and cannot be undone.",
                               nullptr, static_cast<int>(runs.size()))
                                .arg(QString::fromStdString(humanBytes(static_cast<double>(bytes)))),
                            QMessageBox::Cancel, tools_.window);
            box.setObjectName("purgeDialog");
            QPushButton* sure = box.addButton(tr("&Delete for ever"), QMessageBox::DestructiveRole);
            sure->setObjectName("purgeNow");
            box.setDefaultButton(QMessageBox::Cancel);
            box.exec();
            if (box.clickedButton() != sure) return;
            for (const QString& id : runs)
                tools_.actions->run(tr("delete the run"),
                                    [run = id.toStdString()](StoreWriter& writer) { writer.purge(run); });
        });
}

}  // namespace tritlab
