#include "ui/forms/branch_schedules.h"

#include <QComboBox>
#include <QLabel>
#include <QStringList>
#include <QVBoxLayout>
#include <string_view>

namespace tritlab {

BranchSchedules::BranchSchedules(QWidget* parent) : QWidget(parent) {
    choice_ = new QComboBox(this);
    choice_->setObjectName("branchSchedule");
    choice_->setAccessibleName(tr("Schedules of the branch"));
    const auto add = [this](const QString& text, BranchSchedule schedule) {
        choice_->addItem(text, static_cast<int>(schedule));
    };
    add(tr("Schedules stretched over all steps"), BranchSchedule::Stretched);
    add(tr("The parent's schedules, then their last values"), BranchSchedule::Kept);
    add(tr("New schedules from here"), BranchSchedule::New);
    choice_->setPlaceholderText(tr("Schedules as the fields say"));
    text_ = new QLabel(this);
    text_->setObjectName("scheduleChange");
    text_->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(choice_);
    column->addWidget(text_);
    connect(choice_, &QComboBox::activated, this,
            [this](int index) { Q_EMIT chosen(static_cast<BranchSchedule>(choice_->itemData(index).toInt())); });
    hide();
}

void BranchSchedules::setParentRun(const RunConfig& parent, StepIndex step) {
    parent_ = parent;
    step_ = step;
    show();
}

void BranchSchedules::clear() {
    parent_.reset();
    hide();
}

void BranchSchedules::setConfig(const RunConfig& config, bool valid) {
    if (!parent_) return;
    const std::optional<BranchSchedule> schedule = branchScheduleOf(*parent_, config, step_);
    choice_->setCurrentIndex(schedule ? choice_->findData(static_cast<int>(*schedule)) : -1);
    if (!valid) {
        text_->clear();
        return;
    }
    QStringList parts;
    for (const ScheduleChange& each : scheduleChanges(*parent_, config, step_)) {
        const std::string_view key = each.key;
        const QString what = key == "learning_rate" ? tr("learning rate")
                             : key == "lambda"      ? tr("lambda")
                                                    : tr("weight decay");
        const QString before = QString::fromStdString(scheduledText(each.before)),
                      after = QString::fromStdString(scheduledText(each.after));
        parts << (before == after ? tr("%1 stays at %2").arg(what, after) : tr("%1 %2 → %3").arg(what, before, after));
    }
    text_->setText(tr("At step %1: %2").arg(step_).arg(parts.join(QStringLiteral(", "))));
}

}  // namespace tritlab
