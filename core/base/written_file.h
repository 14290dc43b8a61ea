// A file that is not held in memory as a whole, and still replaced whole or not at all.
#pragma once

#include <filesystem>
#include <functional>

#include "core/base/files.h"

namespace tritlab {

// writeFileAtomically (files.h) for a content that `fill` writes piece by piece.
void writeFileAtomically(const std::filesystem::path& path, const std::function<void(OutputFile&)>& fill);

}  // namespace tritlab
