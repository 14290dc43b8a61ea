// An option's word as what it means.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "app/cli/frame.h"

namespace tritlab::cli {

// Throws UsageError, naming the known words, for any other.
template <class E>
E choice(const std::string& option, const std::string& value, std::initializer_list<std::pair<const char*, E>> known) {
    std::string names;
    for (const auto& [name, meant] : known) {
        if (value == name) return meant;
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    throw UsageError(option + " is '" + value + "': choose one of " + names);
}

}  // namespace tritlab::cli
