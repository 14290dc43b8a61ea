#include "core/base/workspace.h"

#include <pwd.h>
#include <unistd.h>
#include <cstdlib>
#include <system_error>

#include "core/base/error.h"

namespace tritlab {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

// HOME, or where it is not set the user database's word, as XDG tools do; empty where neither knows.
std::filesystem::path homeFolder() {
    if (const std::string home = variable("HOME"); !home.empty()) return home;
    const passwd* user = ::getpwuid(::geteuid());
    return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

// A home that is named and not there is a slip or a service's "/nonexistent": nothing is made in its place.
std::filesystem::path existingHome() {
    const std::filesystem::path home = homeFolder();
    if (home.empty())
        throw Error("no place for the workspace is known: HOME is not set", "TRITLAB_HOME",
                    "Set TRITLAB_HOME to a folder");
    std::error_code error;
    if (!std::filesystem::is_directory(home, error))
        throw Error("the home folder " + home.string() + " does not exist", "HOME", "Set TRITLAB_HOME to a folder");
    return home;
}

}  // namespace

std::filesystem::path corporaFolder() {
    if (const std::string cache = variable("TRITLAB_CACHE"); !cache.empty())
        return std::filesystem::path(cache) / "corpora";
    return homeFolder() / ".cache" / "tritlab" / "corpora";
}

Workspace::Workspace() {
    if (const std::string home = variable("TRITLAB_HOME"); !home.empty()) root_ = home;
    else if (const std::string data = variable("XDG_DATA_HOME"); !data.empty())
        root_ = std::filesystem::path(data) / "tritlab";
    else root_ = existingHome() / ".local" / "share" / "tritlab";
    root_ = std::filesystem::absolute(root_).lexically_normal();
    if (!root_.has_filename() && root_.has_relative_path()) root_ = root_.parent_path();  // "home/" is "home"
    std::error_code error;
    const auto status = std::filesystem::status(root_, error);
    const bool inFile = error == std::errc::not_a_directory;
    if (inFile || (std::filesystem::exists(status) && !std::filesystem::is_directory(status)))
        throw Error(inFile ? "lies in a file, not in a folder" : "is a file, not a folder", root_.string(),
                    "Set TRITLAB_HOME to a folder");
}

}  // namespace tritlab
