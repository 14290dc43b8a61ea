// The live side of the form: schedules, costs, command line.
#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/model/estimate.h"
#include "core/run/schedules.h"
#include "ui/forms/run_form.h"
#include "ui/forms/step_measure.h"
#include "ui/plots/chart_widget.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

// A word as the shell reads it back.
QString quoted(const QString& text) {
    static const QRegularExpression plain("^[A-Za-z0-9_./:=,@%+-]+$");
    if (plain.match(text).hasMatch()) return text;
    return "'" + QString(text).replace("'", "'\\''") + "'";
}

}  // namespace

QWidget* RunForm::makeSide() {
    auto* side = new QWidget(this);
    const auto chart = [side](const char* id, const QString& title, bool share) {
        ChartSpec spec{id, title, {}, false, false, true, {}, {}};
        if (share) {
            spec.min = 0;
            spec.max = 1;
        }
        auto* widget = new ChartWidget(spec, side);
        widget->setMinimumHeight(110);
        return widget;
    };
    lr_ = chart("formLr", tr("Learning rate"), false);
    lambda_ = chart("formLambda", tr("Lambda"), true);
    decay_ = chart("formDecay", tr("Weight decay"), false);
    charts_ = new ChartGroup(this);
    costs_ = new QLabel(side);
    costs_->setObjectName("costs");
    costs_->setTextFormat(Qt::RichText);
    costs_->setWordWrap(true);
    costs_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    measure_ = new StepMeasure(side);
    command_ = new QPlainTextEdit(side);
    command_->setObjectName("commandLine");
    command_->setAccessibleName(tr("The same as a command line"));
    command_->setReadOnly(true);
    command_->setTabChangesFocus(true);
    command_->setFixedHeight(command_->fontMetrics().height() * 3 + 14);
    auto* copy = new QPushButton(lineIcon(IconShape::Copy), tr("&Copy the command"), side);
    copy->setObjectName("copyCommand");
    connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(commandLine()); });
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    for (ChartWidget* each : {lr_, lambda_, decay_}) {
        charts_->add(each);
        column->addWidget(each, 1);
    }
    overlay_ = new QCheckBox(tr("Lay a&ll schedules over it"), side);
    overlay_->setObjectName("allSchedules");
    connect(overlay_, &QCheckBox::toggled, this, &RunForm::drawSchedules);
    column->addWidget(overlay_);
    column->addWidget(costs_);
    column->addWidget(measure_);
    column->addWidget(command_);
    column->addWidget(copy, 0, Qt::AlignRight);
    side->setMinimumWidth(340);
    return side;
}

void RunForm::drawSchedules() {
    const RunConfig& config = draft_.config();
    if (config.steps <= 0 || !valid_) return;  // the last right drawing stays
    auto lr = std::make_shared<Series>(), lambda = std::make_shared<Series>(), decay = std::make_shared<Series>();
    // Every step where that is few enough; else evenly, the last one included, and the two steps about lambda's arrival
    // at 1.
    std::vector<StepIndex> steps;
    const StepIndex count = std::min<StepIndex>(config.steps, 2000);
    for (StepIndex i = 0; i < count; ++i) steps.push_back(count == 1 ? 0 : i * (config.steps - 1) / (count - 1));
    const StepIndex arrival = lambdaReachesOne(config);
    for (const StepIndex step : {arrival - 1, arrival}) {
        if (step > 0 && step < config.steps) steps.push_back(step);
    }
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    for (const StepIndex step : steps) {
        const auto x = static_cast<double>(step);
        lr->append(x, learningRateAt(config, step));
        lambda->append(x, lambdaAt(config, step));
        decay->append(x, weightDecayAt(config, step));
    }
    const bool dark = isDark(palette());
    lr_->setCurve("draft", {tr("Learning rate"), runColor(0, dark), Qt::SolidLine}, lr);
    lambda_->setCurve("draft", {tr("Lambda"), runColor(1, dark), Qt::SolidLine}, lambda);
    decay_->setCurve("draft", {tr("Weight decay"), runColor(2, dark), Qt::SolidLine}, decay);
    lambda_->clearMarks();
    if (arrival > 0) lambda_->addMark(static_cast<double>(arrival), tr("λ = 1"), plotColors(palette()).mutedText);
    overlaySchedules();
    charts_->follow();
}

void RunForm::showCosts() {
    measure_->setConfig(draft_.config(), unread_.empty() && valid_, branch_ ? branch_->step : 0);
    if (!unread_.empty() || !valid_) {
        costs_->setText(tr("The costs are shown once the form is right."));
        return;
    }
    try {
        const Estimate cost = estimate(draft_.config());
        const auto row = [](const QString& what, const QString& value) {
            return QString("<tr><td style='padding-right:14px'>%1</td><td>%2</td></tr>").arg(what, value);
        };
        const auto count = [](double value) { return QString::fromStdString(humanCount(value)); };
        const auto bytes = [](std::int64_t value) {
            return QString::fromStdString(humanBytes(static_cast<double>(value)));
        };
        costs_->setText(
            "<table>" +
            row(tr("Parameters"), tr("%1, of which %2 ternary")
                                      .arg(count(static_cast<double>(cost.parameters)),
                                           count(static_cast<double>(cost.ternaryParameters)))) +
            row(cost.onDevice ? tr("CUDA memory to train") : tr("Memory to train"), bytes(cost.trainingBytes)) +
            row(QString(), tr("weights %1, optimizer %2, activations %3")
                               .arg(bytes(cost.weightBytes), bytes(cost.optimizerBytes), bytes(cost.activationBytes))) +
            row(tr("Packed size"), bytes(cost.packedBytes)) +
            row(tr("Tokens"), tr("%1 in all, %2 a step")
                                  .arg(count(static_cast<double>(cost.totalTokens)),
                                       count(static_cast<double>(cost.tokensPerStep)))) +
            "</table>");
    } catch (const Error& error) {
        costs_->setText(QString::fromStdString(error.what()).toHtmlEscaped());
    }
}

QString RunForm::commandLine() const {
    ConfigDraft base;
    QStringList words{"tritlab-cli", "train"};
    if (!preset_.isEmpty()) {
        base = presetDraft(preset_.toStdString());
        words << "--preset" << quoted(preset_);
    }
    for (const Field& field : fields()) {
        if (!field.applies(draft_.config()) || field.get(draft_.config()) == field.get(base.config())) continue;
        if (!draft_.isSet(field.key)) continue;  // derived: follows by itself
        const QString text = QString::fromStdString(valueText(field, field.get(draft_.config())));
        words << "--set" << quoted(QString::fromStdString(field.key) + "=" + text);
    }
    if (!name_->text().trimmed().isEmpty()) words << "--name" << quoted(name_->text().trimmed());
    return words.join(' ');
}

}  // namespace tritlab
