// The project's own files as the house rules see them: text, lines, includes, and what a file includes in the end.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tritlab::house {

struct Include {
    std::string name;  // as written between the quotes or angles
    int line = 0;
};

struct SourceFile {
    std::string path;  // from the project's root
    std::string text;
    int lines = 0;
    std::vector<Include> includes;  // of C++ files
};

class SourceTree {
public:
    // Every text file below `root`, build and hidden folders left out (.ci is kept).
    explicit SourceTree(const std::filesystem::path& root);

    [[nodiscard]] const std::map<std::string, SourceFile>& files() const { return files_; }
    // The project's file that `include` of `from` names; empty where it is none of the project's.
    [[nodiscard]] std::string resolve(const SourceFile& from, const std::string& include) const;
    // How `from` comes to include a header that `matches`, as "a.h > b.h > c.h"; empty where it does not.
    template <class Matches>
    [[nodiscard]] std::string pathTo(const std::string& from, const Matches& matches) const {
        std::set<std::string> seen;
        return search(from, matches, seen);
    }

private:
    template <class Matches>
    std::string search(const std::string& from, const Matches& matches, std::set<std::string>& seen) const {
        if (!seen.insert(from).second) return {};
        const SourceFile& file = files_.at(from);
        for (const Include& include : file.includes) {
            if (matches(include.name)) return from + ':' + std::to_string(include.line) + " > " + include.name;
            const std::string next = resolve(file, include.name);
            if (next.empty()) continue;
            if (const std::string rest = search(next, matches, seen); !rest.empty()) return from + " > " + rest;
        }
        return {};
    }

    std::map<std::string, SourceFile> files_;
};

// Lines of each class: of its declaration and of the definitions of its members, wherever they stand. By name; classes
// of the same name count as one. Reads formatted code: what a class or function ends with stands in the first column.
std::map<std::string, int> classSizes(const SourceTree& tree);
std::size_t columns(const std::string& line);  // of UTF-8

bool isCpp(const std::string& path);
bool isTorchHeader(const std::string& include);
bool isQtHeader(const std::string& include);
bool isUnfit(const std::string& line);  // a mark of unfinished work, or a path of one machine

}  // namespace tritlab::house
