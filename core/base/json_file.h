// A JSON file that a person may have written: what is wrong with it is told by file and line.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace tritlab {

// Keys keep their order. Throws Error where the file cannot be read, is larger than 16 MB, or is no JSON.
nlohmann::ordered_json readJsonFile(const std::filesystem::path& path);

}  // namespace tritlab
