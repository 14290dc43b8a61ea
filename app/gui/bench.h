// What `tritlab-cli bench plot` and `bench store` let the window's program measure: `tritlab --bench REQUEST`, a JSON
// object with "kind", prints one JSON object of figures.
//   plot    linked charts of long series under a script of pans, zooms and hovering: GUI-thread time of each frame,
//   fresh pictures a
//           second, time from the last input to the exact picture
//   window  the real window over a store: time to the first painted run list, filtering and sorting, loading the
//   charts, memory live    the real window for some seconds, with a heartbeat on the GUI thread; it may train a run
//   itself
#pragma once

#include <nlohmann/json.hpp>

namespace tritlab {

// Throws Error for a request that is not understood.
nlohmann::ordered_json runBench(const nlohmann::ordered_json& request);

}  // namespace tritlab
