#include "source_tree.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <sstream>

namespace tritlab::house {

namespace fs = std::filesystem;

namespace {

bool startsWithAny(const std::string& text, std::initializer_list<const char*> starts) {
    return std::any_of(starts.begin(), starts.end(), [&](const char* start) { return text.rfind(start, 0) == 0; });
}

SourceFile readSource(const fs::path& root, const fs::path& path) {
    SourceFile file;
    file.path = fs::relative(path, root).generic_string();
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    file.text = text.str();
    static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
    std::istringstream lines(file.text);
    for (std::string line; std::getline(lines, line);) {
        ++file.lines;
        std::smatch match;
        if (isCpp(file.path) && line.find("include") != std::string::npos && std::regex_search(line, match, include))
            file.includes.push_back({match[1].str(), file.lines});
    }
    return file;
}

}  // namespace

bool isCpp(const std::string& path) {
    static const std::set<std::string> endings = {".h", ".cpp", ".hpp", ".cc", ".cu", ".cuh", ".inc"};
    return endings.count(fs::path(path).extension().string()) > 0;
}

bool isTorchHeader(const std::string& include) {
    return startsWithAny(include, {"torch/", "ATen/", "c10/", "caffe2/"}) || include == "core/engine/torch_pch.h";
}

bool isQtHeader(const std::string& include) {
    static const std::regex qt(R"(^(Q[A-Z]\w*(/.*)?|Qt\w*/.*|q[a-z]+\.h|qcustomplot\.h)$)");
    return std::regex_match(include, qt);
}

bool isUnfit(const std::string& line) {
    // The words are spelled in pieces, so that this file has none of them.
    static const std::regex unfit(R"(\b(TO)"
                                  R"(DO|FIX)"
                                  R"(ME|XX)"
                                  R"(X)\b|(^|[\s"'`(=:\[])/(work|root|home/\w+)(/|$|[\s"'`)]))");
    return line.size() < 4096 && std::regex_search(line, unfit);
}

std::size_t columns(const std::string& line) {
    // Every byte of UTF-8 but those that continue a character.
    return static_cast<std::size_t>(std::count_if(
        line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::map<std::string, int> classSizes(const SourceTree& tree) {
    static const std::regex declaration(
        R"(^(?:class|struct) (?:\w+ )*?((?:\w+::)*\w+)(?: final)?(?: :[^:].*)?\s*\{?$)");
    static const std::regex definition(R"(^[\w:&*<>,~\[\]() ]*?\b((?:\w+::)*\w+)::(?:~?\w+|operator[^(]*)\()");
    std::map<std::string, int> sizes;
    for (const auto& [path, file] : tree.files()) {
        if (!isCpp(path)) continue;
        std::istringstream text(file.text);
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            std::smatch match;
            const char first = lines[i].empty() ? ' ' : lines[i][0];
            if (first == ' ' || first == '/' || first == '#' || first == '}') continue;
            if (!std::regex_search(lines[i], match, declaration) && !std::regex_search(lines[i], match, definition))
                continue;
            // To the brace that closes it, which stands in the first column as formatted code has it; or the
            // statement's end.
            const std::string name = match[1];
            std::size_t end = i;
            bool body = false;
            for (; end < lines.size(); ++end) {
                if (lines[end].find('{') != std::string::npos) body = true;
                const bool oneLine = end == i && (lines[end].ends_with('}') || lines[end].ends_with("};"));
                if (body && (oneLine || lines[end].starts_with('}'))) break;
                if (!body && lines[end].ends_with(';')) break;
            }
            if (!body || end == lines.size()) continue;  // declared, not defined
            sizes[name] += static_cast<int>(end - i + 1);
            i = end;
        }
    }
    return sizes;
}

SourceTree::SourceTree(const fs::path& root) {
    for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
        const std::string name = entry->path().filename().string();
        if (entry->is_directory()) {
            if (name == "build" || name == "__pycache__" || (name[0] == '.' && name != ".ci"))
                entry.disable_recursion_pending();
            continue;
        }
        if (!entry->is_regular_file() || name == ".git" || name == "compile_commands.json") continue;
        SourceFile file = readSource(root, entry->path());
        if (file.text.find('\0') != std::string::npos) continue;
        files_.emplace(file.path, std::move(file));
    }
}

std::string SourceTree::resolve(const SourceFile& from, const std::string& include) const {
    const std::string beside = (fs::path(from.path).parent_path() / include).lexically_normal().generic_string();
    for (const std::string& candidate : std::array{include, beside})
        if (files_.count(candidate) > 0) return candidate;
    return {};
}

}  // namespace tritlab::house
