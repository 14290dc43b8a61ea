#include "app/gui/import_dialog.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/gui/activation_question.h"
#include "app/gui/word_label.h"
#include "core/library/import_model.h"

namespace tritlab {
namespace {

QString reportText(const char* text) { return QCoreApplication::translate("ModelReport", text); }

// Lines of a report as a table of labels and texts; what comes from a file is text and no markup.
QString reportHtml(const std::vector<ReportSection>& sections) {
    QString html;
    for (const ReportSection& section : sections) {
        html += QString("<h4>%1</h4><table width='100%' cellspacing='0' cellpadding='2'>")
                    .arg(reportText(section.title).toHtmlEscaped());
        for (const ReportLine& line : section.lines)
            html += QString("<tr><td width='32%' valign='top'>%1</td><td>%2</td></tr>")
                        .arg(reportText(line.label).toHtmlEscaped(),
                             QString::fromStdString(line.text).toHtmlEscaped().replace('\n', "<br>"));
        html += "</table>";
    }
    return html;
}

QPushButton* plainButton(const char* name, const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setObjectName(name);
    button->setAutoDefault(false);  // Return in the path looks, it presses nothing
    return button;
}

}  // namespace

ImportDialog::ImportDialog(std::shared_ptr<StoreWriter> writer, ActivationQuestion* activation, QWidget* parent)
    : QDialog(parent), writer_(std::move(writer)), activation_(activation),
      thread_("import", TaskThread::AtEnd::Drain) {
    setObjectName("importDialog");
    setWindowTitle(tr("Import"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(720, 560);
    QLayout* place = makePlace();  // first in the order of Tab, as it stands
    text_ = new QTextBrowser(this);
    text_->setObjectName("importReport");
    text_->setAccessibleName(tr("What it is"));
    text_->setOpenLinks(false);
    text_->setPlaceholderText(tr(
        "Choose a GGUF file, a model folder (config.json and safetensors, a checkpoint), or a folder with event files "
        "of TensorBoard. It is looked at first, and nothing is taken in before you say so."));
    why_ = wordLabel("importWhy", this);
    why_->hide();
    busy_ = new QProgressBar(this);
    busy_->setObjectName("importBusy");
    busy_->setRange(0, 0);
    busy_->setFormat(QString());
    busy_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(place);
    layout->addWidget(text_, 1);
    layout->addLayout(makeMemory());
    layout->addLayout(makeTuning());
    layout->addWidget(busy_);
    layout->addWidget(why_);
    makeButtons();
    allow();
    path_->setFocus();
}

QLayout* ImportDialog::makePlace() {
    path_ = new QLineEdit(this);
    path_->setObjectName("importPath");
    path_->setAccessibleName(tr("File or folder"));
    auto* label = new QLabel(tr("&From"), this);
    label->setBuddy(path_);
    file_ = plainButton("importFile", tr("Fi&le…"), this);
    file_->setToolTip(tr("Choose a GGUF file, or a file of a model folder"));
    folder_ = plainButton("importFolder", tr("F&older…"), this);
    folder_->setToolTip(tr("Choose a model folder, or a folder with event files"));
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(path_, 1);
    row->addWidget(file_);
    row->addWidget(folder_);
    connect(path_, &QLineEdit::returnPressed, this, [this] { look(path_->text().trimmed()); });
    connect(file_, &QPushButton::clicked, this, [this] { browse(false); });
    connect(folder_, &QPushButton::clicked, this, [this] { browse(true); });
    return row;
}

QLayout* ImportDialog::makeMemory() {
    context_ = new QSpinBox(this);
    context_->setObjectName("importContext");
    context_->setAccessibleName(tr("Context length that memory is counted for"));
    context_->setRange(0, 0);
    context_->setSpecialValueText("–");  // until a model is there to count for
    context_->setGroupSeparatorShown(true);
    contextLabel_ = new QLabel(tr("&Memory is counted for a context of"), this);
    contextLabel_->setBuddy(context_);
    context_->setSuffix(tr(" tokens"));
    auto* row = new QHBoxLayout;
    row->addWidget(contextLabel_);
    row->addWidget(context_);
    row->addStretch(1);
    connect(context_, &QSpinBox::valueChanged, this, &ImportDialog::showReport);
    return row;
}

QLayout* ImportDialog::makeTuning() {
    tuneOn_ = new QLineEdit(this);
    tuneOn_->setObjectName("importText");
    tuneOn_->setPlaceholderText(tr("no text: a finished run to compare with"));
    tuneOn_->setToolTip(
        tr("A file, a folder, or builtin:NAME. The run waits, stopped, for Resume to tune it on this text"));
    tuneLabel_ = new QLabel(tr("&Tune it on"), this);
    tuneLabel_->setBuddy(tuneOn_);
    textFile_ = plainButton("importTextFile", tr("Te&xt…"), this);
    textFile_->setToolTip(tr("Choose a file of text to tune it on"));
    convert_ = new QCheckBox(tr("Make it te&rnary"), this);
    convert_->setObjectName("importConvert");
    auto* row = new QHBoxLayout;
    row->addWidget(tuneLabel_);
    row->addWidget(tuneOn_, 1);
    row->addWidget(textFile_);
    row->addWidget(convert_);
    connect(tuneOn_, &QLineEdit::textChanged, this, &ImportDialog::allow);
    connect(textFile_, &QPushButton::clicked, this, &ImportDialog::browseText);
    return row;
}

void ImportDialog::browseText() {
    auto* dialog = new QFileDialog(this, tr("Text to tune it on"));
    dialog->setObjectName("importTextBrowse");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, tuneOn_, &QLineEdit::setText);
    dialog->open();
}

void ImportDialog::makeButtons() {
    auto* buttons = new QDialogButtonBox(this);
    chat_ = plainButton("importChat", tr("&Chat with it"), this);
    import_ = plainButton("importAdd", tr("&Add as a run"), this);
    cancel_ = plainButton("importCancel", tr("Cancel"), this);
    buttons->addButton(chat_, QDialogButtonBox::ActionRole);
    buttons->addButton(import_, QDialogButtonBox::ActionRole);
    buttons->addButton(cancel_, QDialogButtonBox::RejectRole);
    layout()->addWidget(buttons);
    connect(chat_, &QPushButton::clicked, this, &ImportDialog::chat);
    connect(import_, &QPushButton::clicked, this, &ImportDialog::import);
    connect(buttons, &QDialogButtonBox::rejected, this, &ImportDialog::reject);
}

void ImportDialog::browse(bool folder) {
    auto* dialog = new QFileDialog(this, folder ? tr("A model folder, or a folder with event files")
                                                : tr("A GGUF file, or a file of a model folder"));
    dialog->setObjectName("importBrowse");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    if (!folder) dialog->setNameFilters({tr("Models (*.gguf *.safetensors config.json)"), tr("All files (*)")});
    const QFileInfo before(path_->text().trimmed());
    if (before.exists()) dialog->setDirectory(before.isDir() ? before.filePath() : before.path());
    connect(dialog, &QFileDialog::fileSelected, this, &ImportDialog::look);
    dialog->open();
}

void ImportDialog::look(const QString& path) {
    if (path.isEmpty() || writing_) return;
    path_->setText(QDir::toNativeSeparators(path));
    report_.reset();
    text_->clear();
    allow();
    setBusy(true, tr("Reading %1").arg(QFileInfo(path).fileName()));
    const int look = ++looks_;
    thread_.post(
        this, [path = path.toStdString()] { return inspectModel(path); },
        [this, look](const ModelReport& report) {
            if (look == looks_) onLooked(report);
        },
        [this, look](const QString& why) {
            if (look == looks_) onRefused(why);
        });
}

void ImportDialog::onLooked(const ModelReport& report) {
    report_ = report;
    setBusy(false, {});
    const QSignalBlocker quiet(context_);
    const int longest = static_cast<int>(std::clamp<std::int64_t>(report.sizes.context, 1, 1 << 30));
    context_->setSpecialValueText(QString());
    context_->setRange(1, longest);
    context_->setValue(longest);
    showReport();
    text_->verticalScrollBar()->setValue(0);
    allow();
    // Nobody can tell from the file: a person says it once, and what it is then is looked at.
    const QString path = QString::fromStdString(report.path.string());
    if (report.asksForActivation)
        activation_->asks(
            path, this,
            [guard = QPointer(this), path] {
                if (guard) guard->look(path);
            },
            [] {});
}

void ImportDialog::onRefused(const QString& why) {
    setBusy(false, {});
    text_->setPlainText(why);
    allow();
}

void ImportDialog::showReport() {
    if (!report_) return;
    const int at = text_->verticalScrollBar()->value();
    text_->setHtml(reportHtml(reportSections(*report_, context_->value())));
    text_->verticalScrollBar()->setValue(at);
}

void ImportDialog::allow() {
    const bool events = report_ && report_->kind == ReportedKind::Events;
    const bool counts = report_ && report_->packedBytes > 0;
    context_->setEnabled(counts);
    contextLabel_->setEnabled(counts);
    const bool model = report_ && report_->obstacle(ReportedUse::Import).empty() && !events;
    const bool dense = model && report_->description && !report_->description->config.ternaryLinears;
    for (QWidget* each : std::initializer_list<QWidget*>{tuneOn_, tuneLabel_, textFile_}) each->setEnabled(model);
    convert_->setEnabled(dense && !tuneOn_->text().trimmed().isEmpty());
    if (!convert_->isEnabled()) convert_->setChecked(false);
    convert_->setToolTip(model && !dense ? tr("It is ternary already")
                                         : tr("Its linears become ternary while it is tuned, under a lambda that rises "
                                              "from 0 to 1; needs text to tune it on"));
    import_->setText(events ? tr("&Add as runs…") : tr("&Add as a run"));
    QString noChat, noRun;
    if (!report_) noChat = noRun = tr("Choose a file or folder first.");
    else {
        noChat = QString::fromStdString(report_->obstacle(ReportedUse::Chat));
        if (!events) noRun = QString::fromStdString(report_->obstacle(ReportedUse::Import));
        if (noRun.isEmpty() && !writer_) noRun = tr("The store is not open.");
    }
    const auto set = [this](QPushButton* button, const QString& obstacle, const QString& tip) {
        button->setEnabled(obstacle.isEmpty());
        button->setToolTip(obstacle.isEmpty() ? tip : obstacle);
        button->setAccessibleDescription(button->toolTip());
    };
    set(chat_, noChat, tr("Talk to it where it lies; nothing is copied"));
    set(import_, noRun,
        events ? tr("Their curves become runs to compare with")
               : tr("A copy in the workspace: to compare, to look into, to export; to be tuned by Resume, where text "
                    "is named"));
    QStringList reasons;
    if (report_ && !noChat.isEmpty()) reasons << tr("Chat: %1").arg(noChat);
    if (report_ && !noRun.isEmpty() && noRun != noChat) reasons << tr("As a run: %1").arg(noRun);
    why_->setText(reasons.join('\n'));
    why_->setVisible(!reasons.isEmpty());
}

void ImportDialog::setBusy(bool busy, const QString& what) {
    busy_->setVisible(busy);
    busy_->setAccessibleName(what);
    busy_->setToolTip(what);
    if (!busy) return;
    for (QPushButton* button : {chat_, import_}) button->setEnabled(false);
    why_->setText(what);
    why_->show();
}

void ImportDialog::chat() {
    const QString model = QString::fromStdString(report_->path.string());
    accept();
    Q_EMIT chatWanted(model);
}

void ImportDialog::import() {
    const QString path = QString::fromStdString(report_->path.string());
    if (report_->kind == ReportedKind::Events) {
        accept();
        Q_EMIT eventsWanted(path);
        return;
    }
    const ImportChoice choice{tuneOn_->text().trimmed().toStdString(), convert_->isChecked()};
    setWriting(true);
    thread_.post(
        this, [writer = writer_, model = report_->path, choice] { return importModel(*writer, model, choice); },
        [this](const std::string& run) {
            setWriting(false);
            accept();
            Q_EMIT imported(QString::fromStdString(run));
        },
        [this](const QString& why) {
            setWriting(false);
            why_->setText(why);
            why_->show();
        });
}

void ImportDialog::setWriting(bool writing) {
    writing_ = writing;
    for (QWidget* each :
         std::initializer_list<QWidget*>{path_, file_, folder_, tuneOn_, textFile_, convert_, context_, cancel_})
        each->setEnabled(!writing);
    if (writing) setBusy(true, tr("Writing the run"));
    else {
        setBusy(false, {});
        allow();
    }
}

void ImportDialog::reject() {
    if (!writing_) QDialog::reject();
}

}  // namespace tritlab
