// A store of a given size, made as a trainer would leave it, and how long the library takes over it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "core/base/stop_token.h"
#include "core/base/workspace.h"

namespace tritlab {

struct StoreBenchRequest {
    std::int64_t runs = 1000;
    std::int64_t points = 50'000'000;  // of all runs together, spread evenly but for the long series
    std::int64_t longRuns = 10;        // whose loss has `longPoints` points of the above
    std::int64_t longPoints = 1'000'000;
};

// Keys that each run has.
std::int64_t storeBenchKeys();

// Fills an empty workspace. `progress` is told the points written so far. Throws Error where the workspace has runs,
// the figures cannot be met (fewer points than the long series need, no runs), or `stop` asked for an end.
struct StoreBenchFill {
    std::int64_t runs = 0, points = 0;
    double seconds = 0;
};
StoreBenchFill fillStore(const Workspace& workspace, const StoreBenchRequest& request, const StopToken& stop,
                         const std::function<void(std::int64_t)>& progress = {});

struct StoreBenchResult {
    double openSeconds = 0;         // a reader, until it has all runs
    double querySeconds = 0;        // a query of three terms over all runs, parsed and applied
    double sortSeconds = 0;         // all runs by a field of the config
    double outlineSeconds = 0;      // bounds of a long series' blocks
    double longSeriesSeconds = 0;   // all its points, median of the long runs
    double shortSeriesSeconds = 0;  // a series of one of the other runs, median
    std::int64_t matched = 0, longPoints = 0, shortPoints = 0;
    std::int64_t databaseBytes = 0;  // with its write-ahead log
    std::int64_t residentBytes = 0;  // of this process, afterwards
};
StoreBenchResult measureStore(const Workspace& workspace, const StopToken& stop);

// Drops a file's pages from the system's cache as far as nobody else has them mapped: the next read comes from the
// disk. Not while this process has the store open: closing a descriptor of the file drops SQLite's locks on it.
void dropFromCache(const std::filesystem::path& file);

}  // namespace tritlab
