// Runs as a Markdown table: what they came to, and the settings by which they differ.
#pragma once

#include <string>
#include <vector>

#include "core/store/run_store.h"

namespace tritlab {

// One line a run, in the order given; of one run, its whole config below. The lowest held-out loss is in bold where
// there are several.
std::string runsMarkdown(const std::vector<RunSummary>& runs);

}  // namespace tritlab
