// --head, --ternary, --cache: in which formats the packed engine holds a model. 'auto' is what chat takes for that
// model.
#pragma once

#include <string>

#include "app/cli/frame.h"
#include "core/infer/packed_model.h"

namespace tritlab::cli {

struct PackedChoices {
    std::string head = "auto", ternary = "2bit", cache = "auto";

    void addTo(CLI::App* command);
    // Throws UsageError naming what can be chosen. A packed folder's own formats count for the first two.
    // `options` come in as chat's own, which 'auto' leaves as they are.
    void apply(PackedOptions& options) const;
};

}  // namespace tritlab::cli
