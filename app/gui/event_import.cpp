#include "app/gui/event_import.h"

#include <QAction>
#include <QCheckBox>
#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

#include "app/gui/named_action.h"
#include "app/services/store_actions.h"
#include "core/store/tensorboard_runs.h"

namespace tritlab {

namespace {

constexpr std::size_t shownFolders = 8, shownLosses = 12;

QStringList countLines(const ImportedSeriesRun& run) {
    QStringList lines;
    const EventCounts& counts = run.counts;
    const auto say = [&](const QString& text, std::int64_t count) {
        if (count > 0) lines << text.arg(count);
    };
    say(EventImport::tr("histograms left out: %1"), counts.leftOut.histograms);
    say(EventImport::tr("images left out: %1"), counts.leftOut.images);
    say(EventImport::tr("audio clips left out: %1"), counts.leftOut.audio);
    say(EventImport::tr("texts left out: %1"), counts.texts);
    say(EventImport::tr("other values left out: %1"), counts.leftOut.other);
    say(EventImport::tr("points at negative steps left out: %1"), counts.negativeSteps);
    say(EventImport::tr("points replaced by a restart: %1"), counts.replaced);
    say(EventImport::tr("points replaced by a later one of the same step: %1"), counts.repeated);
    say(EventImport::tr("series without steps, numbered in their order: %1"), counts.numberedSeries);
    return lines;
}

}  // namespace

EventImport::EventImport(QWidget* window, StoreActions* actions) : QObject(window), window_(window), actions_(actions) {
    action_ = namedAction(window, "importEvents", tr("&Import event files…"), QKeySequence(),
                          tr("Take in what TensorBoard shows, as runs to compare with"));
    connect(action_, &QAction::triggered, this, &EventImport::choose);
}

void EventImport::choose() {
    auto* dialog = new QFileDialog(window_, tr("Folder with event files of TensorBoard"));
    dialog->setObjectName("eventFolder");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &EventImport::open);
    dialog->open();
}

void EventImport::open(const QString& path) {
    actions_->ask(
        tr("look for event files"), this, [path = path.toStdString()](StoreWriter&) { return foldersOfEvents(path); },
        [this, path](const std::vector<std::string>& folders) { ask(path, folders); });
}

void EventImport::ask(const QString& path, const std::vector<std::string>& folders) {
    if (folders.empty()) {
        Q_EMIT statusMessage(tr("%1 holds no event files: their names contain 'tfevents'.").arg(path));
        return;
    }
    QStringList names;
    for (std::size_t i = 0; i < std::min(folders.size(), shownFolders); ++i)
        names << (folders[i] == "." ? tr("the folder itself") : QString::fromStdString(folders[i]));
    if (folders.size() > shownFolders) names << tr("and %1 more").arg(folders.size() - shownFolders);
    auto* box = new QMessageBox(QMessageBox::Question, tr("Import event files"),
                                tr("Import the event files of TensorBoard in %1?").arg(path),
                                QMessageBox::Ok | QMessageBox::Cancel, window_);
    box->setObjectName("importEventFiles");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->button(QMessageBox::Ok)->setText(tr("Import"));
    QCheckBox* merge = nullptr;
    if (folders.size() > 1) {
        box->setInformativeText(
            tr("Each folder becomes a run, or all of them one. There are: %1.").arg(names.join(", ")));
        merge = new QCheckBox(tr("They are the parts of one run"), box);
        merge->setObjectName("mergeFolders");
        merge->setToolTip(
            tr("Folders of training and evaluation, and those that PyTorch's add_scalars and add_hparams make"));
        merge->setChecked(lookLikeOneRun(folders));
        box->setCheckBox(merge);
    }
    connect(box, &QMessageBox::accepted, this,
            [this, path, merge] { import(path, merge != nullptr && merge->isChecked()); });
    box->open();
}

void EventImport::import(const QString& path, bool merge) {
    Q_EMIT statusMessage(tr("Importing %1…").arg(path));
    actions_->ask(
        tr("import the event files"), this,
        [path = path.toStdString(), merge](StoreWriter& writer) {
            return importTensorBoard(writer.workspace(), path, {}, merge);
        },
        [this](const TensorBoardImport& imported) { tell(imported); });
}

void EventImport::tell(const TensorBoardImport& imported) {
    QStringList names, details;
    for (const ImportedSeriesRun& run : imported.runs) {
        const QString name = QString::fromStdString(run.name);
        names << name;
        if (const QStringList lines = countLines(run); !lines.isEmpty())
            details << tr("%1: %2").arg(name, lines.join("; "));
    }
    for (std::size_t i = 0; i < std::min(imported.losses.size(), shownLosses); ++i)
        details << QString::fromStdString(lossText(imported.losses[i]));
    if (imported.losses.size() > shownLosses)
        details << tr("and of %1 more files").arg(imported.losses.size() - shownLosses);
    Q_EMIT statusMessage(tr("Imported: %1").arg(names.join(", ")));
    if (details.isEmpty()) return;
    auto* box =
        new QMessageBox(imported.losses.empty() ? QMessageBox::Information : QMessageBox::Warning, tr("Imported"),
                        imported.losses.empty() ? tr("Not all that the event files hold is in the runs.")
                                                : tr("Some of the event files could not be read."),
                        QMessageBox::Ok, window_);
    box->setObjectName("importedEventFiles");
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(details.join('\n'));
    box->open();
}

}  // namespace tritlab
