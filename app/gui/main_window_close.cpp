// How the window ends, and what it finds again: a run that goes is stopped with a checkpoint or handed over first,
// settings are kept.
#include <QApplication>
#include <QCloseEvent>
#include <QDialog>
#include <QDockWidget>
#include <QJsonDocument>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QTabWidget>

#include "app/gui/main_window.h"
#include "app/services/run_queue.h"
#include "ui/chat/chat_pane.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/page.h"
#include "ui/pages/run_panel.h"
#include "ui/theme/theme.h"

namespace tritlab {

bool MainWindow::askHowToClose() {
    QMessageBox box(
        QMessageBox::Question, tr("A run is being trained"),
        tr("%1 is being trained by this window. What shall become of it?")
            .arg(runs_->run(queue_->current()) != nullptr ? QString::fromStdString(runs_->run(queue_->current())->name)
                                                          : queue_->current()),
        QMessageBox::NoButton, this);
    box.setObjectName("closeDialog");
    QPushButton* stop = box.addButton(tr("&Stop with a checkpoint"), QMessageBox::AcceptRole);
    QPushButton* background = box.addButton(tr("&Keep running in the background"), QMessageBox::DestructiveRole);
    QPushButton* cancel = box.addButton(QMessageBox::Cancel);
    stop->setObjectName("closeStop");
    background->setObjectName("closeBackground");
    cancel->setObjectName("closeCancel");
    box.setDefaultButton(stop);
    box.exec();
    if (box.clickedButton() != stop && box.clickedButton() != background) return false;
    closing_ = box.clickedButton() == background ? Closing::HandOver : Closing::Stop;
    return true;
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (queue_ && queue_->busy() && closing_ == Closing::No) {
        event->ignore();
        if (!askHowToClose()) return;
        if (!queue_->busy()) {  // it ended while the question stood
            closing_ = Closing::No;
            QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
            return;
        }
        return stopThenClose();
    }
    if (queue_ && queue_->busy()) {
        event->ignore();
        return;
    }
    saveSettings();
    QMainWindow::closeEvent(event);
}

void MainWindow::stopThenClose() {
    handOver_ = queue_->current();
    queue_->stopForExit();
    showMessage(tr("Writing a checkpoint before the window closes…"));
    setEnabled(false);
}

void MainWindow::leave() {
    // The form and the questions that stand open: what was begun in them is kept.
    while (auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget())) {
        dialog->reject();
        if (dialog->isVisible()) break;  // it stays
    }
    if (queue_ == nullptr || !queue_->busy()) {
        close();
    } else if (closing_ == Closing::No) {
        closing_ = Closing::Stop;
        stopThenClose();
    }
}

void MainWindow::finishClosing() {
    if (closing_ == Closing::HandOver) {
        const QString program = QApplication::applicationDirPath() + "/tritlab-cli";
        QProcess trainer;
        trainer.setProgram(program);
        trainer.setArguments({"resume", handOver_});
        for (const auto set : {&QProcess::setStandardOutputFile, &QProcess::setStandardErrorFile})
            (trainer.*set)(QProcess::nullDevice(), QIODevice::Truncate);  // the run's log is in the store
        if (!trainer.startDetached()) {
            setEnabled(true);
            closing_ = Closing::No;
            QMessageBox::warning(
                this, tr("Keep running"),
                tr("%1 could not be started. The run is stopped with a checkpoint; Resume goes on with it.")
                    .arg(program));
            return;
        }
    }
    close();
}

void MainWindow::restoreSettings() {
    if (!settings_) return;
    if (settings_->contains("geometry")) restoreGeometry(settings_->value("geometry").toByteArray());
    if (settings_->contains("state")) restoreState(settings_->value("state").toByteArray());
    for (QSplitter* each : findChildren<QSplitter*>()) {
        const QString key = "splitters/" + each->objectName();
        if (settings_->contains(key)) each->restoreState(settings_->value(key).toByteArray());
    }
    panel_->restore(*settings_);
    for (Page* page : pagesOfRun_) {
        page->setState(QJsonDocument::fromJson(settings_->value(page->settingsKey()).toByteArray()).object());
        if (settings_->value("page").toString() == page->objectName()) tabs_->setCurrentWidget(page);
    }
    chatAction_->setChecked(!chatDock_->isHidden());
    chatPane_->restore(*settings_);
}

void MainWindow::saveSettings() {
    if (!settings_) return;
    settings_->setValue("geometry", saveGeometry());
    settings_->setValue("state", saveState());
    for (const QSplitter* each : findChildren<QSplitter*>())
        settings_->setValue("splitters/" + each->objectName(), each->saveState());
    panel_->save(*settings_);
    for (const Page* page : pagesOfRun_)
        settings_->setValue(page->settingsKey(), QJsonDocument(page->state()).toJson(QJsonDocument::Compact));
    settings_->setValue("page", tabs_->currentWidget()->objectName());
    settings_->setValue("theme", themeKey(theme_));
    chatPane_->save(*settings_);
}

}  // namespace tritlab
