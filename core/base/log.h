// The program's log: to stderr, with a level that TRITLAB_LOG (trace, debug, info, warn, error, off) sets; default
// warn. What belongs to a run is a LogEvent of that run (core/run/events.h), not a line here.
#pragma once

#include <string>

namespace tritlab {

void logInfo(const std::string& text);
void logWarning(const std::string& text);
void logError(const std::string& text);

}  // namespace tritlab
