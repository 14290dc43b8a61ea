// Charts are the window's: its program, beside this one, draws them without a display.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tritlab::cli {

// Runs `tritlab OPTION VALUE --out FOLDER` and gives the PNG files that are then in the folder, sorted; none where the
// window's program is not installed. Throws Error where it fails.
std::vector<std::string> drawPictures(const std::string& option, const std::string& value,
                                      const std::filesystem::path& folder);

}  // namespace tritlab::cli
