// Files for readers that want a path: in one folder of this process, each written anew for every input.
#pragma once

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/fuzz/readers.h"

namespace tritlab::fuzz {

// Removed when the process ends in an orderly way.
inline const std::filesystem::path& scratchFolder() {
    struct Folder {
        std::filesystem::path path;
        Folder() {
            std::string name = (std::filesystem::temp_directory_path() / "tritlab-fuzz-XXXXXX").string();
            require(::mkdtemp(name.data()) != nullptr, "no folder for files can be made");
            path = name;
        }
        ~Folder() {
            std::error_code ignored;
            std::filesystem::remove_all(path, ignored);
        }
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;
    };
    static const Folder folder;
    return folder.path;
}

// `name` may lead through folders, which are made.
inline std::filesystem::path scratchFile(const std::string& name, std::string_view bytes) {
    const std::filesystem::path path = scratchFolder() / name;
    if (path.parent_path() != scratchFolder()) std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
    require(file.flush().good(), "a file cannot be written");
    return path;
}

}  // namespace tritlab::fuzz
