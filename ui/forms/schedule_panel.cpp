#include "ui/forms/schedule_panel.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <memory>
#include <vector>

#include "core/config/fields.h"
#include "core/run/schedules.h"
#include "ui/models/series.h"
#include "ui/plots/chart_widget.h"
#include "ui/theme/theme.h"

namespace tritlab {

namespace {

using ScheduleValue = double (*)(const RunConfig&, StepIndex);

// So many steps of a run, spread evenly over it, the first and the last one included.
std::vector<StepIndex> spreadSteps(StepIndex all, StepIndex max) {
    std::vector<StepIndex> steps;
    const StepIndex count = std::min(all, max);
    for (StepIndex i = 0; i < count; ++i) steps.push_back(count == 1 ? 0 : i * (all - 1) / (count - 1));
    return steps;
}

std::shared_ptr<const Series> scheduleSeries(const RunConfig& config, ScheduleValue value,
                                             const std::vector<StepIndex>& steps, const RunConfig* parent = nullptr,
                                             StepIndex branchStep = 0) {
    auto series = std::make_shared<Series>();
    for (const StepIndex step : steps)
        series->append(static_cast<double>(step),
                       value(parent != nullptr && step < branchStep ? *parent : config, step));
    return series;
}

// Every choice of an enum field as a thin curve behind the draft's own.
void drawChoices(ChartWidget* chart, const RunConfig& config, const char* key, ScheduleValue value, bool on,
                 bool dark) {
    const Field* field = findField(key);
    int index = 3;
    for (const Choice& choice : field->choices) {
        const QString name = QCoreApplication::translate("Field", choice.label), id = "z " + name;
        chart->removeCurve(id);
        ++index;
        if (!on) continue;
        RunConfig other = config;
        field->set(other, FieldValue(choice.key));
        chart->setCurve(id, {name, runColor(index, dark), Qt::DashLine},
                        scheduleSeries(other, value, spreadSteps(config.steps, 500)));
    }
}

}  // namespace

SchedulePanel::SchedulePanel(QWidget* parent) : QWidget(parent) {
    const auto chart = [this](const char* id, const QString& title, bool share) {
        ChartSpec spec{id, title, {}, false, false, true, {}, {}};
        if (share) {
            spec.min = 0;
            spec.max = 1;
        }
        auto* widget = new ChartWidget(spec, this);
        widget->setMinimumHeight(110);
        return widget;
    };
    lr_ = chart("formLr", tr("Learning rate"), false);
    lambda_ = chart("formLambda", tr("Lambda"), true);
    decay_ = chart("formDecay", tr("Weight decay"), false);
    charts_ = new ChartGroup(this);
    others_ = new QCheckBox(tr("Lay a&ll schedules over it"), this);
    others_->setObjectName("allSchedules");
    connect(others_, &QCheckBox::toggled, this, &SchedulePanel::draw);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    for (ChartWidget* each : {lr_, lambda_, decay_}) {
        charts_->add(each);
        column->addWidget(each, 1);
    }
    column->addWidget(others_);
}

void SchedulePanel::setConfig(const RunConfig& config, bool valid) {
    config_ = config;
    valid_ = valid;
    draw();
}

void SchedulePanel::setParentRun(const RunConfig& parent, StepIndex step) {
    parent_ = parent;
    branchStep_ = step;
}

void SchedulePanel::clearParentRun() { parent_.reset(); }

// The form tells of another theme before it has come to its parts: curves are coloured when it has.
void SchedulePanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) draw();
}

void SchedulePanel::draw() {
    if (config_.steps <= 0 || !valid_) return;
    drawDraft();
    drawOthers();
    charts_->follow();
}

// Every step where that is few enough; else evenly, and the two steps about lambda's arrival at 1 and a branch's begin.
void SchedulePanel::drawDraft() {
    std::vector<StepIndex> steps = spreadSteps(config_.steps, 2000);
    const StepIndex arrival = lambdaReachesOne(config_);
    const RunConfig* parent = parent_ ? &*parent_ : nullptr;
    const StepIndex branch = parent != nullptr ? branchStep_ : -1;
    for (const StepIndex step : {arrival - 1, arrival, branch - 1, branch}) {
        if (step > 0 && step < config_.steps) steps.push_back(step);
    }
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    const bool dark = isDark(palette());
    lr_->setCurve("draft", {tr("Learning rate"), runColor(0, dark), Qt::SolidLine},
                  scheduleSeries(config_, &learningRateAt, steps, parent, branch));
    lambda_->setCurve("draft", {tr("Lambda"), runColor(1, dark), Qt::SolidLine},
                      scheduleSeries(config_, &lambdaAt, steps, parent, branch));
    decay_->setCurve("draft", {tr("Weight decay"), runColor(2, dark), Qt::SolidLine},
                     scheduleSeries(config_, &weightDecayAt, steps, parent, branch));
    for (ChartWidget* each : {lr_, lambda_, decay_}) {
        each->clearMarks();
        if (branch > 0) each->addMark(static_cast<double>(branch), tr("branch"), plotColors(palette()).mutedText);
    }
    if (arrival > 0) lambda_->addMark(static_cast<double>(arrival), tr("λ = 1"), plotColors(palette()).mutedText);
}

void SchedulePanel::drawOthers() {
    const bool on = others_->isChecked(), dark = isDark(palette());
    drawChoices(lr_, config_, "lr_schedule", &learningRateAt, on, dark);
    if (config_.ternaryLinears) drawChoices(lambda_, config_, "lambda_schedule", &lambdaAt, on, dark);
    drawChoices(decay_, config_, "decay_schedule", &weightDecayAt, on, dark);
}

}  // namespace tritlab
