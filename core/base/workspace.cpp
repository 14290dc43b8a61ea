#include "core/base/workspace.h"

#include <cstdlib>

#include "core/base/error.h"

namespace tritlab {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

}  // namespace

std::filesystem::path corporaFolder() {
    if (const std::string cache = variable("TRITLAB_CACHE"); !cache.empty())
        return std::filesystem::path(cache) / "corpora";
    return std::filesystem::path(variable("HOME")) / ".cache" / "tritlab" / "corpora";
}

Workspace::Workspace() {
    if (const std::string home = variable("TRITLAB_HOME"); !home.empty()) root_ = home;
    else if (const std::string data = variable("XDG_DATA_HOME"); !data.empty())
        root_ = std::filesystem::path(data) / "tritlab";
    else if (const std::string user = variable("HOME"); !user.empty())
        root_ = std::filesystem::path(user) / ".local" / "share" / "tritlab";
    else throw Error("no place for the workspace is known", "TRITLAB_HOME", "Set TRITLAB_HOME to a folder");
    root_ = std::filesystem::absolute(root_).lexically_normal();
}

}  // namespace tritlab
