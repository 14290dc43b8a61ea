#include "app/gui/activation_question.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QUrl>
#include <QVBoxLayout>

#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/interop/chosen_activation.h"

namespace tritlab {
namespace {

// Of one file as it is: another file under the same path is asked about anew.
QString keyOf(const QString& model) {
    const QFileInfo info(model);
    return QString("activations/%1")
               .arg(QString::fromLatin1(QUrl::toPercentEncoding(info.canonicalFilePath(), {}, "."))) +
           QString("-%1-%2").arg(info.size()).arg(info.lastModified().toSecsSinceEpoch());
}

}  // namespace

ActivationQuestion::ActivationQuestion(const std::filesystem::path& memory, QObject* parent)
    : QObject(parent), memory_(QString::fromStdString(memory.string())) {}

bool ActivationQuestion::knows(const QString& model) {
    if (settled_.contains(model)) return true;
    try {
        const std::filesystem::path path = model.toStdString();
        if (lacksActivation(path)) {
            const QByteArray before = QSettings(memory_, QSettings::IniFormat).value(keyOf(model)).toByteArray();
            const auto activation = activationFromName(before.toStdString());
            if (!activation) return false;
            chooseActivation(path, *activation);
        }
    } catch (const Error&) {
        return true;  // whoever opens it says what is wrong with it
    }
    settled_.insert(model);
    return true;
}

void ActivationQuestion::remember(const QString& model, Activation activation) const {
    const std::string_view name = activationInfo(activation).names.front();
    QSettings(memory_, QSettings::IniFormat)
        .setValue(keyOf(model), QByteArray(name.data(), static_cast<qsizetype>(name.size())));
}

QDialog* ActivationQuestion::makeDialog(const QString& model, QWidget* window) {
    auto* dialog = new QDialog(window);
    dialog->setObjectName("activationDialog");
    dialog->setWindowTitle(tr("Activation"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    auto* about = new QLabel(
        tr("%1 does not say which activation its feed-forward has, and the wrong one answers nonsense. Squared ReLU: "
           "Microsoft's 2B4T and what came after it. SiLU: the first BitNet models. The page that the file comes from "
           "tells it, or the config.json that it was made of (hidden_act).")
            .arg(QFileInfo(model).fileName()),
        dialog);
    about->setObjectName("activationAbout");
    about->setTextFormat(Qt::PlainText);
    about->setWordWrap(true);
    auto* choice = new QComboBox(dialog);
    choice->setObjectName("activationChoice");
    choice->setAccessibleName(tr("Activation"));
    choice->setPlaceholderText(tr("Choose one"));
    for (const ActivationInfo& info : activations())
        choice->addItem(QCoreApplication::translate("Field", info.title), static_cast<int>(info.activation));
    choice->setCurrentIndex(-1);  // nothing is guessed
    auto* label = new QLabel(tr("&Activation"), dialog);
    label->setBuddy(choice);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, dialog);
    QPushButton* ok = buttons->button(QDialogButtonBox::Ok);
    ok->setObjectName("activationOk");
    ok->setEnabled(false);
    auto* form = new QFormLayout;
    form->addRow(label, choice);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addWidget(buttons);
    connect(choice, &QComboBox::currentIndexChanged, ok, [ok](int index) { ok->setEnabled(index >= 0); });
    connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    return dialog;
}

void ActivationQuestion::onFinished(const QDialog& dialog, int result) {
    const bool answered = result == QDialog::Accepted;
    if (answered) {
        try {
            const auto* choice = dialog.findChild<QComboBox*>("activationChoice");
            const auto activation = static_cast<Activation>(choice->currentData().toInt());
            chooseActivation(asked_.toStdString(), activation);
            remember(asked_, activation);
        } catch (const Error&) {
            // the file has changed meanwhile: opening it says how
        }
        settled_.insert(asked_);
    }
    for (const auto& [go, refuse] : std::exchange(waiting_, {})) (answered ? go : refuse)();
}

bool ActivationQuestion::asks(const QString& model, QWidget* window, std::function<void()> answered,
                              std::function<void()> refused) {
    if (model.isEmpty() || knows(model)) return false;
    if (dialog_ && asked_ != model) {
        refused();
        return true;
    }
    waiting_.emplace_back(std::move(answered), std::move(refused));
    if (dialog_) return true;
    asked_ = model;
    dialog_ = makeDialog(model, window);
    connect(dialog_, &QDialog::finished, this, [this, dialog = dialog_.data()](int result) {
        dialog_ = nullptr;
        onFinished(*dialog, result);
    });
    dialog_->open();
    return true;
}

}  // namespace tritlab
