// Whether something can be written at a place on disk: asked before the work whose result shall go there.
#pragma once

#include <filesystem>
#include <string>

namespace tritlab {

// Whether this process may make or change files in a folder; one that does not exist yet would be made in the nearest
// folder above it. False on a disk that is mounted read-only, and where a file stands in place of a folder.
bool isWritableFolder(const std::filesystem::path& folder);

// Throw Error, with `option` ("--out") as its place, where nothing can be written there: an empty path, a missing
// folder above it, one that is no folder or may not be written. What is there already is the caller's business, but
// that it is of the other kind: a folder where a file is to be written, a file where a folder is.
void requireFilePlace(const std::string& option, const std::filesystem::path& path);
void requireFolderPlace(const std::string& option, const std::filesystem::path& path);

}  // namespace tritlab
