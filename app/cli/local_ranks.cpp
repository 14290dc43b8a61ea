// They are told who they are by the environment, as torchrun tells it. The port is one that the system gives: a socket
// is bound to it here, and rank 0's store listens on that very socket.
#include "app/cli/local_ranks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <string>
#include <thread>

#include "app/cli/child.h"
#include "core/base/error.h"

namespace tritlab::cli {
namespace {

constexpr const char* loopback = "127.0.0.1";

[[noreturn]] void failed(const std::string& what, int code) {
    throw Error(what + " (" + std::strerror(code) + ")", "--processes", {}, ErrorKind::Failed);
}

// A socket that listens on a free port of the loopback address.
int listenSomewhere(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) failed("no socket can be made", errno);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, loopback, &address.sin_addr);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    constexpr int waiting = 2048;
    if (::bind(listener, any, size) != 0 || ::listen(listener, waiting) != 0 ||
        ::getsockname(listener, any, &size) != 0) {
        const int code = errno;
        ::close(listener);
        failed("the ranks cannot meet on this machine's loopback address", code);
    }
    port = ntohs(address.sin_port);
    return listener;
}

}  // namespace

LocalRanks::LocalRanks(int processes) {
    if (processes < 2) return;
    ranks_.size = ranks_.localSize = processes;
    ranks_.address = loopback;
    ranks_.listener = listenSomewhere(ranks_.port);
    for (int rank = 1; rank < processes; ++rank) start(rank);
    atExit_.emplace([children = children_](LastWords&) {
        for (const pid_t child : children) ::kill(child, SIGKILL);
    });
}

void LocalRanks::start(int rank) {
    std::vector<std::string> variables = environmentWith({{"RANK", std::to_string(rank)},
                                                          {"LOCAL_RANK", std::to_string(rank)},
                                                          {"WORLD_SIZE", std::to_string(ranks_.size)},
                                                          {"LOCAL_WORLD_SIZE", std::to_string(ranks_.size)},
                                                          {"MASTER_ADDR", ranks_.address},
                                                          {"MASTER_PORT", std::to_string(ranks_.port)}});
    std::erase_if(variables, [](const std::string& variable) { return variable.starts_with("TORCHELASTIC_"); });
    std::vector<char*> environment;
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string program = "/proc/self/exe", command = "train";
    char* arguments[] = {program.data(), command.data(), nullptr};
    pid_t child = 0;
    if (const int code = ::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environment.data());
        code != 0)
        failed("rank " + std::to_string(rank) + " cannot be started", code);
    children_.push_back(child);
}

LocalRanks::~LocalRanks() {
    using namespace std::chrono_literals;
    // Rank 0 failed before they met: they would wait for it in vain.
    const bool inVain = std::uncaught_exceptions() > 0;
    const auto patience = inVain ? 0s : 8s;
    const auto begin = std::chrono::steady_clock::now();
    int sent = 0;
    while (!children_.empty()) {
        std::erase_if(children_, [](pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
        const auto waited = std::chrono::steady_clock::now() - begin;
        const int due = waited > patience + 5s ? SIGKILL : waited >= patience ? SIGTERM : 0;
        if (due != sent)
            for (const pid_t child : children_) ::kill(child, due);
        sent = due;
        if (!children_.empty()) std::this_thread::sleep_for(20ms);
    }
}

}  // namespace tritlab::cli
