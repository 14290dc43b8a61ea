// A lock on what several processes may want to make at once.
#pragma once

#include <filesystem>

#include "core/base/files.h"
#include "core/base/stop_token.h"
#include "core/data/dataset.h"

namespace tritlab {

// Waits for whoever makes the same, but not beyond a wish to stop (then throws Error).
FileLock lockCache(const std::filesystem::path& path, const PrepareProgress& progress, const StopToken& stop);

}  // namespace tritlab
