// In the form of a branch: what becomes of its parent's schedules, to be chosen, and how their values change at the
// branch's first step.
#pragma once

#include <QWidget>
#include <optional>

#include "core/run/schedules.h"

class QComboBox;
class QLabel;

namespace tritlab {

class BranchSchedules : public QWidget {
    Q_OBJECT
public:
    explicit BranchSchedules(QWidget* parent = nullptr);
    // Of the run with config `parent`, at the step of its checkpoint. It is hidden until then and after clear().
    void setParentRun(const RunConfig& parent, StepIndex step);
    void clear();
    // What the form says; nothing is told of a config that is wrong.
    void setConfig(const RunConfig& config, bool valid);

Q_SIGNALS:
    void chosen(tritlab::BranchSchedule schedule);  // by the person

private:
    QComboBox* choice_;
    QLabel* text_;
    std::optional<RunConfig> parent_;
    StepIndex step_ = 0;
};

}  // namespace tritlab
