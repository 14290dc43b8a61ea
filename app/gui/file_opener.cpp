#include "app/gui/file_opener.h"

#include <QDir>
#include <QDropEvent>
#include <QFileInfo>
#include <QMessageBox>
#include <QMimeData>
#include <QUrl>
#include <QWidget>
#include <algorithm>

#include "core/base/error.h"
#include "core/data/line_reader.h"

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

// An event file of TensorBoard, or a folder that has some, or whose folders have (as far as a short look tells).
bool holdsEvents(const QFileInfo& info) {
    const QStringList pattern{"*tfevents*"};
    if (!info.isDir()) return info.isFile() && QDir::match(pattern, info.fileName());
    const QDir folder(info.absoluteFilePath());
    if (!folder.entryList(pattern, QDir::Files).isEmpty()) return true;
    const QStringList below = folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return std::any_of(below.begin(), below.end(), [&](const QString& name) {
        return !QDir(folder.filePath(name)).entryList(pattern, QDir::Files).isEmpty();
    });
}

// Why it cannot be trained on, as far as a short look tells; empty: nothing is wrong with it.
QString faultOfText(const QFileInfo& info) {
    constexpr std::size_t lookedAt = 4096;
    if (!info.exists()) return FileOpener::tr("is not there");
    if (info.isDir()) return QDir(info.absoluteFilePath()).isEmpty() ? FileOpener::tr("is an empty folder") : QString();
    try {
        LineReader reader(info.absoluteFilePath().toStdString(), lookedAt);
        if (const std::string why = reader.whyBinary(); !why.empty()) return QString::fromStdString(why);
    } catch (const Error& error) {
        return QString::fromStdString(error.whatHappened());
    }
    return info.size() == 0 ? FileOpener::tr("is empty") : QString();
}

QStringList localFiles(const QMimeData& data) {
    QStringList files;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile()) files << url.toLocalFile();
    }
    return files;
}

}  // namespace

FileOpener::FileOpener(QWidget* window) : QObject(window), window_(window) {
    window->setAcceptDrops(true);
    window->installEventFilter(this);
}

void FileOpener::open(const QStringList& files) {
    QStringList texts, faults;
    QString model;
    for (const QString& file : files) {
        const QFileInfo info(file);
        const QString path = info.absoluteFilePath();
        if (const QString found = modelAt(info); !found.isEmpty()) model = found;
        else if (holdsEvents(info)) Q_EMIT eventsFound(path);
        else if (info.isFile() && (info.suffix() == "tritlab" || info.suffix() == "json")) Q_EMIT configFound(path);
        else if (const QString fault = faultOfText(info); !fault.isEmpty()) faults << tr("%1: %2.").arg(path, fault);
        else texts << path;
    }
    if (!texts.isEmpty()) Q_EMIT textFound(texts);
    if (!model.isEmpty()) Q_EMIT modelFound(model);
    if (!faults.isEmpty()) tellWhatOpens(faults);
}

void FileOpener::tellWhatOpens(const QStringList& faults) {
    auto* box =
        new QMessageBox(QMessageBox::Information, tr("Not opened"), faults.join('\n'), QMessageBox::Ok, window_);
    box->setObjectName("notOpened");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("What can be opened here: text to train on (a file in UTF-8, JSON lines, or a folder of them), a config "
           "(.tritlab or "
           ".json), and a model to talk to (a folder with config.json and safetensors, one of its files, or a .gguf "
           "file). Event files of TensorBoard become runs."));
    box->open();
}

bool FileOpener::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::DragEnter && event->type() != QEvent::Drop)
        return QObject::eventFilter(watched, event);
    auto* drop = static_cast<QDropEvent*>(event);  // a QDragEnterEvent is one too
    const QStringList files = localFiles(*drop->mimeData());
    if (files.isEmpty()) return false;
    drop->acceptProposedAction();
    if (event->type() == QEvent::Drop) open(files);
    return true;
}

}  // namespace tritlab
