#include "core/library/model_licence.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "core/base/files.h"
#include "core/base/utf8.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t longestName = 200, readBytes = 64 << 10;

// The beginning of a small text file; none where there is no such file or it cannot be read.
std::optional<std::string> beginningOf(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return std::nullopt;
    const MappedFile file(path);
    const auto bytes = file.bytes().first(std::min(readBytes, file.size()));
    return repairUtf8({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string trimmed(std::string text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '"' || c == '\'' || c == '#'; };
    while (!text.empty() && blank(text.back())) text.pop_back();
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
    return utf8Prefix(text, longestName);
}

// `key: value` of the lines between the first two "---" of a model card. YAML's lists and blocks are no licence.
std::string frontMatter(const std::string& card, const std::string& key) {
    std::istringstream lines(card);
    std::string line;
    if (!std::getline(lines, line) || trimmed(line) != "---") return {};
    while (std::getline(lines, line) && trimmed(line) != "---")
        if (line.starts_with(key + ":")) return trimmed(line.substr(key.size() + 1));
    return {};
}

std::string firstWords(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (std::string words = trimmed(line); !words.empty()) return words;
    return {};
}

}  // namespace

Licence licenceOf(const GgufFile& file) {
    for (const char* key : {"general.license", "general.license.name"}) {
        const auto found = file.metadata().find(key);
        if (found == file.metadata().end()) continue;
        const auto* name = std::get_if<std::string>(&found->second);
        if (name != nullptr && !name->empty() && *name != "other") return {trimmed(*name), key};
    }
    return {};
}

Licence licenceOf(const fs::path& folder) {
    if (const auto card = beginningOf(folder / "README.md")) {
        std::string name = frontMatter(*card, "license");
        if (name == "other") {
            const std::string own = frontMatter(*card, "license_name");
            if (!own.empty()) name = own;
        }
        if (!name.empty()) return {name, "README.md"};
    }
    for (const char* file : {"LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING", "NOTICE"})
        if (const auto text = beginningOf(folder / file))
            if (const std::string words = firstWords(*text); !words.empty()) return {words, file};
    return {};
}

}  // namespace tritlab
