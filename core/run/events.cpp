#include "core/run/events.h"

namespace tritlab {

const char* runStateKey(RunState state) {
    switch (state) {
        case RunState::Queued: return "queued";
        case RunState::Preparing: return "preparing";
        case RunState::Running: return "running";
        case RunState::Finished: return "finished";
        case RunState::Stopped: return "stopped";
        case RunState::Interrupted: return "interrupted";
        case RunState::Failed: return "failed";
        case RunState::Diverged: return "diverged";
    }
    return "";
}

}  // namespace tritlab
