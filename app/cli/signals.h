// Ctrl-C and friends. The first asks for a stop, which the work hears between two small pieces. Some of it cannot
// (sentencepiece's trainer, a library that is being loaded, a lock that is waited for): where the first signal has not
// ended the command after a moment and nothing would be lost, a thread of its own ends the process. The second signal
// does so at once, the third without a word to anybody. Exit code 3 in all cases.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/stop_token.h"

namespace tritlab::cli {

// SIGINT, SIGTERM and SIGHUP request a stop of `token`. A broken pipe on stdout or stderr must not end a training:
// SIGPIPE is ignored. json: last words go to stdout, too, as the one JSON object.
void stopOnSignals(const StopToken& token, bool json);
// What was asked for is done: the next signal is a first one again, and goes to `token`.
void resumeSignals(const StopToken& token);
// The command is over and reports how it ended: signals end nothing any more. Waits for ever where one already does.
void commandEnded();

// While it lives, the first signal is waited for, however long: what goes on ends by itself and has something to keep.
// `notice` is said on stderr as the signal comes; empty: nothing.
class EndsByItself {
public:
    explicit EndsByItself(std::string notice);
    ~EndsByItself();
    EndsByItself(const EndsByItself&) = delete;
    EndsByItself& operator=(const EndsByItself&) = delete;
};

// What a command says that a signal ends at once.
struct LastWords {
    std::string message = "stopped";
    nlohmann::ordered_json result = nlohmann::ordered_json::object();
    bool json = false;
};

// While it lives, a process that a signal ends does this before, on the thread that ends it; the newest first, for two
// seconds in all. Half-written files are removed after that.
class AtSignalExit {
public:
    explicit AtSignalExit(std::function<void(LastWords&)> work);
    ~AtSignalExit();
    AtSignalExit(const AtSignalExit&) = delete;
    AtSignalExit& operator=(const AtSignalExit&) = delete;
};

}  // namespace tritlab::cli
