#include "app/gui/leave_signals.h"

#include <fcntl.h>
#include <unistd.h>
#include <QSocketNotifier>
#include <atomic>
#include <csignal>

#include "core/base/error.h"

namespace tritlab {

namespace {

constexpr int leaving[] = {SIGTERM, SIGINT, SIGHUP};
std::atomic<int> writeEnd{-1};

void onSignal(int) {
    const char byte = 0;
    if (::write(writeEnd.load(), &byte, 1) < 0) ::_exit(1);
}

}  // namespace

LeaveSignals::LeaveSignals(QObject* parent) : QObject(parent) {
    if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0)
        throw Error("there is no pipe to be had", {}, "Close other programs");
    writeEnd.store(ends_[1]);
    auto* notifier = new QSocketNotifier(ends_[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        while (::read(ends_[0], &byte, 1) == 1) {}
        Q_EMIT asked();
    });
    struct sigaction action {};
    action.sa_handler = onSignal;
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    for (const int signal : leaving) sigaction(signal, &action, nullptr);
}

LeaveSignals::~LeaveSignals() {
    for (const int signal : leaving) ::signal(signal, SIG_DFL);
    writeEnd.store(-1);
    for (const int end : ends_) ::close(end);
}

}  // namespace tritlab
