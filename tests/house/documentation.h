// What pages and comments cite: files of the tree, sections of docs/, links. Each finding is "path:line: what is
// wrong".
#pragma once

#include <string>
#include <vector>

#include "source_tree.h"

namespace tritlab::house {

// Files and folders that comments and pages name ("core/run/schedules.h", "tests/core") and that are not there. A file
// may be named without its ending. What only stands for a name (core/ROOM, schema-N.sql) is no path. `root`: of the
// tree, which leaves out pictures and the like.
std::vector<std::string> citedPathsThatAreMissing(const SourceTree& tree, const std::filesystem::path& root);
// "docs/NAME.md, Section" in comments, where the page has no such heading.
std::vector<std::string> citedSectionsThatAreMissing(const SourceTree& tree);
// Relative links of Markdown pages to files or headings that are not there.
std::vector<std::string> brokenLinks(const SourceTree& tree, const std::filesystem::path& root);

}  // namespace tritlab::house
