// --head, --ternary, --cache: in which formats the packed engine holds a model. The defaults are what chat uses.
#pragma once

#include <string>

#include "app/cli/frame.h"
#include "core/infer/packed_model.h"

namespace tritlab::cli {

struct PackedChoices {
    std::string head = "bf16", ternary = "2bit", cache = "bf16";

    void addTo(CLI::App* command);
    // Throws UsageError naming what can be chosen. A packed folder's own formats count for the first two.
    void apply(PackedOptions& options) const;
};

}  // namespace tritlab::cli
