#include "app/gui/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
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

#include "app/gui/word_label.h"
#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/base/number.h"
#include "ui/models/trained_text.h"
#include "ui/theme/icons.h"

namespace tritlab {
namespace {

QString formatText(const char* text) { return QCoreApplication::translate("ExportFormat", text); }

QString readBack(const CheckedExport& checked) {
    const QString text = ExportDialog::tr("Written: %1 parameters, %2. Read back: ")
                             .arg(QString::fromStdString(humanCount(static_cast<double>(checked.written.parameters))),
                                  QString::fromStdString(humanBytes(static_cast<double>(checked.written.bytes))));
    if (checked.largestDifference == 0)
        return text + ExportDialog::tr("the logits at %1 positions are equal to the bit.").arg(checked.positions);
    return text + ExportDialog::tr("the logits at %1 positions differ by %2 at most.")
                      .arg(checked.positions)
                      .arg(checked.largestDifference, 0, 'g', 3);
}

}  // namespace

ExportDialog::ExportDialog(const std::filesystem::path& model, const QString& name, QWidget* parent)
    : QDialog(parent), model_(model), name_(name), description_(readModelDescription(model)),
      trained_(trainedBelowOne(model, description_)), thread_("export", TaskThread::AtEnd::Drain) {
    setObjectName("exportDialog");
    setWindowTitle(tr("Export %1").arg(name));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(620, 300);
    format_ = new QComboBox(this);
    format_->setObjectName("exportFormat");
    format_->setAccessibleName(tr("Format"));
    for (const ExportFormatInfo& format : exportFormats())
        format_->addItem(formatText(format.title), static_cast<int>(format.format));
    about_ = wordLabel("exportAbout", this);
    about_->setAlignment(Qt::AlignTop);
    trainedText_ = wordLabel("exportTrained", this);
    atLambdaOne_ = new QCheckBox(tr("Export the &ternary model all the same"), this);
    atLambdaOne_->setObjectName("exportAtLambdaOne");
    path_ = new QLineEdit(this);
    path_->setObjectName("exportPath");
    auto* choose = new QToolButton(this);
    choose->setObjectName("exportBrowse");
    choose->setIcon(lineIcon(IconShape::Folder));
    choose->setToolTip(tr("Choose the folder that it is written into"));
    choose->setAccessibleName(choose->toolTip());
    choose->setFocusPolicy(Qt::StrongFocus);
    auto* where = new QHBoxLayout;
    where->addWidget(path_, 1);
    where->addWidget(choose);
    result_ = wordLabel("exportResult", this);
    busy_ = new QProgressBar(this);
    busy_->setObjectName("exportBusy");
    busy_->setAccessibleName(tr("Writing and reading back"));
    busy_->setRange(0, 0);
    busy_->hide();
    auto* form = new QFormLayout;
    auto* formatLabel = new QLabel(tr("&Format"), this);
    formatLabel->setBuddy(format_);
    pathLabel_ = new QLabel(this);
    pathLabel_->setBuddy(path_);
    form->addRow(formatLabel, format_);
    form->addRow(QString(), about_);
    form->addRow(QString(), trainedText_);
    form->addRow(QString(), atLambdaOne_);
    form->addRow(pathLabel_, where);
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
    connect(path_, &QLineEdit::textChanged, this, &ExportDialog::allow);
    connect(atLambdaOne_, &QCheckBox::toggled, this, &ExportDialog::allow);
    connect(choose, &QToolButton::clicked, this, &ExportDialog::browse);
    connect(write_, &QPushButton::clicked, this, &ExportDialog::write);
    connect(show_, &QPushButton::clicked, this, [this] {
        const QFileInfo written(path_->text().trimmed());
        QDesktopServices::openUrl(QUrl::fromLocalFile(written.isDir() ? written.filePath() : written.path()));
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);
    describe();
}

void ExportDialog::reject() {
    if (thread_.idle()) QDialog::reject();
}

const ExportFormatInfo& ExportDialog::chosenFormat() const {
    return exportFormat(static_cast<ExportFormat>(format_->currentData().toInt()));
}

QString ExportDialog::readers() const {
    const ModelConfig& config = description_.config;
    const ExportFormatInfo& format = chosenFormat();
    const bool computes = readerComputes(config, format.reader);
    if (format.reader == ExportReader::Transformers)
        return computes ? tr("Read by Hugging Face's transformers and by TritLab.")
                        : tr("Read by TritLab alone: transformers has no such block. Architecture 2B4T "
                             "or LLaMA can leave for it.");
    QString text = computes
                       ? tr("Read by llama.cpp and what is built on it, and by TritLab.")
                       : tr("Read by TritLab. llama.cpp computes SiLU where this model has %1: it runs the file and "
                            "answers nonsense, without an error. For it, train with SiLU (preset \"For llama.cpp\").")
                             .arg(QCoreApplication::translate("Field", activationInfo(config.activation).title));
    const std::int64_t blockless = blocklessLinears(config, format.format);
    if (blockless > 0)
        text += ' ' + tr("%n linear(s) with rows that are no multiple of 256 are kept as Q4_0 or f16.", nullptr,
                         static_cast<int>(blockless));
    return text;
}

// What is lost of the tokenizer, after what else is said of the format; empty where nothing is.
QString ExportDialog::tokenizerText() const {
    QStringList notes;
    try {
        const ExportedTokenizer tokenizer = exportedTokenizer(model_, chosenFormat().format);
        if (tokenizer.losesBytes) {
            QStringList lost;
            for (const std::string& character : tokenizer.lostAscii) lost << QString::fromStdString(character);
            notes << tr("llama.cpp has no byte fallback for a unigram vocabulary: every character of a prompt that is "
                        "no piece by itself is lost there, as <unk>. Of ASCII these are: %1. For llama.cpp, train with "
                        "a BPE tokenizer.")
                         .arg(lost.join(' '));
        }
        if (!tokenizer.noJson.empty())
            notes << tr("There is no tokenizer.json, which has no form for this tokenizer: %1. What transformers makes "
                        "of tokenizer.model by itself may give other ids.")
                         .arg(QString::fromStdString(tokenizer.noJson));
        for (const std::string& difference : tokenizer.differences) notes << QString::fromStdString(difference) + '.';
    } catch (const Error& error) {
        notes << QString::fromStdString(error.what());
    }
    return notes.isEmpty() ? QString() : "\n\n" + notes.join("\n\n");
}

void ExportDialog::describe() {
    const ExportFormatInfo& format = chosenFormat();
    const auto obstacle = exportObstacle(description_.config, format.format);
    possible_ = !obstacle;
    if (obstacle) {
        about_->setText(
            tr("Not possible: %1. %2.")
                .arg(QString::fromStdString(obstacle->whatHappened()), QString::fromStdString(obstacle->hint())));
    } else {
        const QString size =
            QString::fromStdString(humanBytes(static_cast<double>(exportedBytes(description_.config, format.format))));
        about_->setText(tr("%1 %2 %3 on disk.").arg(formatText(format.purpose), readers(), size) + tokenizerText());
    }
    describeTrained();
    pathLabel_->setText(format.isFile() ? tr("F&ile") : tr("F&older"));
    path_->setAccessibleName(format.isFile() ? tr("File") : tr("Folder"));
    if (!pathEdited_) {
        const QString home = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
        path_->setText(
            QDir(home).filePath(QString(name_).replace(QRegularExpression("[^\\w.-]+"), "-") + format.suffix));
    }
    allow();
}

// What is written in a quantized form was trained as another model: that is said before, and asked.
void ExportDialog::describeTrained() {
    const bool asks = trained_ && possible_ && chosenFormat().quantizes;
    trainedText_->setVisible(trained_ && possible_);
    atLambdaOne_->setVisible(asks);
    if (!trained_) return;
    QString text = tr("These weights were trained at lambda %1. This format holds the ternary model (lambda 1), which "
                      "is another one.")
                       .arg(QString::fromStdString(lambdaText(trained_->lambda)));
    if (!chosenFormat().quantizes)
        text = tr("These weights were trained at lambda %1. They are written as they are; whoever runs them quantizes "
                  "them fully (lambda 1), which is another model.")
                   .arg(QString::fromStdString(lambdaText(trained_->lambda)));
    trainedText_->setText(text + ' ' + trainedLossesText(*trained_));
}

void ExportDialog::allow() {
    const bool agreed = !trained_ || !chosenFormat().quantizes || atLambdaOne_->isChecked();
    write_->setEnabled(possible_ && agreed && !path_->text().trimmed().isEmpty());
}

void ExportDialog::browse() {
    const QString chosen =
        QFileDialog::getExistingDirectory(this, tr("Write it into"), QFileInfo(path_->text()).path());
    if (chosen.isEmpty()) return;
    path_->setText(QDir(chosen).filePath(QFileInfo(path_->text()).fileName()));
    pathEdited_ = true;
}

void ExportDialog::write() {
    const std::filesystem::path out = path_->text().trimmed().toStdString();
    result_->clear();
    show_->setEnabled(false);
    for (QWidget* each : std::initializer_list<QWidget*>{format_, path_, atLambdaOne_, write_, close_})
        each->setEnabled(false);
    busy_->show();
    thread_.post(
        this, [model = model_, out, how = chosenFormat().format] { return exportAndCheck(model, out, how); },
        [this](const CheckedExport& checked) { onWritten(readBack(checked), true); },
        [this](const QString& why) { onWritten(why, false); });
}

void ExportDialog::onWritten(const QString& text, bool good) {
    busy_->hide();
    result_->setText(text);
    show_->setEnabled(good);
    for (QWidget* each : std::initializer_list<QWidget*>{format_, path_, atLambdaOne_, close_}) each->setEnabled(true);
    allow();
    if (good) close_->setFocus();
}

}  // namespace tritlab
