// Ctrl-C and friends: the first asks for a stop, the second ends the process at once.
#pragma once

#include "core/base/stop_token.h"

namespace tritlab::cli {

// SIGINT, SIGTERM and SIGHUP request a stop of `token`; a second one before resumeSignals() exits with code 3. A broken
// pipe on stdout or stderr must not end a training: SIGPIPE is ignored.
void stopOnSignals(const StopToken& token);
// What was asked for is done: the next signal is a first one again, and goes to `token`.
void resumeSignals(const StopToken& token);

}  // namespace tritlab::cli
