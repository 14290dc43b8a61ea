#include "app/cli/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "core/base/error.h"

extern char** environ;

namespace tritlab::cli {

std::filesystem::path besideThisProgram(const std::string& program) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
}

std::vector<std::string> environmentWith(const Variables& variables) {
    std::vector<std::string> settings;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view setting(*each);
        const bool replaced = std::any_of(variables.begin(), variables.end(), [&](const auto& variable) {
            return setting.substr(0, setting.find('=')) == variable.first;
        });
        if (!replaced) settings.emplace_back(setting);
    }
    for (const auto& [name, value] : variables) settings.push_back(name + "=" + value);
    return settings;
}

Child::Child(const std::string& program, std::vector<std::string> arguments, const Variables& variables) {
    std::string path = besideThisProgram(program).string();
    std::vector<char*> words{path.data()};
    for (std::string& each : arguments) words.push_back(each.data());
    words.push_back(nullptr);
    std::vector<std::string> settings = environmentWith(variables);
    std::vector<char*> environment;
    for (std::string& each : settings) environment.push_back(each.data());
    environment.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("cannot make a pipe", path, std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    const int error = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, words.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    pipe_ = ends[0];
    if (error != 0) {
        ::close(pipe_);
        throw Error(std::string("cannot be started: ") + std::strerror(error), path,
                    "Build or install it beside tritlab-cli");
    }
    atExit_.emplace([pid = pid_](LastWords&) { ::kill(pid, SIGINT); });
}

Child::~Child() {
    if (running()) interrupt();
    if (code_ < 0) wait();
    ::close(pipe_);
}

std::string Child::output() {
    std::string text;
    char buffer[4096];
    for (;;) {
        const ssize_t got = ::read(pipe_, buffer, sizeof buffer);
        if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR) return text;
    }
}

namespace {
int codeOf(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }
}  // namespace

int Child::wait() {
    int status = 0;
    while (code_ < 0) {
        if (::waitpid(pid_, &status, 0) == pid_) code_ = codeOf(status);
        else if (errno != EINTR) code_ = 1;
    }
    return code_;
}

void Child::interrupt() const { ::kill(pid_, SIGINT); }

bool Child::running() {
    int status = 0;
    if (code_ < 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) code_ = codeOf(status);
    return code_ < 0;
}

ScratchFolder::ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tritlab-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Error("cannot make a folder", name, std::strerror(errno));
    path_ = name;
    atExit_.emplace([path = path_](LastWords&) {
        std::error_code failed;
        std::filesystem::remove_all(path, failed);
    });
}

ScratchFolder::~ScratchFolder() {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
}

}  // namespace tritlab::cli
