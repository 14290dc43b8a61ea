// What comes into the window from outside: files that are dropped on it, and those that a second start hands over.
#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

#include "app/gui/disk_dialog.h"
#include "app/gui/main_window.h"
#include "ui/forms/run_form.h"

namespace tritlab {

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
