// What a run will cost: parameters, memory, tokens, the time of a step where it was measured; and the command line that
// starts the same run.
#pragma once

#include <QWidget>

#include "core/config/run_config.h"

class QLabel;
class QPlainTextEdit;

namespace tritlab {

class StepMeasure;

class CostPanel : public QWidget {
    Q_OBJECT
public:
    explicit CostPanel(QWidget* parent = nullptr);
    // A config that is wrong has no costs. first: the step that a branch goes on from.
    void setConfig(const RunConfig& config, bool valid, StepIndex first);
    void setCommand(const QString& command);
    [[nodiscard]] StepMeasure* measure() const { return measure_; }

private:
    QLabel* costs_;
    StepMeasure* measure_;
    QPlainTextEdit* command_;
};

}  // namespace tritlab
