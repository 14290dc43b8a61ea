// The schedules of a config as three charts that share their steps: learning rate, lambda, weight decay. On request
// every other choice of a schedule lies over them as a thin curve. Those of a branch begin with its parent's.
#pragma once

#include <QWidget>
#include <optional>

#include "core/base/types.h"
#include "core/config/run_config.h"

class QCheckBox;

namespace tritlab {

class ChartGroup;
class ChartWidget;

class SchedulePanel : public QWidget {
    Q_OBJECT
public:
    explicit SchedulePanel(QWidget* parent = nullptr);
    // Of a config that is wrong nothing is drawn: the last right drawing stays.
    void setConfig(const RunConfig& config, bool valid);

    // Up to the step before `step` the parent's values are drawn; both are forgotten by clearParentRun().
    void setParentRun(const RunConfig& parent, StepIndex step);
    void clearParentRun();

protected:
    void changeEvent(QEvent* event) override;

private:
    void draw();
    void drawDraft();
    void drawOthers();
    RunConfig config_;
    std::optional<RunConfig> parent_;  // of a branch
    StepIndex branchStep_ = 0;
    bool valid_ = false;
    ChartWidget *lr_, *lambda_, *decay_;
    ChartGroup* charts_;
    QCheckBox* others_;
};

}  // namespace tritlab
