// The parts of `tritlab-cli runs`: looking, changing, exporting.
#pragma once

#include <string>
#include <vector>

#include "app/cli/frame.h"

namespace tritlab::cli {

constexpr char runHelp[] = "An id, a unique prefix of a name, or 'latest'";

void addRunsEditing(Program& program, CLI::App* group);
void addRunsBranch(Program& program, CLI::App* group);
void addRunsExport(Program& program, CLI::App* group);

// Lines of cells under a header, columns as wide as their widest cell.
std::string alignedTable(const std::vector<std::vector<std::string>>& lines);

}  // namespace tritlab::cli
