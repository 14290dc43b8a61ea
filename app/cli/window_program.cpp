#include "app/cli/window_program.h"

#include <algorithm>
#include <iostream>

#include "app/cli/child.h"
#include "core/base/error.h"

namespace tritlab::cli {

std::vector<std::string> drawPictures(const std::string& option, const std::string& value,
                                      const std::filesystem::path& folder) {
    if (!std::filesystem::exists(besideThisProgram("tritlab"))) return {};
    Child window("tritlab", {option, value, "--out", folder.string()}, {{"QT_QPA_PLATFORM", "offscreen"}});
    std::cerr << window.output();  // stdout is this command's result
    if (window.wait() != 0)
        throw Error("could not draw the plots", besideThisProgram("tritlab").string(), "Everything else is complete",
                    ErrorKind::Failed);
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".png") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace tritlab::cli
