// tritlab-cli: the core without a window.
#include <cstdlib>

#include "app/cli/frame.h"

int main(int argc, char** argv) {
    // Read by OpenMP when the engine's library is loaded: threads that wait for work give up their core.
    setenv("OMP_WAIT_POLICY", "passive", 0);
    tritlab::cli::Program program;
    tritlab::cli::addConfigCommands(program);
    tritlab::cli::addTokenizerCommands(program);
    tritlab::cli::addRunsCommands(program);
    return program.run(argc, argv);
}
