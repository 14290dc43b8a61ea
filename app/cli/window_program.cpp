#include "app/cli/window_program.h"

#include <algorithm>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/error.h"

extern char** environ;

namespace tritlab::cli {

std::vector<std::string> drawPictures(const std::string& option, const std::string& value, const std::filesystem::path& folder) {
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tritlab";
    if (!std::filesystem::exists(program)) return {};
    std::string words[] = {program.string(), option, value, "--out", folder.string()};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data(), nullptr};
    // The child's own environment: this process has threads, which may be reading theirs.
    std::string platform = "QT_QPA_PLATFORM=offscreen";
    std::vector<char*> environment{platform.data()};
    for (char** entry = environ; *entry != nullptr; ++entry)
        if (!std::string_view(*entry).starts_with("QT_QPA_PLATFORM=")) environment.push_back(*entry);
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);  // stdout is this command's result
    pid_t child = 0;
    int status = 0;
    const int error = posix_spawn(&child, arguments[0], &actions, nullptr, arguments, environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw Error("could not draw the plots", words[0], "Everything else is complete", ErrorKind::Failed);
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".png") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace tritlab::cli
