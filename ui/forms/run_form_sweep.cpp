// The form's sweep, what a preset changes, and the look at the data.
#include <QCheckBox>
#include <QCoreApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "core/run/schedules.h"
#include "ui/forms/data_preview.h"
#include "ui/forms/run_form.h"
#include "ui/forms/sweep_editor.h"
#include "ui/plots/chart_widget.h"
#include "ui/theme/theme.h"

namespace tritlab {

QWidget* RunForm::makeSweep(QWidget* board) {
    auto* group = new QWidget(board);
    auto* title = new QLabel(tr("Sweep"), group);
    QFont font = title->font();
    font.setWeight(QFont::DemiBold);
    font.setPointSizeF(font.pointSizeF() * 1.1);
    title->setFont(font);
    sweep_ = new SweepEditor(group);
    sweepMessage_ = new QLabel(group);
    sweepMessage_->setObjectName("sweepMessage");
    sweepMessage_->setWordWrap(true);
    auto* layout = new QVBoxLayout(group);
    layout->setContentsMargins(4, 6, 8, 10);
    layout->addWidget(title);
    layout->addWidget(sweep_);
    layout->addWidget(sweepMessage_);
    connect(sweep_, &SweepEditor::edited, this, [this] {
        if (start_ == nullptr) return;
        validate();
        changed();
    });
    return group;
}

// How many runs Start makes; an error is told under the lists and keeps Start off.
bool RunForm::checkSweep() {
    sweepCount_ = 1;
    QString text, wrong;
    const std::vector<SweepAxis> axes = sweep_->axes();
    if (!axes.empty() && branch_) wrong = tr("A branch is a single run: remove the sweep.");
    try {
        if (!axes.empty() && wrong.isEmpty() && unread_.empty()) {
            sweepCount_ = sweepRuns(draft_, "", axes).size();
            text = tr("To be queued as one experiment: %n run(s).", nullptr, static_cast<int>(sweepCount_));
        }
    } catch (const Error& error) {
        wrong = QString::fromStdString(error.what());
    }
    sweepMessage_->setText(wrong.isEmpty() ? text : wrong);
    QPalette colors = palette();
    if (!wrong.isEmpty()) colors.setColor(QPalette::WindowText, badColor(isDark(palette())));
    sweepMessage_->setPalette(colors);
    start_->setText(sweepCount_ > 1 ? tr("&Start %n run(s)", nullptr, static_cast<int>(sweepCount_)) : tr("&Start"));
    return wrong.isEmpty();
}

bool RunForm::startSweep(const QString& name) {
    const std::vector<SweepAxis> axes = sweep_->axes();
    if (axes.empty()) return false;
    Q_EMIT sweepWanted(name, sweepRuns(draft_, name.toStdString(), axes));
    return true;
}

// What loading a preset or a file altered: the first few settings in the line, all of them on hover.
void RunForm::tellChanges(const RunConfig& before, const QString& description) {
    QStringList all;
    for (const FieldDifference& each : differences(before, draft_.config())) {
        const Field* field = findField(each.key);
        const auto part = [](const std::string& text) {
            return text.empty() ? QStringLiteral("–") : QString::fromStdString(text).simplified();
        };
        all << QStringLiteral("%1: %2 → %3")
                   .arg(field != nullptr ? QCoreApplication::translate("Field", field->label)
                                         : QString::fromStdString(each.key),
                        part(each.left), part(each.right));
    }
    QString text = description;
    if (!all.isEmpty()) {
        constexpr int shown = 4;
        text += QStringLiteral("\n") + tr("Changes %n setting(s): ", nullptr, static_cast<int>(all.size())) +
                all.mid(0, shown).join(QStringLiteral(";  "));
        if (all.size() > shown) text += tr(";  and %1 more").arg(all.size() - shown);
    }
    presetText_->setText(text);
    presetText_->setToolTip(all.join('\n').toHtmlEscaped().replace('\n', "<br>"));
}

void RunForm::showData() {
    auto* dialog = new DataPreviewDialog(frozen(draft_.config()), workspace_, this);
    dialog->show();
}

namespace {

using Curve = double (*)(const RunConfig&, StepIndex);

// Every choice of an enum field as a thin curve behind the draft's own.
void overlay(ChartWidget* chart, const RunConfig& config, const char* key, Curve value, bool on, bool dark) {
    const Field* field = findField(key);
    int index = 3;
    for (const Choice& choice : field->choices) {
        const QString name = QCoreApplication::translate("Field", choice.label), id = "z " + name;
        chart->removeCurve(id);
        ++index;
        if (!on) continue;
        RunConfig other = config;
        field->set(other, FieldValue(choice.key));
        auto series = std::make_shared<Series>();
        const StepIndex count = std::min<StepIndex>(config.steps, 500);
        for (StepIndex i = 0; i < count; ++i) {
            const StepIndex step = count == 1 ? 0 : i * (config.steps - 1) / (count - 1);
            series->append(static_cast<double>(step), value(other, step));
        }
        chart->setCurve(id, {name, runColor(index, dark), Qt::DashLine}, series);
    }
}

}  // namespace

void RunForm::overlaySchedules() {
    const bool on = overlay_->isChecked(), dark = isDark(palette());
    const RunConfig& config = draft_.config();
    overlay(lr_, config, "lr_schedule", &learningRateAt, on, dark);
    if (config.ternaryLinears) overlay(lambda_, config, "lambda_schedule", &lambdaAt, on, dark);
    overlay(decay_, config, "decay_schedule", &weightDecayAt, on, dark);
}

}  // namespace tritlab
