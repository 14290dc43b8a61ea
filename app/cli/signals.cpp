#include "app/cli/signals.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/unfinished.h"

namespace tritlab::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::milliseconds(1200);  // of a first signal that nobody hears
constexpr auto lookEvery = std::chrono::milliseconds(50);
constexpr auto wordsTake = std::chrono::seconds(2);
// One Ctrl-C may come twice: timeout(1) and launchers pass on what the terminal has sent already.
constexpr std::int64_t sameSignalNs = 100'000'000;
constexpr int stoppedCode = 3;

// The handler may touch lock-free atomics only, and a semaphore.
std::atomic<const StopToken*> target{nullptr};
std::atomic<int> received{0};
std::atomic<std::int64_t> receivedAtNs{0};
sem_t arrived;

// Never freed: threads use it until the process is gone.
struct Shared {
    std::mutex mutex;
    bool json = false;
    bool leaving = false, ended = false;
    std::uint64_t epoch = 0;  // grows where the next signal is a first one again
    std::vector<std::pair<const EndsByItself*, std::string>> ending;
    std::vector<std::pair<const AtSignalExit*, std::function<void(LastWords&)>>> atExit;
};

Shared& shared() {
    static auto* const all = new Shared;
    return *all;
}

void onSignal(int) {
    const int error = errno;
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t nowNs = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
    const std::int64_t beforeNs = receivedAtNs.exchange(nowNs);
    if (received.load() > 0 && nowNs - beforeNs < sameSignalNs) return;
    if (received.fetch_add(1) > 1) _exit(stoppedCode);
    if (const StopToken* token = target.load()) token->requestStop();
    sem_post(&arrived);
    errno = error;
}

// Past stdio, whose locks another thread may hold.
void write(int descriptor, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t done = ::write(descriptor, text.data() + at, text.size() - at);
        if (done < 0 && errno != EINTR) return;
        if (done > 0) at += static_cast<std::size_t>(done);
    }
}

void say(const std::string& message) { write(STDERR_FILENO, "tritlab-cli: " + message + "\n"); }

struct Words {
    std::mutex mutex;
    std::condition_variable spoken;
    bool done = false;
    LastWords words;
};

[[noreturn]] void leave() {
    std::vector<std::function<void(LastWords&)>> work;
    const auto said = std::make_shared<Words>();
    {
        const std::lock_guard lock(shared().mutex);
        if (shared().ended)
            for (;;) ::pause();  // the command reports how it ended, and returns from main
        shared().leaving = true;
        said->words.json = shared().json;
        for (auto each = shared().atExit.rbegin(); each != shared().atExit.rend(); ++each) work.push_back(each->second);
    }
    // On a thread of its own: a store that cannot be written must not keep the process.
    std::thread([said, work] {
        LastWords words = said->words;
        for (const auto& each : work) {
            try {
                each(words);
            } catch (const std::exception& error) {
                words.message += std::string(" (") + error.what() + ")";
            }
        }
        const std::lock_guard lock(said->mutex);
        said->words = std::move(words);
        said->done = true;
        said->spoken.notify_all();
    }).detach();
    LastWords words;
    {
        std::unique_lock lock(said->mutex);
        said->spoken.wait_for(lock, wordsTake, [&] { return said->done; });
        words = said->words;
    }
    removeUnfinishedFiles();
    say(words.message);
    if (words.json) {
        words.result["error"] = words.message;
        write(STDOUT_FILENO,
              words.result.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    }
    _exit(stoppedCode);
}

bool signalWithin(std::chrono::milliseconds wait) {
    timespec until{};
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += static_cast<long>(wait.count()) * 1'000'000;
    until.tv_sec += until.tv_nsec / 1'000'000'000;
    until.tv_nsec %= 1'000'000'000;
    return sem_timedwait(&arrived, &until) == 0;
}

// What is said of the first signal; nothing where it is waited for in silence, or not at all.
std::string noticeOfFirst() {
    const std::lock_guard lock(shared().mutex);
    return shared().ending.empty() ? std::string() : shared().ending.back().second;
}

// Whether the first signal of this epoch is still unheard at `since`; moves `since` while it is waited for.
bool stillOpen(std::uint64_t epoch, Clock::time_point& since) {
    const std::lock_guard lock(shared().mutex);
    if (shared().epoch != epoch || shared().ended) return false;
    if (!shared().ending.empty()) since = Clock::now();
    return true;
}

[[noreturn]] void watch() {
    for (;;) {
        while (sem_wait(&arrived) != 0) {}
        if (received.load() > 1) leave();
        if (const std::string notice = noticeOfFirst(); !notice.empty()) say(notice);
        std::uint64_t epoch = 0;
        {
            const std::lock_guard lock(shared().mutex);
            epoch = shared().epoch;
        }
        auto since = Clock::now();
        while (received.load() > 0 && stillOpen(epoch, since)) {
            if (signalWithin(lookEvery) && received.load() > 1) leave();
            if (Clock::now() - since >= patience) leave();
        }
    }
}

}  // namespace

void stopOnSignals(const StopToken& token, bool json) {
    shared().json = json;
    resumeSignals(token);
    sem_init(&arrived, 0, 0);
    struct sigaction action {};
    sigset_t handled;
    sigemptyset(&handled);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&handled, signal);
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &handled, &before);  // the thread that watches takes none of them
    std::thread(watch).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    action.sa_handler = onSignal;  // no SA_RESTART: a read of the next chat line ends too
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
}

void resumeSignals(const StopToken& token) {
    const std::lock_guard lock(shared().mutex);
    ++shared().epoch;
    // The old token is never freed: a handler may be using it. One a chat answer, a few bytes each.
    target.store(new StopToken(token));
    received.store(0);
}

void commandEnded() {
    {
        const std::lock_guard lock(shared().mutex);
        if (!shared().leaving) {
            shared().ended = true;
            return;
        }
    }
    for (;;) ::pause();
}

EndsByItself::EndsByItself(std::string notice) {
    const std::lock_guard lock(shared().mutex);
    shared().ending.emplace_back(this, std::move(notice));
}

EndsByItself::~EndsByItself() {
    const std::lock_guard lock(shared().mutex);
    std::erase_if(shared().ending, [this](const auto& each) { return each.first == this; });
}

AtSignalExit::AtSignalExit(std::function<void(LastWords&)> work) {
    const std::lock_guard lock(shared().mutex);
    shared().atExit.emplace_back(this, std::move(work));
}

AtSignalExit::~AtSignalExit() {
    {
        const std::lock_guard lock(shared().mutex);
        std::erase_if(shared().atExit, [this](const auto& each) { return each.first == this; });
        if (!shared().leaving) return;
    }
    for (;;) ::pause();  // the work uses what would be gone after this
}

}  // namespace tritlab::cli
