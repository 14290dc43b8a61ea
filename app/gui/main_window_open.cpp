// What comes into the window from outside: files that are dropped on it, and those that a second start hands over; and
// the form, into which most of them go.
#include <QApplication>
#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QUrl>

#include "app/gui/disk_dialog.h"
#include "app/gui/main_window.h"
#include "app/services/calibrator.h"
#include "app/services/run_queue.h"
#include "core/base/error.h"
#include "core/data/line_reader.h"
#include "ui/chat/chat_pane.h"
#include "ui/forms/run_form.h"
#include "ui/forms/step_measure.h"

namespace tritlab {

namespace {

bool isModelFolder(const QDir& folder) {
    return folder.exists("config.json") && !folder.entryList({"*.safetensors"}, QDir::Files).isEmpty();
}

// The model that a folder or file is, or belongs to; empty: none.
QString modelAt(const QFileInfo& info) {
    if (info.isDir()) return isModelFolder(QDir(info.absoluteFilePath())) ? info.absoluteFilePath() : QString();
    if (!info.isFile()) return {};
    if (info.suffix() == "gguf") return info.absoluteFilePath();
    const bool part =
        info.suffix() == "safetensors" || info.fileName() == "config.json" || info.fileName() == "tokenizer.model";
    return part && isModelFolder(info.absoluteDir()) ? info.absolutePath() : QString();
}

// Why it cannot be trained on, as far as a short look tells; empty: nothing is wrong with it.
QString faultOfText(const QFileInfo& info) {
    constexpr std::size_t lookedAt = 4096;
    if (!info.exists()) return MainWindow::tr("is not there");
    if (info.isDir()) return QDir(info.absoluteFilePath()).isEmpty() ? MainWindow::tr("is an empty folder") : QString();
    try {
        if (LineReader(info.absoluteFilePath().toStdString(), lookedAt).looksBinary())
            return MainWindow::tr("is neither text nor a model");
    } catch (const Error& error) {
        return QString::fromStdString(error.whatHappened());
    }
    return info.size() == 0 ? MainWindow::tr("is empty") : QString();
}

}  // namespace

RunForm* MainWindow::openForm(const RunConfig* from, const QString& name) {
    auto* form = findChild<RunForm*>();
    if (form == nullptr) {
        form = new RunForm(this);
        form->setWorkspace(options_.workspace);
        form->setDrafts(drafts_);
        connect(form, &RunForm::sweepWanted, this, &MainWindow::startSweep);
        connect(form, &RunForm::startWanted, this, [this, form](const QString& runName, const RunConfig& config) {
            startFromForm(form, runName, config);
        });
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
        if (queue_ && queue_->busy())
            measure->onFailed(tr("A run is being trained in this window; measure when it has ended."));
        else calibrator_->measure(config);
    });
    connect(measure, &StepMeasure::stopWanted, calibrator_.get(), &Calibrator::stop);
    connect(calibrator_.get(), &Calibrator::progressed, measure, &StepMeasure::onProgress);
    connect(calibrator_.get(), &Calibrator::measured, measure, &StepMeasure::onMeasured);
    connect(calibrator_.get(), &Calibrator::stopped, measure, &StepMeasure::onStopped);
    connect(calibrator_.get(), &Calibrator::failed, measure, &StepMeasure::onFailed);
}

void MainWindow::openConfigFile(const QString& path) { openForm()->loadFile(path); }

// A config opens in the form; text, whether a file or a folder, becomes the data of a new run; a model can be talked
// to.
void MainWindow::openFiles(const QStringList& files) {
    QStringList texts, faults;
    QString model;
    for (const QString& file : files) {
        const QFileInfo info(file);
        const QString path = info.absoluteFilePath();
        if (const QString found = modelAt(info); !found.isEmpty()) model = found;
        else if (info.isFile() && (info.suffix() == "tritlab" || info.suffix() == "json")) openConfigFile(path);
        else if (const QString fault = faultOfText(info); !fault.isEmpty()) faults << tr("%1: %2.").arg(path, fault);
        else texts << path;
    }
    if (!texts.isEmpty()) openForm()->setData(texts);
    if (!model.isEmpty()) {
        chatPane_->setModelFolder(model);
        showChat(true);
    }
    if (!faults.isEmpty()) tellWhatOpens(faults);
}

void MainWindow::tellWhatOpens(const QStringList& faults) {
    auto* box = new QMessageBox(QMessageBox::Information, tr("Not opened"), faults.join('\n'), QMessageBox::Ok, this);
    box->setObjectName("notOpened");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("What can be opened here: text to train on (a file in UTF-8, JSON lines, or a folder of them), a config "
           "(.tritlab or "
           ".json), and a model to talk to (a folder with config.json and safetensors, one of its files, or a .gguf "
           "file)."));
    box->open();
}

void MainWindow::raiseWindow(const QStringList& files) {
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
