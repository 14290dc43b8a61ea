#include "core/base/place.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/error.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

// As the effective user, whom opening a file asks about, too. 0, or why not.
int writeError(const fs::path& path) { return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0 ? 0 : errno; }

void requireParent(const std::string& option, const fs::path& path) {
    std::error_code error;
    const fs::path parent = fs::absolute(path).lexically_normal().parent_path();
    if (!fs::exists(parent, error))
        throw Error("there is no folder " + parent.string(), option, "Make it first, or name another place");
    if (!fs::is_directory(parent, error))
        throw Error(parent.string() + " is a file, not a folder", option, "Name another place");
    if (const int why = writeError(parent); why != 0)
        throw Error("nothing can be written in " + parent.string() + " (" + std::strerror(why) + ")", option,
                    "Check who may write there, or name another place");
}

// "out/" is the folder "out", which then stands in its own path as the last part.
fs::path withoutSlash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

}  // namespace

bool isWritableFolder(const fs::path& folder) {
    std::error_code error;
    fs::path nearest = fs::absolute(folder, error).lexically_normal();
    while (!fs::exists(nearest, error) && nearest.has_relative_path()) nearest = nearest.parent_path();
    return fs::is_directory(nearest, error) && writeError(nearest) == 0;
}

void requireFilePlace(const std::string& option, const fs::path& path) {
    if (path.empty()) throw Error("the name is empty", option, "Name a file to write");
    std::error_code error;
    if (fs::is_directory(path, error) || !path.has_filename())
        throw Error(path.string() + " is a folder", option, "Name a file to write");
    requireParent(option, path);
}

void requireFolderPlace(const std::string& option, const fs::path& path) {
    if (path.empty()) throw Error("the name is empty", option, "Name a folder to write");
    std::error_code error;
    const fs::path folder = withoutSlash(path);
    if (fs::exists(folder, error) && !fs::is_directory(folder, error))
        throw Error(path.string() + " is a file", option, "Name a folder to write");
    if (fs::is_directory(folder, error)) {
        if (const int why = writeError(folder); why != 0)
            throw Error("nothing can be written in " + path.string() + " (" + std::strerror(why) + ")", option,
                        "Check who may write there, or name another place");
    } else {
        requireParent(option, folder);
    }
}

}  // namespace tritlab
