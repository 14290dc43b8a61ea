#include "documentation.h"

#include <algorithm>
#include <regex>
#include <sstream>

namespace tritlab::house {

namespace fs = std::filesystem;

namespace {

bool endsWith(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool isPage(const std::string& path) { return endsWith(path, ".md"); }

// The part of a line that is prose: a page's whole line, the comment of a line of code.
std::string proseOf(const std::string& path, const std::string& line) {
    if (isPage(path)) return line;
    const std::size_t comment = isCpp(path) ? line.find("//") : line.find("# ");
    return comment == std::string::npos ? std::string() : line.substr(comment);
}

bool hasProse(const std::string& path) {
    const std::string name = fs::path(path).filename().string();
    return isPage(path) || isCpp(path) || endsWith(path, ".sh") || endsWith(path, ".cmake") ||
           name == "CMakeLists.txt" || name == "start" || name == "check";
}

template <class Visit>
void eachProseLine(const SourceFile& file, const Visit& visit) {
    std::istringstream lines(file.text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) visit(++number, proseOf(file.path, line));
}

std::vector<std::string> headings(const SourceFile& page) {
    std::vector<std::string> found;
    std::istringstream lines(page.text);
    for (std::string line; std::getline(lines, line);)
        if (const std::size_t level = line.find_first_not_of('#');
            level > 0 && level < line.size() && line[level] == ' ')
            found.push_back(line.substr(level + 1));
    return found;
}

// The anchor that a heading has on the usual hosts: lower case, blanks as hyphens, punctuation left out.
std::string anchor(const std::string& heading) {
    std::string text;
    for (const char c : heading) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80)
            text += static_cast<char>(std::tolower(byte));
        else if (c == ' ') text += '-';
    }
    return text;
}

// Files as C++ code cites them, without their ending.
std::set<std::string> stems(const SourceTree& tree) {
    std::set<std::string> names;
    for (const auto& [path, file] : tree.files()) names.insert(fs::path(path).replace_extension().generic_string());
    return names;
}

// A comment that goes over several lines as one text, so that a citation may be broken between them.
std::string joinedComments(const std::string& text) {
    static const std::regex border(R"(\n[ \t]*// ?)");
    return std::regex_replace(text, border, " ");
}

}  // namespace

std::vector<std::string> citedPathsThatAreMissing(const SourceTree& tree, const fs::path& root) {
    static const std::regex cited(R"((?:^|[^\w/.$}-])((?:core|ui|app|tests|docs|resources|experiments)/[\w./-]*\w))");
    static const std::regex placeholder(R"([A-Z]{2,}|-N\b)");
    const std::set<std::string> names = stems(tree);
    std::vector<std::string> faults;
    for (const auto& [path, file] : tree.files()) {
        if (!hasProse(path)) continue;
        eachProseLine(file, [&](int number, const std::string& prose) {
            for (std::sregex_iterator match(prose.begin(), prose.end(), cited), end; match != end; ++match) {
                const std::string name = (*match)[1].str();
                if (names.count(name) > 0 || fs::exists(root / name) ||
                    std::regex_search(fs::path(name).parent_path().string(), placeholder) ||
                    std::regex_search(fs::path(name).stem().string(), placeholder))
                    continue;
                faults.push_back(path + ':' + std::to_string(number) + ": " + name);
            }
        });
    }
    return faults;
}

std::vector<std::string> citedSectionsThatAreMissing(const SourceTree& tree) {
    static const std::regex cited(R"((docs/[\w-]+\.md), (?=([A-Z].{0,80})))");
    std::vector<std::string> faults;
    for (const auto& [path, file] : tree.files()) {
        if (!isCpp(path)) continue;
        const std::string text = joinedComments(file.text);
        for (std::sregex_iterator match(text.begin(), text.end(), cited), end; match != end; ++match) {
            const auto page = tree.files().find((*match)[1].str());
            if (page == tree.files().end()) continue;  // a missing path, which is a finding of its own
            const std::string rest = (*match)[2].str();
            const std::vector<std::string> all = headings(page->second);
            const bool there = std::any_of(all.begin(), all.end(), [&](const std::string& heading) {
                return rest.rfind(heading.substr(0, heading.find(" (")), 0) == 0;
            });
            if (!there) faults.push_back(path + ": " + page->first + " has no section '" + rest + "'");
        }
    }
    return faults;
}

std::vector<std::string> brokenLinks(const SourceTree& tree, const fs::path& root) {
    static const std::regex link(R"(\]\(([^)\s]+)\))");
    std::vector<std::string> faults;
    for (const auto& [path, file] : tree.files()) {
        if (!isPage(path)) continue;
        eachProseLine(file, [&](int number, const std::string& prose) {
            for (std::sregex_iterator match(prose.begin(), prose.end(), link), end; match != end; ++match) {
                const std::string target = (*match)[1].str();
                if (target.find("://") != std::string::npos) continue;
                const std::size_t hash = target.find('#');
                const std::string to =
                    hash == 0
                        ? path
                        : (fs::path(path).parent_path() / target.substr(0, hash)).lexically_normal().generic_string();
                const std::string fault = path + ':' + std::to_string(number) + ": " + target;
                if (!fs::exists(root / to)) {
                    faults.push_back(fault);
                    continue;
                }
                if (hash == std::string::npos) continue;
                const auto page = tree.files().find(to);
                const std::vector<std::string> all =
                    page == tree.files().end() ? std::vector<std::string>() : headings(page->second);
                if (std::none_of(all.begin(), all.end(), [&](const std::string& heading) {
                        return anchor(heading) == target.substr(hash + 1);
                    }))
                    faults.push_back(fault);
            }
        });
    }
    return faults;
}

}  // namespace tritlab::house
