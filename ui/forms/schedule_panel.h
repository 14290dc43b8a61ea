// The schedules of a config as three charts that share their steps: learning rate, lambda, weight decay. On request
// every other choice of a schedule lies over them as a thin curve.
#pragma once

#include <QWidget>

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

protected:
    void changeEvent(QEvent* event) override;

private:
    void draw();
    void drawDraft();
    void drawOthers();
    RunConfig config_;
    bool valid_ = false;
    ChartWidget *lr_, *lambda_, *decay_;
    ChartGroup* charts_;
    QCheckBox* others_;
};

}  // namespace tritlab
