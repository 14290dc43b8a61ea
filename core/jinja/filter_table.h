// The table of filters, in its two parts.
#pragma once

#include <vector>

#include "core/jinja/functions.h"

namespace tritlab::jinja {

struct FilterEntry {
    const char* name;
    FilterFunction function;
};
const std::vector<FilterEntry>& valueFilters();
const std::vector<FilterEntry>& sequenceFilters();

}  // namespace tritlab::jinja
