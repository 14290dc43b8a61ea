// How long a run will take: a button that has a few steps of it measured, and what came of it. The figures follow the
// fields that they can follow (steps, lambda schedule, accumulation) and are called old once they say nothing of the
// form any more. Who measures is the window's affair.
#pragma once

#include <QWidget>
#include <optional>

#include "core/run/calibration.h"

class QLabel;
class QPushButton;

namespace tritlab {

class StepMeasure : public QWidget {
    Q_OBJECT
public:
    explicit StepMeasure(QWidget* parent = nullptr);
    // What the form says now; nothing can be measured of a form that is wrong. first: the step that a branch goes on
    // from.
    void setConfig(const RunConfig& config, bool valid, StepIndex first);
    [[nodiscard]] bool running() const { return running_; }
    void stop();  // asks for it, where one is being measured

    void onProgress(int done, int of);
    void onMeasured(const Calibration& calibration);
    void onStopped();
    void onFailed(const QString& message);  // why there are no figures

Q_SIGNALS:
    void wanted(const tritlab::RunConfig& frozen);
    void stopWanted();

private:
    void showState();
    RunConfig config_;
    bool valid_ = false, running_ = false;
    StepIndex first_ = 0;
    std::optional<Calibration> calibration_;
    QString notice_;  // instead of figures: what goes on, or what went wrong
    QLabel* text_;
    QPushButton* button_;
};

}  // namespace tritlab
