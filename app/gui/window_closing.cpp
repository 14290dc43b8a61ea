#include "app/gui/window_closing.h"

#include <QApplication>
#include <QDialog>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QWidget>

#include "app/services/run_queue.h"
#include "ui/models/run_list_model.h"

namespace tritlab {

void WindowClosing::setQueue(RunQueue* queue) {
    queue_ = queue;
    if (queue != nullptr) connect(queue, &RunQueue::idle, this, &WindowClosing::onIdle);
}

bool WindowClosing::trains() const { return queue_ != nullptr && queue_->busy(); }

WindowClosing::Way WindowClosing::ask() {
    const RunSummary* run = runs_->run(queue_->current());
    QMessageBox box(QMessageBox::Question, tr("A run is being trained"),
                    tr("%1 is being trained by this window. What shall become of it?")
                        .arg(run != nullptr ? QString::fromStdString(run->name) : queue_->current()),
                    QMessageBox::NoButton, window_);
    box.setObjectName("closeDialog");
    QPushButton* stop = box.addButton(tr("&Stop with a checkpoint"), QMessageBox::AcceptRole);
    QPushButton* background = box.addButton(tr("&Keep running in the background"), QMessageBox::DestructiveRole);
    QPushButton* cancel = box.addButton(QMessageBox::Cancel);
    stop->setObjectName("closeStop");
    background->setObjectName("closeBackground");
    cancel->setObjectName("closeCancel");
    box.setDefaultButton(stop);
    box.exec();
    if (box.clickedButton() == stop) return Way::Stop;
    return box.clickedButton() == background ? Way::HandOver : Way::None;
}

bool WindowClosing::mayClose() {
    if (!trains()) return true;
    if (way_ != Way::None) return false;
    const Way way = ask();
    if (way == Way::None) return false;
    // It may have ended while the question stood.
    if (trains()) stopThenClose(way);
    else QMetaObject::invokeMethod(window_, &QWidget::close, Qt::QueuedConnection);
    return false;
}

void WindowClosing::stopThenClose(Way way) {
    way_ = way;
    handedOver_ = queue_->current();
    queue_->stopForExit();
    Q_EMIT statusMessage(tr("Writing a checkpoint before the window closes…"));
    window_->setEnabled(false);
}

void WindowClosing::leave() {
    // The form and the questions that stand open: what was begun in them is kept.
    while (auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget())) {
        dialog->reject();
        if (dialog->isVisible()) break;  // it stays
    }
    if (!trains()) window_->close();
    else if (way_ == Way::None) stopThenClose(Way::Stop);
}

void WindowClosing::onIdle() {
    if (way_ == Way::None || (way_ == Way::HandOver && !handOver())) return;
    window_->close();
}

bool WindowClosing::handOver() {
    const QString program = QApplication::applicationDirPath() + "/tritlab-cli";
    QProcess trainer;
    trainer.setProgram(program);
    trainer.setArguments({"resume", handedOver_});
    for (const auto set : {&QProcess::setStandardOutputFile, &QProcess::setStandardErrorFile})
        (trainer.*set)(QProcess::nullDevice(), QIODevice::Truncate);  // the run's log is in the store
    if (trainer.startDetached()) return true;
    window_->setEnabled(true);
    way_ = Way::None;
    QMessageBox::warning(
        window_, tr("Keep running"),
        tr("%1 could not be started. The run is stopped with a checkpoint; Resume goes on with it.").arg(program));
    return false;
}

}  // namespace tritlab
