// tritlab-cli: the core without a window.
#include "app/cli/frame.h"
#include "app/cli/laboratory_commands.h"

int main(int argc, char** argv) {
    using namespace tritlab::cli;
    Program program;
    addTrainCommands(program);
    addRunsCommands(program);
    addGenerateCommands(program);
    addEvaluateCommands(program);
    addConfigCommands(program);
    addTokenizerCommands(program);
    addBenchCommands(program);
    addExperimentCommands(program);
    addExportCommand(program);
    addImportCommand(program);
    addModelsCommands(program);
    addDemoCommand(program);
    return program.run(argc, argv);
}
