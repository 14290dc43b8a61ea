// All series of a run as CSV: a header "step,key,value", then series after series in the order of their keys, each in
// step order, values with all their digits ("nan", "inf", "-inf" for those). Written piece by piece: one series is in
// memory at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/store/run_store.h"

namespace tritlab {

// `write` gets pieces of text; what it throws ends the export. Gives the number of points. `keys` empty: all.
std::int64_t exportCsv(RunStore& store, const std::string& run, const std::vector<std::string>& keys,
                       const std::function<void(std::string_view)>& write);

// To a file, whole or not at all.
std::int64_t exportCsv(RunStore& store, const std::string& run, const std::filesystem::path& path,
                       const std::vector<std::string>& keys = {});

}  // namespace tritlab
