#include "core/base/json_file.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/files.h"

namespace tritlab {

nlohmann::ordered_json readJsonFile(const std::filesystem::path& path) {
    const std::string text = readFile(path, 1 << 24);
    try {
        return nlohmann::ordered_json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(error.byte, text.size()));
        const auto line = 1 + std::count(text.begin(), end, '\n');
        throw Error("is no JSON", path.string() + ":" + std::to_string(line), error.what());
    }
}

}  // namespace tritlab
