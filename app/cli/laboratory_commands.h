// Command families of the laboratory: experiments, what comes from other programs and what goes to them.
#pragma once

#include "app/cli/frame.h"

namespace tritlab::cli {

void addExperimentCommands(Program& program);
void addExportCommand(Program& program);
void addImportCommand(Program& program);
void addModelsCommands(Program& program);

}  // namespace tritlab::cli
