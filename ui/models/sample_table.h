// The fixed prompts' continuations of several runs at one step, side by side: a row for each prompt, a column for each
// run. Pure.
#pragma once

#include "core/run/events.h"
#include "ui/models/text_table_model.h"

namespace tritlab {

struct RunSamples {
    QString id, name;
    std::vector<SampleEvent> samples;  // in rising steps
};

std::vector<StepIndex> sampleSteps(const std::vector<RunSamples>& runs);  // at which any of them has samples, rising

struct SampleTable {
    QStringList headers;
    std::vector<TableRow> rows;  // keyed by the prompt
};
// Each run with its newest samples up to `step`; a step that is not `step` stands beside the run's name.
SampleTable sampleTable(const std::vector<RunSamples>& runs, StepIndex step);

}  // namespace tritlab
