// tritlab-cli: the core without a window.
#include "app/cli/frame.h"

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
    addDemoCommand(program);
    return program.run(argc, argv);
}
