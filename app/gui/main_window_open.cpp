// What comes into the window from outside: files that are dropped on it, and those that a second start hands over; and the form, into
// which most of them go.
#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

#include "app/gui/disk_dialog.h"
#include "app/gui/main_window.h"
#include "app/workers/calibrator.h"
#include "app/workers/run_queue.h"
#include "ui/forms/run_form.h"
#include "ui/forms/step_measure.h"

namespace tritlab {

RunForm* MainWindow::openForm(const RunConfig* from, const QString& name) {
    auto* form = findChild<RunForm*>();
    if (form == nullptr) {
        form = new RunForm(this);
        form->setWorkspace(options_.workspace);
        form->setDrafts(drafts_);
        connect(form, &RunForm::sweepWanted, this, &MainWindow::startSweep);
        connect(form, &RunForm::startWanted, this,
                [this, form](const QString& runName, const RunConfig& config) { startFromForm(form, runName, config); });
        connectMeasure(form->measure());
    }
    if (from != nullptr) form->load(*from, name);
    form->show();
    form->raise();
    form->activateWindow();
    return form;
}

void MainWindow::connectMeasure(StepMeasure* measure) {
    connect(measure, &StepMeasure::wanted, this, [this, measure](const RunConfig& config) {
        if (queue_ && queue_->busy()) measure->onFailed(tr("A run is being trained in this window; measure when it has ended."));
        else calibrator_->measure(config);
    });
    connect(measure, &StepMeasure::stopWanted, calibrator_.get(), &Calibrator::stop);
    connect(calibrator_.get(), &Calibrator::progressed, measure, &StepMeasure::onProgress);
    connect(calibrator_.get(), &Calibrator::measured, measure, &StepMeasure::onMeasured);
    connect(calibrator_.get(), &Calibrator::stopped, measure, &StepMeasure::onStopped);
    connect(calibrator_.get(), &Calibrator::failed, measure, &StepMeasure::onFailed);
}

void MainWindow::openConfigFile(const QString& path) { openForm()->loadFile(path); }

// A config opens in the form; text, whether a file or a folder, becomes the data of a new run.
void MainWindow::openFiles(const QStringList& files) {
    QStringList texts;
    for (const QString& file : files) {
        const QFileInfo info(file);
        if (info.suffix() == "tritlab" || info.suffix() == "json") openConfigFile(info.absoluteFilePath());
        else texts << info.absoluteFilePath();
    }
    if (!texts.isEmpty()) openForm()->setData(texts);
}

void MainWindow::comeForward(const QStringList& files) {
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
    QApplication::alert(this);
    openFiles(files);
}

void MainWindow::showDiskUse() {
    auto* dialog = new DiskDialog(runs_, reader_, this);
    dialog->show();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) {
            event->acceptProposedAction();
            return;
        }
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList files;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (url.isLocalFile()) files << url.toLocalFile();
    }
    event->acceptProposedAction();
    openFiles(files);
}

}  // namespace tritlab
