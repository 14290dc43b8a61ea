#include "app/gui/run_launcher.h"

#include <QAction>
#include <utility>

#include "app/gui/named_action.h"
#include "app/services/calibrator.h"
#include "app/services/run_queue.h"
#include "app/services/store_actions.h"
#include "core/base/error.h"
#include "core/config/fields.h"
#include "core/store/branch.h"
#include "ui/forms/run_form.h"
#include "ui/forms/step_measure.h"
#include "ui/forms/sweep_editor.h"
#include "ui/models/run_groups.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/run_panel.h"
#include "ui/theme/icons.h"

namespace tritlab {

RunLauncher::RunLauncher(LauncherTools tools, QObject* parent) : QObject(parent), tools_(std::move(tools)) {
    makeActions();
}

void RunLauncher::makeActions() {
    const auto make = [this](const char* name, const QString& text, IconShape shape, const QKeySequence& keys,
                             const QString& tip) {
        QAction* action = namedAction(tools_.window, name, text, keys, tip);
        action->setIcon(lineIcon(shape));
        return action;
    };
    actions_.newRun =
        make("newRun", tr("&New run"), IconShape::Add, QKeySequence::New, tr("Configure and start a run"));
    actions_.stop = make("stopRun", tr("&Stop"), IconShape::Stop, QKeySequence("Ctrl+."),
                         tr("Stop the selected runs, with a checkpoint"));
    actions_.resume = make("resumeRun", tr("&Resume"), IconShape::Resume, QKeySequence("Ctrl+R"),
                           tr("Go on with the selected runs from their last checkpoint"));
    actions_.duplicate = make("duplicateRun", tr("&Duplicate…"), IconShape::Copy, QKeySequence("Ctrl+D"),
                              tr("A new run from this one's config"));
    actions_.demo = make("startDemo", tr("Train the &demo"), IconShape::Resume, {},
                         tr("A small BitNet on the built-in text, in minutes"));
    connect(actions_.newRun, &QAction::triggered, this, [this] { openForm(); });
    connect(actions_.stop, &QAction::triggered, this, &RunLauncher::stopSelected);
    connect(actions_.resume, &QAction::triggered, this, &RunLauncher::resumeSelected);
    connect(actions_.duplicate, &QAction::triggered, this, &RunLauncher::duplicateSelected);
    connect(actions_.demo, &QAction::triggered, this, &RunLauncher::startDemo);
}

void RunLauncher::setQueue(RunQueue* queue) {
    queue_ = queue;
    if (queue == nullptr) return;
    connect(queue, &RunQueue::added, this, &RunLauncher::onAdded);
    // Both want the compute thread.
    connect(queue, &RunQueue::started, tools_.calibrator, &Calibrator::stop);
}

void RunLauncher::onAdded(const QString& run) {
    Q_EMIT added(run);
    if (std::exchange(demoBegun_, false)) Q_EMIT demoAdded(run);
}

void RunLauncher::updateActions() {
    bool stoppable = false, resumable = false;
    const QStringList selected = tools_.panel->selectedRuns();
    for (const QString& id : selected) {
        const RunSummary* run = tools_.runs->run(id);
        if (run == nullptr) continue;
        const bool waiting = queue_ != nullptr && queue_->has(id);
        stoppable |= isActive(run->state) || waiting;
        resumable |= isResumable(run->state) && !waiting && !run->trashed;
    }
    actions_.stop->setEnabled(stoppable);
    actions_.resume->setEnabled(resumable);
    const RunSummary* only = selected.size() == 1 ? tools_.runs->run(selected.front()) : nullptr;
    actions_.duplicate->setEnabled(only != nullptr && !only->foreign);  // nobody knows another program's config
}

RunForm* RunLauncher::openForm(const RunConfig* from, const QString& name) {
    if (form_ == nullptr) {
        form_ = new RunForm(tools_.window);
        form_->setWorkspace(tools_.workspace);
        form_->setDrafts(tools_.drafts);
        connect(form_, &RunForm::sweepWanted, this, &RunLauncher::startSweep);
        connect(form_, &RunForm::startWanted, this, &RunLauncher::startFromForm);
        connectMeasure(form_->measure());
    }
    if (from != nullptr) form_->load(*from, name);
    form_->show();
    form_->raise();
    form_->activateWindow();
    return form_;
}

void RunLauncher::connectMeasure(StepMeasure* measure) {
    Calibrator* calibrator = tools_.calibrator;
    connect(measure, &StepMeasure::wanted, this, [this, measure, calibrator](const RunConfig& config) {
        if (queue_ != nullptr && queue_->busy())
            measure->onFailed(tr("A run is being trained in this window; measure when it has ended."));
        else calibrator->measure(config);
    });
    connect(measure, &StepMeasure::stopWanted, calibrator, &Calibrator::stop);
    connect(calibrator, &Calibrator::progressed, measure, &StepMeasure::onProgress);
    connect(calibrator, &Calibrator::measured, measure, &StepMeasure::onMeasured);
    connect(calibrator, &Calibrator::stopped, measure, &StepMeasure::onStopped);
    connect(calibrator, &Calibrator::failed, measure, &StepMeasure::onFailed);
}

void RunLauncher::openConfigFile(const QString& path) { openForm()->loadFile(path); }

void RunLauncher::openData(const QStringList& paths) { openForm()->setData(paths); }

void RunLauncher::openBranch(const QString& run, qint64 step) {
    const RunSummary* parent = tools_.runs->run(run);
    if (parent == nullptr) return;
    const QString name = QString::fromStdString(parent->name);
    openForm(&parent->config, name)->setBranch(run, name, step, parent->config);
}

void RunLauncher::startDemo() {
    if (queue_ == nullptr) return;
    try {
        const RunConfig config = presetDraft("demo").config();
        demoBegun_ = true;
        Q_EMIT demoBegins(config);
        queue_->add(tr("demo"), config);
    } catch (const Error& error) {
        Q_EMIT statusMessage(QString::fromStdString(error.what()));
    }
}

void RunLauncher::startFromForm(const QString& name, const RunConfig& config) {
    if (queue_ == nullptr) return;
    const auto branch = form_->branch();
    if (!branch) {
        queue_->add(name, config);
        return;
    }
    tools_.actions->ask(
        tr("branch the run"), this,
        [name = name.toStdString(), config, branch = *branch](StoreWriter& writer) {
            return branchRun(writer, branch.run.toStdString(), branch.step, name, config);
        },
        [this, config](const std::string& id) {
            Q_EMIT added(QString::fromStdString(id));
            if (queue_ != nullptr) queue_->resume(QString::fromStdString(id), config, true);
        });
}

void RunLauncher::startSweep(const QString& experiment, const std::vector<SweepRun>& runs) {
    if (queue_ == nullptr) return;
    for (const SweepRun& run : runs)
        queue_->add(QString::fromStdString(run.name), run.config, {experimentTag(experiment)});
    Q_EMIT statusMessage(tr("Queued: %n run(s) of %1. Group the list by experiment to see them together.", nullptr,
                            static_cast<int>(runs.size()))
                             .arg(experiment));
}

void RunLauncher::stop(const QString& run) {
    if (queue_ != nullptr && queue_->stop(run)) return;
    tools_.actions->run(tr("stop the run"),
                        [id = run.toStdString()](StoreWriter& writer) { writer.sendCommand(id, RunCommand::Stop); });
}

void RunLauncher::stopSelected() {
    for (const QString& id : tools_.panel->selectedRuns()) {
        const RunSummary* run = tools_.runs->run(id);
        if (run != nullptr && (isActive(run->state) || (queue_ != nullptr && queue_->has(id)))) stop(id);
    }
    Q_EMIT statusMessage(tr("Stopping: a checkpoint is written first."));
}

void RunLauncher::resumeSelected() {
    if (queue_ == nullptr) return;
    for (const QString& id : tools_.panel->selectedRuns()) {
        const RunSummary* run = tools_.runs->run(id);
        if (run != nullptr && isResumable(run->state) && !run->trashed)
            queue_->resume(id, run->config, run->steps > 0 || !run->parent.empty());
    }
}

void RunLauncher::duplicateSelected() {
    if (const RunSummary* run = tools_.runs->run(tools_.panel->currentRun()); run != nullptr && !run->foreign)
        openForm(&run->config, QString::fromStdString(run->name));
}

}  // namespace tritlab
