// The ticked runs' samples side by side at one step: a column a run, a row a prompt, a slider over the steps that
// follows the newest while it stands at its right end.
#pragma once

#include "ui/models/sample_table.h"
#include "ui/pages/table_page.h"

class QLabel;
class QSlider;

namespace tritlab {

class SamplesBeside : public QWidget {
    Q_OBJECT
public:
    static constexpr qsizetype maxRuns = 16;  // more columns than that are not read side by side
    explicit SamplesBeside(QWidget* parent);
    // `ticked`: of how many runs these are.
    void show(std::vector<RunSamples> runs, qsizetype ticked);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void showStep();
    std::vector<RunSamples> runs_;
    std::vector<StepIndex> steps_;
    TextTableView* table_;
    QSlider* slider_;
    QLabel *step_, *note_;
    bool newest_ = true;
};

}  // namespace tritlab
