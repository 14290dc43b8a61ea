#include "ui/forms/cost_panel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/model/estimate.h"
#include "ui/forms/step_measure.h"
#include "ui/theme/icons.h"

namespace tritlab {

namespace {

QString costRow(const QString& what, const QString& value) {
    return QString("<tr><td style='padding-right:14px'>%1</td><td>%2</td></tr>").arg(what, value);
}

QString countText(double value) { return QString::fromStdString(humanCount(value)); }

QString bytesText(std::int64_t value) { return QString::fromStdString(humanBytes(static_cast<double>(value))); }

}  // namespace

CostPanel::CostPanel(QWidget* parent) : QWidget(parent) {
    costs_ = new QLabel(this);
    costs_->setObjectName("costs");
    costs_->setTextFormat(Qt::RichText);
    costs_->setWordWrap(true);
    costs_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    measure_ = new StepMeasure(this);
    command_ = new QPlainTextEdit(this);
    command_->setObjectName("commandLine");
    command_->setAccessibleName(tr("The same as a command line"));
    command_->setReadOnly(true);
    command_->setTabChangesFocus(true);
    command_->setFixedHeight(command_->fontMetrics().height() * 3 + 14);
    auto* copy = new QPushButton(lineIcon(IconShape::Copy), tr("&Copy the command"), this);
    copy->setObjectName("copyCommand");
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(command_->toPlainText()); });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(costs_);
    column->addWidget(measure_);
    column->addWidget(command_);
    column->addWidget(copy, 0, Qt::AlignRight);
}

void CostPanel::setConfig(const RunConfig& config, bool valid, StepIndex first) {
    measure_->setConfig(config, valid, first);
    if (!valid) {
        costs_->setText(tr("The costs are shown once the form is right."));
        return;
    }
    try {
        const Estimate cost = estimate(config);
        costs_->setText(
            "<table>" +
            costRow(tr("Parameters"), tr("%1, of which %2 ternary")
                                          .arg(countText(static_cast<double>(cost.parameters)),
                                               countText(static_cast<double>(cost.ternaryParameters)))) +
            costRow(cost.onDevice ? tr("CUDA memory to train") : tr("Memory to train"), bytesText(cost.trainingBytes)) +
            costRow(QString(), tr("weights %1, optimizer %2, activations %3")
                                   .arg(bytesText(cost.weightBytes), bytesText(cost.optimizerBytes),
                                        bytesText(cost.activationBytes))) +
            costRow(tr("Packed size"), bytesText(cost.packedBytes)) +
            costRow(tr("Tokens"), tr("%1 in all, %2 a step")
                                      .arg(countText(static_cast<double>(cost.totalTokens)),
                                           countText(static_cast<double>(cost.tokensPerStep)))) +
            "</table>");
    } catch (const Error& error) {
        costs_->setText(QString::fromStdString(error.what()).toHtmlEscaped());
    }
}

void CostPanel::setCommand(const QString& command) { command_->setPlainText(command); }

}  // namespace tritlab
