// A JSON file that a person may have written: what is wrong with it is told by file and line.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tritlab {

// Whether brackets nest more deeply than in any file that a program writes (500). Copying, comparing and writing a
// value goes as deep on the stack as the value nests: what a file gives is asked this before.
bool nestsTooDeeply(std::string_view json);

// Keys keep their order. Throws Error where the file cannot be read, is larger than 16 MB, nests too deeply, is no
// JSON, holds a number that no double holds (1e400), or has a key twice in one object: which of the two is meant nobody
// knows.
nlohmann::ordered_json readJsonFile(const std::filesystem::path& path);
// The same of a text; `where` names it in errors.
nlohmann::ordered_json parseJsonText(const std::string& text, const std::string& where);

}  // namespace tritlab
