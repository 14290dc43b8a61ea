#include "app/gui/export_dialog.h"

#include <QComboBox>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "core/base/number.h"
#include "ui/theme/icons.h"

namespace tritlab {
namespace {

QLabel* words(const char* name, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

}  // namespace

ExportDialog::ExportDialog(const std::filesystem::path& model, const QString& name, QWidget* parent)
    : QDialog(parent), model_(model), name_(name), description_(readModelDescription(model)) {
    setObjectName("exportDialog");
    setWindowTitle(tr("Export %1").arg(name));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(620, 300);
    format_ = new QComboBox(this);
    format_->setObjectName("exportFormat");
    format_->setAccessibleName(tr("Format"));
    format_->addItem(tr("Hugging Face, master weights in fp32"), static_cast<int>(HuggingFaceLayout::Master));
    if (description_.config.ternaryLinears)
        format_->addItem(tr("Hugging Face, ternary weights at 2 bits"), static_cast<int>(HuggingFaceLayout::Packed));
    about_ = words("exportAbout", this);
    path_ = new QLineEdit(this);
    path_->setObjectName("exportPath");
    path_->setAccessibleName(tr("Folder"));
    auto* choose = new QToolButton(this);
    choose->setObjectName("exportBrowse");
    choose->setIcon(lineIcon(IconShape::Folder));
    choose->setToolTip(tr("Choose where the folder is made"));
    choose->setAccessibleName(choose->toolTip());
    choose->setFocusPolicy(Qt::StrongFocus);
    auto* where = new QHBoxLayout;
    where->addWidget(path_, 1);
    where->addWidget(choose);
    result_ = words("exportResult", this);
    busy_ = new QProgressBar(this);
    busy_->setObjectName("exportBusy");
    busy_->setAccessibleName(tr("Writing and reading back"));
    busy_->setRange(0, 0);
    busy_->hide();
    auto* form = new QFormLayout;
    auto* formatLabel = new QLabel(tr("&Format"), this);
    formatLabel->setBuddy(format_);
    auto* pathLabel = new QLabel(tr("F&older"), this);
    pathLabel->setBuddy(path_);
    form->addRow(formatLabel, format_);
    form->addRow(QString(), about_);
    form->addRow(pathLabel, where);
    auto* buttons = new QDialogButtonBox(this);
    write_ = buttons->addButton(tr("&Export"), QDialogButtonBox::ActionRole);
    write_->setObjectName("exportWrite");
    write_->setDefault(true);
    show_ = buttons->addButton(tr("&Show the folder"), QDialogButtonBox::ActionRole);
    show_->setObjectName("exportShow");
    show_->setEnabled(false);
    close_ = buttons->addButton(QDialogButtonBox::Close);
    close_->setObjectName("exportClose");
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(busy_);
    layout->addWidget(result_);
    layout->addStretch(1);
    layout->addWidget(buttons);
    connect(format_, &QComboBox::currentIndexChanged, this, &ExportDialog::describe);
    connect(path_, &QLineEdit::textEdited, this, [this] { pathEdited_ = true; });
    connect(path_, &QLineEdit::textChanged, this, [this](const QString& text) { write_->setEnabled(!text.trimmed().isEmpty()); });
    connect(choose, &QToolButton::clicked, this, &ExportDialog::browse);
    connect(write_, &QPushButton::clicked, this, &ExportDialog::write);
    connect(show_, &QPushButton::clicked, this, [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(path_->text().trimmed())); });
    connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);
    describe();
}

ExportDialog::~ExportDialog() {
    if (writing_) writing_->wait();
}

void ExportDialog::reject() {
    if (!writing_) QDialog::reject();
}

HuggingFaceLayout ExportDialog::chosenLayout() const { return static_cast<HuggingFaceLayout>(format_->currentData().toInt()); }

void ExportDialog::describe() {
    const QString size = QString::fromStdString(humanBytes(static_cast<double>(exportedBytes(description_.config, chosenLayout()))));
    const QString who = transformersHas(description_.config)
                            ? tr("Read by Hugging Face's transformers and by TritLab.")
                            : tr("Read by TritLab alone: transformers has no such block. Architecture 2B4T or LLaMA can leave for it.");
    const QString what = chosenLayout() == HuggingFaceLayout::Packed
                             ? tr("To run the model elsewhere: the ternary linears as codes with their scale, the rest in fp32.")
                             : tr("To train on elsewhere: every weight as it is trained, to the bit.");
    about_->setText(tr("%1 %2 %3 on disk.").arg(what, who, size));
    if (!pathEdited_) {
        const QString home = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
        path_->setText(QDir(home).filePath(QString(name_).replace(QRegularExpression("[^\\w.-]+"), "-") +
                                           (chosenLayout() == HuggingFaceLayout::Packed ? "-packed" : "-hf")));
    }
}

void ExportDialog::browse() {
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Make the folder in"), QFileInfo(path_->text()).path());
    if (chosen.isEmpty()) return;
    path_->setText(QDir(chosen).filePath(QFileInfo(path_->text()).fileName()));
    pathEdited_ = true;
}

void ExportDialog::write() {
    const std::filesystem::path out = path_->text().trimmed().toStdString();
    result_->clear();
    show_->setEnabled(false);
    for (QWidget* each : std::initializer_list<QWidget*>{format_, path_, write_, close_}) each->setEnabled(false);
    busy_->show();
    writing_.reset(QThread::create([this, model = model_, out, how = chosenLayout()] {
        QString text;
        bool good = false;
        try {
            const CheckedExport checked = exportAndCheck(model, out, how);
            text = tr("Written: %1 parameters, %2. Read back: ")
                       .arg(QString::fromStdString(humanCount(static_cast<double>(checked.written.parameters))),
                            QString::fromStdString(humanBytes(static_cast<double>(checked.written.bytes))));
            text += checked.largestDifference == 0
                        ? tr("the logits at %1 positions are equal to the bit.").arg(checked.positions)
                        : tr("the logits at %1 positions differ by %2 at most.").arg(checked.positions).arg(checked.largestDifference, 0, 'g', 3);
            good = true;
        } catch (const std::exception& error) {
            text = QString::fromStdString(error.what());
        }
        QMetaObject::invokeMethod(this, [this, text, good] { onWritten(text, good); }, Qt::QueuedConnection);
    }));
    writing_->start();
}

void ExportDialog::onWritten(const QString& text, bool good) {
    writing_->wait();
    writing_.reset();
    busy_->hide();
    result_->setText(text);
    show_->setEnabled(good);
    for (QWidget* each : std::initializer_list<QWidget*>{format_, path_, write_, close_}) each->setEnabled(true);
    if (good) close_->setFocus();
}

}  // namespace tritlab
