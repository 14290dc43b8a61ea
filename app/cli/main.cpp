// tritlab-cli: the core without a window.
#include <cstdlib>

#include "app/cli/frame.h"

int main(int argc, char** argv) {
    using namespace tritlab::cli;
    // Read by OpenMP when the engine's library is loaded: threads that wait for work give up their core.
    setenv("OMP_WAIT_POLICY", "passive", 0);
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
