#include "ui/pages/checkpoints_page.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

#include "core/base/number.h"
#include "core/store/checkpoint_trash.h"
#include "ui/models/metric_text.h"
#include "ui/models/run_list_model.h"
#include "ui/services/store_reader.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

// The last evaluation at or before a checkpoint's step.
QString evaluationText(const std::map<StepIndex, double>& losses, StepIndex step) {
    auto it = losses.upper_bound(step);
    if (it == losses.begin()) return {};
    return QString::number((--it)->second, 'f', 4);
}

}  // namespace

CheckpointsPage::CheckpointsPage(PageContext pageContext, QWidget* parent)
    : Page(pageContext, parent), thread_("checkpoints", TaskThread::AtEnd::Drop) {
    setObjectName("checkpointsPage");
    table_ = new TextTableView("checkpointsTable", tr("Checkpoints"), this);
    trash_ = new QToolButton(this);
    trash_->setObjectName("checkpointTrash");
    trash_->setText(tr("Tras&h"));
    trash_->setIcon(lineIcon(IconShape::Trash));
    trash_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    trash_->setCheckable(true);
    trash_->setToolTip(
        tr("Show the checkpoints that were deleted: they wait here until they are restored or deleted for ever"));
    table_->tools()->addStretch(1);
    now_ = button("checkpointNow", tr("Checkpoint &now"), tr("Ask the running run to write one"));
    chat_ = button("chatWithRun", tr("C&hat"), tr("Talk to the run's newest weights"));
    branch_ = button("branchCheckpoint", tr("&Branch…"), tr("A new run that goes on from this checkpoint"));
    export_ = button("exportCheckpoint", tr("&Export…"), tr("Write it for other programs"));
    delete_ = button("deleteCheckpoint", tr("&Delete"), tr("Into the trash"));
    restore_ = button("restoreCheckpoint", tr("Res&tore"), tr("Out of the trash"));
    purge_ = button("purgeCheckpoint", tr("Delete for &ever…"), tr("Free its disk space"));
    table_->tools()->addWidget(trash_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addWidget(table_);
    connect(now_, &QPushButton::clicked, this, [this] { Q_EMIT checkpointWanted(current_); });
    connect(chat_, &QPushButton::clicked, this, [this] { Q_EMIT chatWanted(current_); });
    connect(branch_, &QPushButton::clicked, this, [this] { Q_EMIT branchWanted(current_, step()); });
    connect(export_, &QPushButton::clicked, this, [this] { Q_EMIT exportWanted(current_, step(), folders_[step()]); });
    connect(delete_, &QPushButton::clicked, this, [this] { Q_EMIT trashWanted(current_, step(), true); });
    connect(restore_, &QPushButton::clicked, this, [this] { Q_EMIT trashWanted(current_, step(), false); });
    connect(purge_, &QPushButton::clicked, this, [this] {
        Q_EMIT purgeWanted(current_, step());
        reload();
    });
    connect(trash_, &QToolButton::toggled, this, [this] { reload(); });
    connect(table_, &TextTableView::currentKeyChanged, this, &CheckpointsPage::showButtons);
    showButtons();
}

CheckpointsPage::~CheckpointsPage() { stop_.requestStop(); }

QPushButton* CheckpointsPage::button(const char* name, const QString& text, const QString& tip) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(name);
    made->setToolTip(tip);
    table_->tools()->addWidget(made);
    return made;
}

void CheckpointsPage::showButtons() {
    const RunSummary* run = context_.runs->run(current_);
    const bool known = run != nullptr, chosen = known && !table_->currentKey().isEmpty(), trash = trash_->isChecked();
    for (QPushButton* each : {now_, chat_, branch_, export_, delete_}) each->setVisible(!trash);
    for (QPushButton* each : {restore_, purge_}) {
        each->setVisible(trash);
        each->setEnabled(chosen);
    }
    now_->setEnabled(known && run->state == RunState::Running);
    chat_->setEnabled(known && (run->steps > 0 || isActive(run->state)));
    for (QPushButton* each : {branch_, export_}) each->setEnabled(chosen);
    delete_->setEnabled(chosen && !isActive(run->state));
}

void CheckpointsPage::reload() {
    table_->setEmptyText(
        trash_->isChecked()
            ? tr("No deleted checkpoints.")
            : tr("No checkpoint yet: the run writes them at the steps that its config names, and when it is stopped."));
    showButtons();
    const std::string run = current_.toStdString();
    const bool trash = trash_->isChecked();
    struct Found {
        std::vector<CheckpointInfo> checkpoints;
        std::map<StepIndex, double> losses;
    };
    context_.reader->ask(
        this,
        [run, trash, workspace = context_.reader->workspace()](RunStore& store) {
            Found found;
            if (run.empty()) return found;
            found.checkpoints = trash ? trashedCheckpoints(workspace, run) : store.checkpoints(run);
            for (const EvaluationEvent& evaluation : store.evaluations(run))
                found.losses[evaluation.step] = evaluation.loss;
            return found;
        },
        [this, run, trash](Found found) {
            if (run != current_.toStdString() || trash != trash_->isChecked()) return;
            if (run_ != current_) {
                stop_.requestStop();
                damages_.clear();
            }
            run_ = current_;
            checkpoints_ = std::move(found.checkpoints);
            losses_ = std::move(found.losses);
            showRows();
            if (!trash) compare();
        });
}

TableCell CheckpointsPage::markOf(const CheckpointInfo& checkpoint, StepIndex newestGood) const {
    TableCell cell{checkpoint.best ? tr("best by evaluation") : QString(), {}, {}, {}, false};
    const auto damage = damages_.find(checkpoint.step);
    if (trash_->isChecked() || damage == damages_.end()) return cell;
    const QString file = QString::fromStdString(damage->second.file);
    cell.text = checkpoint.best ? tr("damaged: %1 (best by evaluation)").arg(file) : tr("damaged: %1").arg(file);
    cell.color = badColor(isDark(palette()));
    cell.toolTip =
        tr("A file is not the one that was written: %1 %2.").arg(file, QString::fromStdString(damage->second.what)) +
        ' ' +
        (newestGood < 0 ? tr("No checkpoint of the run is good.")
                        : tr("The newest good checkpoint is that of step %1.").arg(newestGood));
    return cell;
}

void CheckpointsPage::showRows() {
    StepIndex newestGood = -1;
    for (const CheckpointInfo& each : checkpoints_)
        if (!damages_.contains(each.step)) newestGood = each.step;
    std::vector<TableRow> rows;
    folders_.clear();
    for (const CheckpointInfo& each : checkpoints_) {
        folders_[each.step] = QString::fromStdString(each.path);
        rows.push_back(
            {QString::number(each.step),
             {{QString::number(each.step), static_cast<qlonglong>(each.step), {}, {}, true},
              {QString::fromStdString(humanBytes(static_cast<double>(each.bytes))),
               static_cast<qlonglong>(each.bytes),
               {},
               {},
               true},
              {evaluationText(losses_, each.step), {}, {}, metricText(metricNamed("eval_loss").help), true},
              markOf(each, newestGood),
              {QDateTime::fromMSecsSinceEpoch(each.createdMs).toString("yyyy-MM-dd HH:mm:ss"), {}, {}, {}, false},
              {QString::fromStdString(each.path), {}, {}, {}, false}}});
    }
    table_->model()->setTable(
        {tr("Steps done"), tr("Size"), shortLabel("eval_loss"), tr("Mark"), tr("Written"), tr("Folder")},
        std::move(rows));
    table_->refresh();
    showButtons();
}

// Compares the files of those that are shown with their manifests. What has been compared and was not touched since
// costs nothing, so that each reload may ask.
void CheckpointsPage::compare() {
    changed_ = !thread_.idle();
    if (changed_ || checkpoints_.empty()) return;
    stop_ = StopToken();
    std::vector<std::pair<StepIndex, std::filesystem::path>> folders;
    for (const CheckpointInfo& each : checkpoints_)
        folders.emplace_back(each.step, context_.reader->workspace().run(run_.toStdString()) / each.path);
    const auto goOn = [this] {
        if (changed_ && !trash_->isChecked()) compare();
    };
    thread_.post(
        this,
        [folders, stop = stop_] {
            Damages damages;
            for (const auto& [step, folder] : folders)
                if (auto damage = checkpointDamage(folder, CompareBy::Hash, stop)) damages.emplace(step, *damage);
            return damages;
        },
        [this, run = run_, goOn](Damages damages) {
            if (run == run_ && !trash_->isChecked()) {
                damages_ = std::move(damages);
                showRows();
            }
            goOn();
        },
        [goOn](const QString&) { goOn(); });  // it was stopped, or a file went away under it: asked again on a change
}

}  // namespace tritlab
