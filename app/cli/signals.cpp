#include "app/cli/signals.h"

#include <unistd.h>
#include <atomic>
#include <csignal>

namespace tritlab::cli {
namespace {

// The handler may touch lock-free atomics only.
std::atomic<const StopToken*> target{nullptr};
std::atomic<int> received{0};

void onSignal(int) {
    if (received.fetch_add(1) > 0) _exit(3);
    if (const StopToken* token = target.load()) token->requestStop();
}

}  // namespace

void stopOnSignals(const StopToken& token) {
    resumeSignals(token);
    struct sigaction action {};
    action.sa_handler = onSignal;  // no SA_RESTART: a read of the next chat line ends too
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
}

void resumeSignals(const StopToken& token) {
    // The old token is never freed: a handler may be using it. One a chat answer, a few bytes each.
    target.store(new StopToken(token));
    received.store(0);
}

}  // namespace tritlab::cli
